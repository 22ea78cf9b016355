"""Everything a line can order, in the imperative. Frozen; the device performs them in one match statement."""

from dataclasses import dataclass
from enum import Enum

from firmware.core.events import Timer


class ToneName(Enum):
    """The tones of ITU-T E.180/E.182 a subscriber hears."""

    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    SPECIAL = "special"
    STUTTER = "stutter"
    HOWLER = "howler"
    RECALL = "recall"
    """Dial tone with a call on hold."""
    CONFIRMATION = "confirmation"
    """Positive indication: what was ordered is done."""
    REJECTION = "rejection"
    """Negative indication: it is not."""
    HOLDING = "holding"
    """Comfort tone for a held party."""
    RECORD = "record"
    """Speak now."""
    UPLINK_CHANGED = "uplink_changed"
    """The call goes by another way now."""
    CELLULAR = "cellular"
    """Before dial tone: calls go by the mobile network, which may cost more."""
    NO_UPLINK = "no_uplink"
    """Before dial tone: there is no way out now; what the box does by itself can be dialed all the same."""


@dataclass(frozen=True)
class PlayTone:
    """`first` is a signal heard once before it."""

    tone: ToneName
    first: ToneName | None = None


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
    """Take an offered call, or take back one that was left on hold and rang back."""

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
class HoldCall:
    """The call hears music or a comfort tone; the line hears something else."""

    call: str


@dataclass(frozen=True)
class ResumeCall:
    call: str


@dataclass(frozen=True)
class JoinCalls:
    """Three-way: the line and both calls hear each other. Both are taken off hold."""

    call: str
    other: str


@dataclass(frozen=True)
class SplitCalls:
    """The two calls do not hear each other any more; the line hears both still."""

    call: str
    other: str


@dataclass(frozen=True)
class TransferCall:
    """Connect the far ends of two calls and leave: the held `call` is told to take the place of ours in `to`, which may still be ringing."""

    call: str
    to: str


@dataclass(frozen=True)
class SoundWaiting:
    """Call-waiting tones until they are stopped; the first with the caller's number for telephones that can show it (type II caller ID)."""

    call: str


@dataclass(frozen=True)
class StopWaiting:
    pass


@dataclass(frozen=True)
class StartRinging:
    call: str


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
    | HoldCall
    | ResumeCall
    | JoinCalls
    | SplitCalls
    | TransferCall
    | SoundWaiting
    | StopWaiting
    | StartRinging
    | StopRinging
    | SendDigit
    | SoundDigit
    | DenyLine
)
