"""The hook switch as a language: breaks of the loop become dialed digits, flashes and hang-ups.

Pure: loop changes and timer expiries in, events and timer wishes out. It knows the lengths of breaks and nothing of calls or tones.
Break lengths: a dial of 8-22 pulses a second with 50-67 % break opens the loop for 23-84 ms (ITU-T Q.23 leaves pulse dialing to national rules;
10 pps with 60-67 % is the classic dial); anything from `flash_min_ms` is a flash (register recall), anything longer than `flash_max_ms` a hang-up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

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


@dataclass(frozen=True)
class HookRules:
    """Lengths that tell breaks apart, in milliseconds."""

    break_min_ms: int = 12
    """Shorter breaks are contact trouble, not pulses."""
    flash_min_ms: int = 95
    flash_max_ms: int = 700
    digit_end_ms: int = 200
    """A make this long ends the digit: longer than any make inside one (62 ms at 8 pps), shorter than any pause between two."""


@dataclass(frozen=True)
class HookState:
    phase: HookPhase = HookPhase.ON_HOOK
    pulses: int = 0
    since_ms: float = 0.0
    """When the loop last changed, in BREAK and MAKE."""


@dataclass(frozen=True)
class HookStep:
    """What one loop change led to: the new state, events for the line, and the one timer to (re)start, if any."""

    state: HookState
    events: tuple[Event, ...] = ()
    start: tuple[HookTimer, int] | None = None
    stop: tuple[HookTimer, ...] = field(default=())


def _lift(_rules: HookRules, _state: HookState, event: LoopClosed) -> HookStep:
    return HookStep(HookState(HookPhase.OFF_HOOK), (HookLifted(event.at_ms),))


def _open(rules: HookRules, state: HookState, event: LoopOpened) -> HookStep:
    opened = HookState(HookPhase.BREAK, state.pulses, event.at_ms)
    return HookStep(opened, start=(HookTimer.HANG_UP, rules.flash_max_ms), stop=(HookTimer.DIGIT_END,))


def _close(rules: HookRules, state: HookState, event: LoopClosed) -> HookStep:
    break_ms = event.at_ms - state.since_ms
    stop = (HookTimer.HANG_UP,)
    if break_ms < rules.flash_min_ms:
        pulses = state.pulses + (break_ms >= rules.break_min_ms)
        first = (DigitStarted(event.at_ms),) if (state.pulses, pulses) == (0, 1) else ()
        make = HookState(HookPhase.MAKE, pulses, event.at_ms)
        return HookStep(make, first, start=(HookTimer.DIGIT_END, rules.digit_end_ms), stop=stop)
    if break_ms <= rules.flash_max_ms:
        return HookStep(HookState(HookPhase.OFF_HOOK), (HookFlashed(event.at_ms),), stop=stop)
    return HookStep(HookState(HookPhase.OFF_HOOK), (HookReplaced(state.since_ms), HookLifted(event.at_ms)), stop=stop)


def _hang_up(_rules: HookRules, state: HookState, _event: HookTimerExpired) -> HookStep:
    return HookStep(HookState(HookPhase.ON_HOOK), (HookReplaced(state.since_ms),))


def _end_digit(_rules: HookRules, state: HookState, _event: HookTimerExpired) -> HookStep:
    digit = pulsed_digit(state.pulses)
    events = (DigitDialed(digit, state.since_ms),) if digit else ()
    return HookStep(HookState(HookPhase.OFF_HOOK), events)


def _stay(_rules: HookRules, state: HookState, _event: HookEvent) -> HookStep:
    return HookStep(state)


def pulsed_digit(pulses: int) -> str | None:
    """1-9 pulses are that digit, 10 are zero; any other count is no digit."""
    return str(pulses % 10) if 1 <= pulses <= 10 else None


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
