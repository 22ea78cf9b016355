"""The evidence of one call: SIP messages, RTP figures over time, events of line and modem on one clock, secrets removed; and 24 hours at a glance.

It hears what others tell and decides nothing. It knows no engine, no line and no page.
"""
