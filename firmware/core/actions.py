"""Everything a line can order, in the imperative. Frozen; the device performs them in one match statement."""

from dataclasses import dataclass
from enum import Enum

from firmware.core.events import Caller, Timer


class ToneName(Enum):
    """The tones of ITU-T E.180/E.182 a subscriber hears."""

    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    SPECIAL = "special"
    STUTTER = "stutter"
    HOWLER = "howler"


@dataclass(frozen=True)
class PlayTone:
    tone: ToneName


@dataclass(frozen=True)
class StopTone:
    pass


@dataclass(frozen=True)
class StartTimer:
    timer: Timer
    delay_ms: int


@dataclass(frozen=True)
class StopTimer:
    timer: Timer


@dataclass(frozen=True)
class PlaceCall:
    """Send an INVITE to the dialed `digits`. `call` is the line's own handle for it, never reused."""

    call: str
    digits: str


@dataclass(frozen=True)
class AnswerCall:
    call: str


@dataclass(frozen=True)
class RejectCall:
    """Refuse an offered call with this SIP status (486 when the line is busy)."""

    call: str
    status: int


@dataclass(frozen=True)
class HangUp:
    """CANCEL or BYE, whichever the call's state asks for."""

    call: str


@dataclass(frozen=True)
class StartRinging:
    caller: Caller


@dataclass(frozen=True)
class StopRinging:
    pass


@dataclass(frozen=True)
class SendDigit:
    """Send a DTMF digit to the far end (RFC 4733, or as the account says)."""

    call: str
    digit: str


@dataclass(frozen=True)
class SoundDigit:
    """Let the handset hear a digit that came out of band."""

    digit: str


@dataclass(frozen=True)
class DenyLine:
    """The handset was left off hook too long: silence, and let the line rest until it is replaced."""


Action = (
    PlayTone
    | StopTone
    | StartTimer
    | StopTimer
    | PlaceCall
    | AnswerCall
    | RejectCall
    | HangUp
    | StartRinging
    | StopRinging
    | SendDigit
    | SoundDigit
    | DenyLine
)
