"""The hook switch as a language: breaks of the loop become dialed digits, flashes and hang-ups.

Pure: loop changes and timer expiries in, events and timer wishes out. It knows the lengths of breaks and nothing of calls or tones.
Break lengths: a dial of 8-22 pulses a second with break to make from 1:3 to 3:1 opens the loop for 11-94 ms and closes it between pulses for as long
(ITU-T Q.23 leaves pulse dialing to national rules; 10 pps with 60-67 % break is the classic dial); anything from `flash_min_ms` is a flash (register
recall), anything longer than `flash_max_ms` a hang-up. `core.dial_learning` finds the lengths of one dial.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from firmware.core.events import DigitDialed, DigitStarted, Event, HookFlashed, HookLifted, HookReplaced


class HookPhase(Enum):
    ON_HOOK = "on hook"
    OFF_HOOK = "off hook"
    BREAK = "break"
    """The loop is open; how long it stays so tells a pulse from a flash from a hang-up."""
    MAKE = "make"
    """The loop closed again after a pulse; another pulse or the end of the digit follows."""


class HookTimer(Enum):
    HANG_UP = "hang-up"
    DIGIT_END = "digit end"


@dataclass(frozen=True)
class LoopClosed:
    at_ms: float


@dataclass(frozen=True)
class LoopOpened:
    at_ms: float


@dataclass(frozen=True)
class HookTimerExpired:
    timer: HookTimer


HookEvent = LoopClosed | LoopOpened | HookTimerExpired


class PulseDialing(Enum):
    """How many pulses a rotary dial sends for a digit; the values are the names in the settings."""

    STANDARD = "standard"
    """As many as the digit, ten for 0."""
    NEW_ZEALAND = "new-zealand"
    """Ten less the digit: nine for 1, ten for 0. Oslo's dials did the same."""
    SWEDISH = "swedish"
    """One more than the digit: one for 0, ten for 9."""
    OFF = "off"
    """Pulses are contact trouble."""


@dataclass(frozen=True)
class HookRules:
    """Lengths that tell breaks apart, in milliseconds, and what their number means."""

    break_min_ms: int = 10
    """Shorter breaks are contact trouble, not pulses: 22 pps with break to make 1:3 breaks for 11.4 ms."""
    make_min_ms: int = 8
    """A shorter make after a break is the contact's bounce within one pulse: 22 pps with 3:1 makes for 11.4 ms."""
    flash_min_ms: int = 95
    """Just longer than the longest break of a pulse: 93.8 ms at 8 pps with 3:1."""
    flash_max_ms: int = 700
    digit_end_ms: int = 200
    """A make this long ends the digit: longer than any make inside one (94 ms at 8 pps with 1:3), shorter than any pause between two."""
    dialing: PulseDialing = PulseDialing.STANDARD


@dataclass(frozen=True)
class Pulse:
    """One break that counts: when the loop opened and when it closed again."""

    opened_ms: float
    closed_ms: float

    @property
    def break_ms(self) -> float:
        return self.closed_ms - self.opened_ms


@dataclass(frozen=True)
class PulseTrain:
    """The pulses of one digit as they came, whatever digit that is; at least one."""

    pulses: tuple[Pulse, ...]

    @property
    def breaks_ms(self) -> tuple[float, ...]:
        return tuple(pulse.break_ms for pulse in self.pulses)

    @property
    def makes_ms(self) -> tuple[float, ...]:
        """The times the loop was closed between two pulses: one fewer than pulses."""
        return tuple(later.opened_ms - earlier.closed_ms for earlier, later in pairwise(self.pulses))


@dataclass(frozen=True)
class HookState:
    phase: HookPhase = HookPhase.ON_HOOK
    pulses: tuple[Pulse, ...] = ()
    since_ms: float = 0.0
    """When the loop last changed, in BREAK and MAKE."""


@dataclass(frozen=True)
class HookStep:
    """What one loop change led to: the new state, events for the line, and the one timer to (re)start, if any."""

    state: HookState
    events: tuple[Event, ...] = ()
    start: tuple[HookTimer, int] | None = None
    stop: tuple[HookTimer, ...] = field(default=())
    train: PulseTrain | None = None
    """A digit's pulses have ended: for whoever learns a dial, also where they are no digit."""


def _lift(_rules: HookRules, _state: HookState, event: LoopClosed) -> HookStep:
    return HookStep(HookState(HookPhase.OFF_HOOK), (HookLifted(event.at_ms),))


def _open(rules: HookRules, state: HookState, event: LoopOpened) -> HookStep:
    opened = _reopened(rules, state, event) or HookState(HookPhase.BREAK, state.pulses, event.at_ms)
    left_ms = rules.flash_max_ms - round(event.at_ms - opened.since_ms)
    return HookStep(opened, start=(HookTimer.HANG_UP, max(0, left_ms)), stop=(HookTimer.DIGIT_END,))


