"""The cellular modem's session: card, network, access point, data, and recovery. The only room that knows what AT commands mean.

`session.CellularModem` joins the pure table of `core.modem_session` with the modem of `hal.modem`, the DHCP and PPP programs and a file of what was learned.
"""
