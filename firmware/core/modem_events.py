"""What can happen to the modem's session, in the past tense, and what it orders, imperative. Frozen; no meaning here, that is `core.modem_session`."""

from dataclasses import dataclass
from enum import Enum

from firmware.core.modem_ladder import Rung


class CardLock(Enum):
    """What the SIM card says when asked (3GPP TS 27.007 section 8.3)."""

    READY = "ready"
    PIN = "PIN needed"
    PUK = "PUK needed"
    ABSENT = "no SIM card"
    BUSY = "busy"
    OTHER = "locked"
    """Another lock, such as one to a network: nothing we can open."""


class NetworkStatus(Enum):
    """Registration, put together from CEREG, CGREG and CREG."""

    HOME = "home"
    ROAMING = "roaming"
    LOOKING = "looking"
    DENIED = "denied"


@dataclass(frozen=True)
class Apn:
    """An access point and how to ask for it. An empty name leaves the choice to the network."""

    name: str
    user: str = ""
    password: str = ""


class ModemTimer(Enum):
    CHECK = "check"
    LIMIT = "limit"


@dataclass(frozen=True)
class Started:
    pass


@dataclass(frozen=True)
class Stopped:
    pass


@dataclass(frozen=True)
class DataWanted:
    """Somebody wants data, or (`wanted` false) none at present."""

    wanted: bool


@dataclass(frozen=True)
class SettingsChanged:
    """The settings or the owner gave a PIN, an access point or a right to roam."""


@dataclass(frozen=True)
class PortReady:
    """The modem answers on its port."""


@dataclass(frozen=True)
class PortGone:
    reason: str


@dataclass(frozen=True)
class PortHung:
    """The modem has its port and does not answer."""


@dataclass(frozen=True)
class Prepared:
    """Model known, set-up done."""


@dataclass(frozen=True)
class CardReported:
    lock: CardLock
    may_enter: bool = False
    """There is a PIN that was never refused by this card."""
    words: str = ""
    """Why there is none to enter."""


@dataclass(frozen=True)
class NetworkReported:
    status: NetworkStatus


@dataclass(frozen=True)
class ApnsFound:
    """The access points to try, best first; at least one."""

    apns: tuple[Apn, ...]


@dataclass(frozen=True)
class DataConnected:
    """The interface has an address. That proves nothing yet: modems hand out addresses with no network behind."""


@dataclass(frozen=True)
class DataLost:
    """No address, or no longer; `refused`: the network said no."""

    reason: str
    refused: bool = False


@dataclass(frozen=True)
class Proved:
    """A probe came back from the internet over this interface."""


@dataclass(frozen=True)
class Disproved:
    reason: str


@dataclass(frozen=True)
class RungTaken:
    """The ladder's step was carried out, or (`done` false) could not be."""

    done: bool


@dataclass(frozen=True)
class TimerExpired:
    timer: ModemTimer


ModemEvent = (
    Started
    | Stopped
    | DataWanted
    | SettingsChanged
    | PortReady
    | PortGone
    | PortHung
    | Prepared
    | CardReported
    | NetworkReported
    | ApnsFound
    | DataConnected
    | DataLost
    | Proved
    | Disproved
    | RungTaken
    | TimerExpired
)


class Order(Enum):
    """Orders without an argument."""

    OPEN_PORT = "open port"
    CLOSE_PORT = "close port"
    PREPARE = "identify the modem and set it up"
    READ_CARD = "ask the card for its lock"
    ENTER_PIN = "enter the PIN, once"
    READ_NETWORK = "ask for registration, signal and operator"
    FIND_APNS = "find the access points to try"
    DISCONNECT = "take the data connection down"
    PROVE = "probe the internet over the data connection"
    KEEP_LADDER = "write the ladder down"


@dataclass(frozen=True)
class Connect:
    apn: Apn


@dataclass(frozen=True)
class RememberApn:
    apn: Apn


@dataclass(frozen=True)
class TakeRung:
    rung: Rung


@dataclass(frozen=True)
class StartTimer:
    """Also starts anew one that runs."""

    timer: ModemTimer
    ms: int


@dataclass(frozen=True)
class StopTimer:
    timer: ModemTimer


ModemAction = Order | Connect | RememberApn | TakeRung | StartTimer | StopTimer
