"""The one button: what a press means by how long it lasts, as a table of phase and event. Pure; lengths in milliseconds.

A short press makes the box show itself, three seconds open the set-up network, ten seconds forget everything: after the third second the lamps count
down, and letting go cancels that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from firmware.core.indicator import COUNTDOWN_S

SET_UP_AFTER_MS = 3_000
TICK_MS = 1_000


class Phase(Enum):
    RELEASED = "released"
    PRESSED = "pressed"
    COUNTING = "counting down"
    """Held for three seconds: the set-up network was ordered, and the countdown to a factory reset runs."""
    DONE = "reset ordered"
    """Held to the end; nothing more comes of it until it is let go."""
    HELD_AT_BOOT = "held at boot"
    """Held when the box started: a stuck button must not order anything."""


class Event(Enum):
    PRESSED = "pressed"
    RELEASED = "released"
    TICKED = "timer"
    FOUND_PRESSED = "found pressed"
    """At the start."""


class Order(Enum):
    IDENTIFY = "identify"
    OPEN_SET_UP = "open the set-up network"
    SHOW_COUNTDOWN = "show the countdown"
    CANCEL_COUNTDOWN = "cancel the countdown"
    RESET = "factory reset"


@dataclass(frozen=True)
class State:
    """`seconds_left` counts while COUNTING."""

    phase: Phase = Phase.RELEASED
    seconds_left: int = 0


@dataclass(frozen=True)
class Step:
    """The new state, what is ordered, and the delay of the next timer (None: none runs)."""

    state: State
    orders: tuple[Order, ...] = ()
    timer_ms: int | None = None


def _press(_state: State) -> Step:
    return Step(State(Phase.PRESSED), timer_ms=SET_UP_AFTER_MS)


def _identify(_state: State) -> Step:
    return Step(State(), (Order.IDENTIFY,))


def _begin_countdown(_state: State) -> Step:
    return Step(State(Phase.COUNTING, COUNTDOWN_S), (Order.OPEN_SET_UP, Order.SHOW_COUNTDOWN), TICK_MS)


def _count(state: State) -> Step:
    left = state.seconds_left - 1
    if left:
        return Step(State(Phase.COUNTING, left), (Order.SHOW_COUNTDOWN,), TICK_MS)
    return Step(State(Phase.DONE), (Order.RESET,))


def _cancel(_state: State) -> Step:
    return Step(State(), (Order.CANCEL_COUNTDOWN,))


def _rest(_state: State) -> Step:
    return Step(State())


def _distrust(_state: State) -> Step:
    return Step(State(Phase.HELD_AT_BOOT))


TABLE: dict[tuple[Phase, Event], Callable[[State], Step]] = {
    (Phase.RELEASED, Event.PRESSED): _press,
    (Phase.RELEASED, Event.FOUND_PRESSED): _distrust,
    (Phase.PRESSED, Event.RELEASED): _identify,
    (Phase.PRESSED, Event.TICKED): _begin_countdown,
    (Phase.COUNTING, Event.TICKED): _count,
    (Phase.COUNTING, Event.RELEASED): _cancel,
    (Phase.DONE, Event.RELEASED): _rest,
    (Phase.HELD_AT_BOOT, Event.RELEASED): _rest,
}


def _everywhere_but(event: Event, *phases: Phase) -> frozenset[tuple[Phase, Event]]:
    return frozenset((phase, event) for phase in Phase if phase not in phases)


IGNORED: frozenset[tuple[Phase, Event]] = (
    # The button is where we knew it to be.
    _everywhere_but(Event.PRESSED, Phase.RELEASED)
    | _everywhere_but(Event.FOUND_PRESSED, Phase.RELEASED)
    | frozenset({(Phase.RELEASED, Event.RELEASED)})
    # A timer that expired while its cancellation was on the way.
    | _everywhere_but(Event.TICKED, Phase.PRESSED, Phase.COUNTING)
)


def step(state: State, event: Event) -> Step:
    """One event; what is ignored changes nothing and starts no timer."""
    return Step(state) if (state.phase, event) in IGNORED else TABLE[state.phase, event](state)
