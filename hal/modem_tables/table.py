"""What differs from modem to modem, as data. It knows no port and sends nothing."""

from dataclasses import dataclass

from hal.at import Command

ATTACH_MS = 140_000
"""AT+CGATT may take this long (Quectel EC2x AT manual; from memory, unconfirmed)."""


_READ_SIM_NUMBER = Command("AT+CCID", r'\+I?CCID: ?"?\d{18,20}[0-9Ff]*"?|\d{18,20}[0-9Ff]*')
_READ_PIN_TRIES = Command('AT+CPINR="SIM PIN"', r"\+CPINR: ?.*")
_RADIO_OFF, _RADIO_ON = Command("AT+CFUN=4", deadline_ms=15_000), Command("AT+CFUN=1", deadline_ms=15_000)
_RESET = Command("AT+CFUN=1,1", deadline_ms=15_000)


@dataclass(frozen=True)
class UsbPorts:
    """Which of the modem's serial ports does what, by number among its vendor-specific USB interfaces (class ff), from 0.

    In the maker's default composition that is the interface number. With RNDIS or ECM in front the interface numbers move and the order stays
    (`lsusb -t` of a SIM7600 in composition 9011: RNDIS in 0 and 1, five serial ports in 2 to 6; raspberrypi.stackexchange.com, question 121873).
    """

    control: int
    data: int
    """The second AT port: a PPP call runs here, so that the first stays free for questions."""


@dataclass(frozen=True)
class ModemTable:
    """One model. Commands without an answer pattern must only say OK; what fails in `setup` is left out, not fatal."""

    name: str
    usb: frozenset[str] = frozenset()
    """Vendor and product ids of the whole device, `1e0e:9001`; empty: nothing is found by id."""
    models: str = ""
    """A regular expression for what AT+CGMM says."""
    ports: UsbPorts = UsbPorts(control=0, data=1)
    setup: tuple[Command, ...] = ()
    read_sim_number: Command = _READ_SIM_NUMBER
    read_pin_tries: Command = _READ_PIN_TRIES
    """27.007 section 8.65; the number of tries left is the field named by `pin_tries_field`."""
    pin_tries_field: int = 1
    authenticate: str = "AT+CGAUTH=1,{kind},{user},{password}"
    """27.007 section 10.1.31: user before password. kind 1 is PAP, 2 CHAP."""
    go_online: tuple[Command, ...] = (Command("AT+CGACT=1,1", deadline_ms=ATTACH_MS),)
    """After attaching, where the data goes by a network card (ECM, RNDIS); a PPP call dials instead."""
    go_offline: tuple[Command, ...] = (Command("AT+CGACT=0,1", deadline_ms=40_000),)
    dial: str = "ATD*99***1#"
    """27.007 section 10.2.1.1: a data call on context 1."""
    radio_off: Command = _RADIO_OFF
    radio_on: Command = _RADIO_ON
    """27.007 section 8.2. 4 keeps the SIM powered, so the PIN need not be given again."""
    reset: Command = _RESET
    boot_ms: int = 30_000
    """From a reset to a port that answers: 14 s were seen for an EG25 over USB (pinephone_modem_sdk, issue 130); doubled."""
    power_off_pulse_ms: int = 2_500
    power_on_pulse_ms: int = 500
    """How long the power key is held; 2.5 s and 0.5 s are from memory of the EC25 and SIM7600 hardware guides, unconfirmed."""
