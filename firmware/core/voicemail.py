"""The words of voicemail: what can happen to a caller or the owner at a mailbox, and what can be ordered. Pure, frozen, no times of day.

`core.answering` (a caller is recorded) and `core.mailbox` (the owner listens) are the tables that speak them; `firmware/voicemail` carries them out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar


class Room(Enum):
    """Whether a message finds a place."""

    FREE = "free"
    MAILBOX_FULL = "mailbox full"
    DISK_FULL = "disk full"


class Stored(Enum):
    """What became of a greeting that was to be kept."""

    SAVED = "saved"
    TOO_SHORT = "too short"
    DISK_FULL = "disk full"
    FAILED = "failed"


class Timer(Enum):
    LONGEST = "longest recording"
    NO_DIGIT = "no digit"
    DELAY = "delay"


@dataclass(frozen=True)
class Kept:
    """A message as the owner's menu needs it. `number` is "" when withheld."""

    id: str
    number: str
    heard: bool


# What happened


@dataclass(frozen=True)
class CallerConnected:
    room: Room


@dataclass(frozen=True)
class OwnerConnected:
    """`messages` in the order they are played; `failures`: wrong PINs in a row before, in earlier calls."""

    messages: tuple[Kept, ...]
    failures: int = 0


@dataclass(frozen=True)
class PlayedOut:
    """What was last ordered to be heard has ended by itself."""


@dataclass(frozen=True)
class DigitTaken:
    """One of 0-9 * #, by tone or by pulse."""

    digit: str


@dataclass(frozen=True)
class FellSilent:
    """Nobody has spoken for a while during a recording."""


@dataclass(frozen=True)
class DiskFilled:
    """No more can be recorded; what was recorded so far is safe."""


@dataclass(frozen=True)
class GreetingStored:
    result: Stored


@dataclass(frozen=True)
class HungUp:
    pass


@dataclass(frozen=True)
class TimerExpired:
    timer: Timer


Event = (
    CallerConnected | OwnerConnected | PlayedOut | DigitTaken | FellSilent | DiskFilled | GreetingStored | HungUp | TimerExpired
)


# What is ordered


@dataclass(frozen=True)
class Say:
    """Play these prompts one after another, in place of what plays."""

    prompts: tuple[str, ...]


@dataclass(frozen=True)
class PlayGreeting:
    """The owner's own, or the standard one where there is none."""


@dataclass(frozen=True)
class PlayBeep:
    pass


@dataclass(frozen=True)
class SayOverview:
    """How many messages there are."""

    new: int
    old: int


@dataclass(frozen=True)
class PlayMessage:
    """`before` first, then which one it is (`place` from 1), from whom and when, then the message itself."""

    message: str
    place: int
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class StopPlaying:
    pass


@dataclass(frozen=True)
class StartRecording:
    pass


@dataclass(frozen=True)
class KeepRecording:
    """Recording ends; what there is becomes a message, or a greeting, if it is worth keeping."""


@dataclass(frozen=True)
class DropRecording:
    pass


@dataclass(frozen=True)
class UseStandardGreeting:
    pass


@dataclass(frozen=True)
class MarkHeard:
    message: str


@dataclass(frozen=True)
class DeleteMessages:
    messages: tuple[str, ...]


@dataclass(frozen=True)
class CountFailures:
    """So many wrong PINs in a row; 0 after the right one."""

    failures: int


@dataclass(frozen=True)
class CallBack:
    """The session is over; place a call to this number from the owner's line."""

    number: str


@dataclass(frozen=True)
class StartTimer:
    timer: Timer
    delay_ms: int


@dataclass(frozen=True)
class StopTimer:
    timer: Timer


@dataclass(frozen=True)
class End:
    """The session is over; let whoever is connected go."""


Action = (
    Say
    | PlayGreeting
    | PlayBeep
    | SayOverview
    | PlayMessage
    | StopPlaying
    | StartRecording
    | KeepRecording
    | DropRecording
    | UseStandardGreeting
    | MarkHeard
    | DeleteMessages
    | CountFailures
    | CallBack
    | StartTimer
    | StopTimer
    | End
)

P = TypeVar("P", bound=Enum)


@dataclass(frozen=True)
class Row(Generic[P]):
    """One row of a table: what is done, and every phase it can lead to (the diagrams are drawn from these)."""

    handler: Callable[..., Any]
    leads_to: tuple[P, ...]


def kind_of(event: Event) -> type[Event] | Timer:
    """What the tables are looked up by: the event's kind, or which timer it was."""
    return event.timer if isinstance(event, TimerExpired) else type(event)


def stops(old: frozenset[Timer], new: frozenset[Timer]) -> tuple[Action, ...]:
    """The timers of a phase that is left, in a settled order."""
    return tuple(StopTimer(timer) for timer in sorted(old - new, key=lambda timer: timer.value))
