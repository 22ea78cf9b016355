"""When the box opens a Wi-Fi network of its own, so that somebody can set it up. Pure: what is seen and the moment go in, the new state comes out.

A box that nobody has set up and that knows no way out opens it by itself and keeps it until the set-up is done. One that is set up opens it when its
button is held, for a while: its owner may have moved to another house.
"""

from dataclasses import dataclass
from enum import Enum

LOOK_EVERY_MS = 15_000
"""The first look comes so long after the start: a cable has given its address by then (a chosen length)."""
BY_BUTTON_MS = 15 * 60_000
"""Long enough to walk to the sofa and type a password; chosen."""


class Phase(Enum):
    CLOSED = "closed"
    UNTIL_SET_UP = "open until the set-up is done"
    FOR_A_WHILE = "open for a while"


@dataclass(frozen=True)
class Seen:
    """`is_set_up`: the first set-up was done; `has_way_out`: some network leads further than the house."""

    is_set_up: bool
    has_way_out: bool
    at_ms: float


@dataclass(frozen=True)
class State:
    """`until_ms` holds in FOR_A_WHILE."""

    phase: Phase = Phase.CLOSED
    until_ms: float = 0.0


def held(seen: Seen) -> State:
    """The button was held: open, whatever was before."""
    return State(Phase.FOR_A_WHILE, seen.at_ms + BY_BUTTON_MS) if seen.is_set_up else State(Phase.UNTIL_SET_UP)


def looked(state: State, seen: Seen) -> State:
    """One look at how things are."""
    match state.phase:
        case Phase.CLOSED if not seen.is_set_up and not seen.has_way_out:
            return State(Phase.UNTIL_SET_UP)
        case Phase.UNTIL_SET_UP if seen.is_set_up:
            return State()
        case Phase.FOR_A_WHILE if seen.at_ms >= state.until_ms:
            return State()
        case _:
            return state


def is_at_rest(state: State, seen: Seen) -> bool:
    """Whether nothing can change any more without the button: then nobody need look."""
    return state.phase is Phase.CLOSED and seen.is_set_up
