"""Everything that can happen to a line, in the past tense. Frozen; times are monotonic milliseconds.

Events say what happened, never what to do about it; that is `core.line`.
"""

from dataclasses import dataclass
from enum import Enum


class Timer(Enum):
    """The timers a line can have running, one of each at most."""

    FIRST_DIGIT = "first digit"
    INTER_DIGIT = "inter-digit"
    NO_ANSWER = "no answer"
    TONE = "tone"
    HOWLER = "howler"


@dataclass(frozen=True)
class Caller:
    """Who calls, as far as the network told. `number` is None when withheld (Privacy, anonymous) or unknown."""

    number: str | None
    name: str | None = None
    withheld: bool = False


@dataclass(frozen=True)
class HookLifted:
    at_ms: float


@dataclass(frozen=True)
class HookReplaced:
    at_ms: float


@dataclass(frozen=True)
class HookFlashed:
    """A break longer than a dial pulse and shorter than a hang-up (register recall)."""

    at_ms: float


@dataclass(frozen=True)
class DigitStarted:
    """The first pulse of a digit: which one is known only at its end, up to 1.3 s later, but the dial tone must stop now."""

    at_ms: float


@dataclass(frozen=True)
class DigitDialed:
    """One of 0-9 * # A-D, by tone or by pulse."""

    digit: str
    at_ms: float


@dataclass(frozen=True)
class CallOffered:
    """An INVITE came in and may ring, or a call left on hold comes back."""

    call: str


@dataclass(frozen=True)
class CallRinging:
    """180 without media: the far end rings and we make the ringback."""

    call: str


@dataclass(frozen=True)
class EarlyMediaStarted:
    """A provisional answer with media: the network's own tones or announcement are to be heard."""

    call: str


@dataclass(frozen=True)
class CallAnswered:
    call: str


@dataclass(frozen=True)
class ServiceStarted:
    """What was dialed is done by the box itself, which now speaks and listens to keys."""

    call: str


class EndCause(Enum):
    """Why a call ended, as far as the listener is concerned."""

    CLEARED = "cleared"
    BUSY = "busy"
    CONGESTION = "congestion"
    UNOBTAINABLE = "unobtainable"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    """A service of the box did what was ordered: the subscriber may dial again."""


@dataclass(frozen=True)
class CallEnded:
    call: str
    cause: EndCause


@dataclass(frozen=True)
class FarDigitReceived:
    """The far end sent a DTMF digit out of band (RFC 4733 or SIP INFO)."""

    call: str
    digit: str


@dataclass(frozen=True)
class TimerExpired:
    timer: Timer


Event = (
    HookLifted
    | HookReplaced
    | HookFlashed
    | DigitStarted
    | DigitDialed
    | CallOffered
    | CallRinging
    | EarlyMediaStarted
    | CallAnswered
    | ServiceStarted
    | CallEnded
    | FarDigitReceived
    | TimerExpired
)