def _reopened(rules: HookRules, state: HookState, event: LoopOpened) -> HookState | None:
    """The break before goes on, for the make after it was too short to be one."""
    last = state.pulses[-1] if state.pulses else None
    if last is None or state.since_ms != last.closed_ms or event.at_ms - last.closed_ms >= rules.make_min_ms:
        return None
    return HookState(HookPhase.BREAK, state.pulses[:-1], last.opened_ms)


def _close(rules: HookRules, state: HookState, event: LoopClosed) -> HookStep:
    pulse = Pulse(state.since_ms, event.at_ms)
    stop = (HookTimer.HANG_UP,)
    if pulse.break_ms < rules.flash_min_ms:
        pulses = (*state.pulses, pulse) if pulse.break_ms >= rules.break_min_ms else state.pulses
        make = HookState(HookPhase.MAKE, pulses, event.at_ms)
        return HookStep(make, _first(rules, state, make), start=(HookTimer.DIGIT_END, rules.digit_end_ms), stop=stop)
    if pulse.break_ms <= rules.flash_max_ms:
        return HookStep(HookState(HookPhase.OFF_HOOK), (HookFlashed(event.at_ms),), stop=stop)
    return HookStep(HookState(HookPhase.OFF_HOOK), (HookReplaced(state.since_ms), HookLifted(event.at_ms)), stop=stop)


def _first(rules: HookRules, before: HookState, now: HookState) -> tuple[Event, ...]:
    starts = (len(before.pulses), len(now.pulses)) == (0, 1) and rules.dialing is not PulseDialing.OFF
    return (DigitStarted(now.since_ms),) if starts else ()


def _hang_up(_rules: HookRules, state: HookState, _event: HookTimerExpired) -> HookStep:
    return HookStep(HookState(HookPhase.ON_HOOK), (HookReplaced(state.since_ms),))


def _end_digit(rules: HookRules, state: HookState, _event: HookTimerExpired) -> HookStep:
    digit = pulsed_digit(len(state.pulses), rules.dialing)
    events = (DigitDialed(digit, state.since_ms),) if digit else ()
    return HookStep(HookState(HookPhase.OFF_HOOK), events, train=PulseTrain(state.pulses) if state.pulses else None)


def _stay(_rules: HookRules, state: HookState, _event: HookEvent) -> HookStep:
    return HookStep(state)


def pulsed_digit(pulses: int, dialing: PulseDialing = PulseDialing.STANDARD) -> str | None:
    """The digit that so many pulses are; None for fewer than one or more than ten."""
    if not 1 <= pulses <= 10:
        return None
    match dialing:
        case PulseDialing.STANDARD:
            return str(pulses % 10)
        case PulseDialing.NEW_ZEALAND:
            return str(10 - pulses)
        case PulseDialing.SWEDISH:
            return str(pulses - 1)
        case PulseDialing.OFF:
            return None


def pulses_of(digit: str, dialing: PulseDialing) -> int:
    """How many pulses a dial sends for a digit of 0-9. ValueError for another, and for OFF."""
    for pulses in range(1, 11):
        if pulsed_digit(pulses, dialing) == digit:
            return pulses
    raise ValueError(f"{digit!r} is not on a {dialing.value} dial.")


_Key = tuple[HookPhase, type[HookEvent] | HookTimer]

TABLE: dict[_Key, Callable[..., HookStep]] = {
    (HookPhase.ON_HOOK, LoopClosed): _lift,
    (HookPhase.OFF_HOOK, LoopOpened): _open,
    (HookPhase.BREAK, LoopClosed): _close,
    (HookPhase.BREAK, HookTimer.HANG_UP): _hang_up,
    (HookPhase.MAKE, LoopOpened): _open,
    (HookPhase.MAKE, HookTimer.DIGIT_END): _end_digit,
}

IGNORED: frozenset[_Key] = frozenset(
    {
        # A change that was already true: the debouncer only repeats itself after a restart.
        (HookPhase.ON_HOOK, LoopOpened),
        (HookPhase.OFF_HOOK, LoopClosed),
        (HookPhase.BREAK, LoopOpened),
        (HookPhase.MAKE, LoopClosed),
        # A timer that expired while its cancellation was on the way.
        (HookPhase.ON_HOOK, HookTimer.HANG_UP),
        (HookPhase.ON_HOOK, HookTimer.DIGIT_END),
        (HookPhase.OFF_HOOK, HookTimer.HANG_UP),
        (HookPhase.OFF_HOOK, HookTimer.DIGIT_END),
        (HookPhase.BREAK, HookTimer.DIGIT_END),
        (HookPhase.MAKE, HookTimer.HANG_UP),
    }
)


def step(rules: HookRules, state: HookState, event: HookEvent) -> HookStep:
    """One change of the loop, or one expired timer. Total: every pair stands in TABLE or IGNORED."""
    kind = event.timer if isinstance(event, HookTimerExpired) else type(event)
    key: _Key = (state.phase, kind)
    return _stay(rules, state, event) if key in IGNORED else TABLE[key](rules, state, event)
