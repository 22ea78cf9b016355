"""What a simulated modem lives with: its SIM card, the network around it, and the ways it can misbehave. Data only; a test changes it at any time."""

from dataclasses import dataclass, field
from enum import Enum


@dataclass
class SimCard:
    """A card. Three wrong PINs in a row ask for the PUK (3GPP TS 31.101 leaves the number to the card; three is what cards have)."""

    imsi: str = "401010123456789"
    number: str = "8999701123456789012"
    """The ICCID."""
    pin: str = ""
    """Empty: the card asks for none."""
    tries: int = 3
    present: bool = True


@dataclass
class MobileNetwork:
    """The network as this card meets it."""

    operator: str = "Keepline Test"
    registration: int = 1
    """What it grants in the end: 1 home, 5 roaming, 3 denied, 2 none found (27.007 section 10.1.22)."""
    register_ms: int = 500
    technology: int = 7
    """AcT of 27.007 section 7.3; 7 is LTE."""
    signal: int = 20
    """As AT+CSQ has it: 0-31, 99 unknown."""
    apns: frozenset[str] = frozenset({"internet"})
    """Access points that lead to the internet."""
    refuses_others: bool = True
    """Whether another access point is refused at once; false: it is accepted and leads nowhere, as many networks do."""


class DataPath(Enum):
    """Where the modem's network card leads."""

    OFF = "off"
    NOWHERE = "nowhere"
    """Only to the modem itself, which hands out an address all the same."""
    INTERNET = "internet"


class Cure(Enum):
    """What wakes a modem that hangs."""

    PLUG = "plug"
    POWER = "power"


@dataclass
class Misdeeds:
    """What the modem does wrong at present."""

    late_ms: dict[str, int] = field(default_factory=dict)
    """Commands beginning so are answered so much later; the echo comes at once."""
    piece_bytes: int = 0
    """Everything leaves in pieces of this size; 0: whole."""
    storm: tuple[str, ...] = ()
    """These unsolicited lines come before, between and after the lines of every answer."""
    hangs_until: Cure | None = None
    sim_busy: int = 0
    """So many questions about the card are still answered with `SIM busy` (+CME ERROR: 14)."""
    fails: dict[str, str] = field(default_factory=dict)
    """Commands beginning so get this final result."""
    echoes: bool = True
    """False: it never echoes, whatever it is told."""
