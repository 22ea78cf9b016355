"""What the session is told and what it tells: settings, equipment and the state for everyone who asks. Data only."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.core.modem_events import Apn
from hal.usb_modem import UsbModem


@dataclass(frozen=True)
class CellularSettings:
    """Of the table [modem]."""

    pin: str = ""
    apn: Apn | None = None
    """The owner's choice; None: it is found."""
    roaming: bool = False


@dataclass(frozen=True)
class Equipment:
    """What the board has for the modem."""

    find: Callable[[], UsbModem | None] = lambda: None
    """The modem on the USB now; None: it is on a plain serial port."""
    press_power_key: Callable[[bool], None] | None = None
    """Holds (True) and releases (False) the modem's power key; None: the board has none."""


@dataclass(frozen=True)
class CellularState:
    """How the modem is. Empty text: unknown or none."""

    phase: str = "stopped"
    """The value of core.modem_state.ModemPhase."""
    port: str = ""
    model: str = ""
    sim: str = ""
    """The value of core.modem_events.CardLock."""
    operator: str = ""
    registered: bool = False
    roaming: bool = False
    technology: str = ""
    """`2G` to `5G`."""
    signal_dbm: int | None = None
    apn: str = ""
    """The one in use or being tried; empty also for the network's own choice."""
    attached: bool = False
    """Data is up, and a probe has come back over it."""
    interface: str = ""
    address: str = ""
    gateway: str = ""
    nameservers: tuple[str, ...] = ()
    trouble: str = ""
    """What is wrong, in words for the owner."""
