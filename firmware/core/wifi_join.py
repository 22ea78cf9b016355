"""Joining a Wi-Fi network: from the choice to an address, or to the reason why not. Pure; whoever keeps the time says when it is over.

What the radio says is taken with care: a network can be missed once, an access point may turn a device away and take it a moment later. Only a
refused passphrase ends the try at once, since trying it again is what access points punish.
"""

from dataclasses import dataclass, replace
from enum import Enum

_MISSES = 3
"""So many looks without the network: it is not there. One beacon is missed easily."""


class JoinPhase(Enum):
    """How far it is; the values are for people."""

    LOOKING = "looking"
    """For the network, and to be let in."""
    ADDRESS = "address"
    """Let in; waits for an address."""
    OVER = "over"


class Outcome(Enum):
    """How it ended, in a sentence for the owner."""

    JOINED = "The box is in this Wi-Fi network."
    WRONG_KEY = "The network refused the passphrase. Please check it."
    NOT_FOUND = "The network was not found. Is its name right, and is it near enough?"
    FULL = "The network takes no more devices at the moment."
    TURNED_AWAY = "The network turned the box away."
    NO_ANSWER = "The network did not answer. Its signal may be too weak here."
    NO_ADDRESS = "The network let the box in but gave it no IPv4 address."


class JoinEvent(Enum):
    """What happened; past tense."""

    LET_IN = "let in"
    LEFT = "left"
    MISSED = "missed"
    KEY_REFUSED = "passphrase refused"
    TURNED_AWAY = "turned away"
    FOUND_FULL = "found full"
    ADDRESS_GIVEN = "address given"
    GIVEN_UP = "given up"
    """By the radio, after several tries; or by whoever keeps the time."""


@dataclass(frozen=True)
class Joining:
    """The state; `outcome` is there when the phase is OVER. `excuse` is what to say if nothing better comes."""

    phase: JoinPhase = JoinPhase.LOOKING
    missed: int = 0
    excuse: Outcome = Outcome.NO_ANSWER
    outcome: Outcome | None = None


def step(state: Joining, event: JoinEvent) -> Joining:
    """The state after the event; once it is over nothing changes any more."""
    match state.phase:
        case JoinPhase.LOOKING:
            return _looking(state, event)
        case JoinPhase.ADDRESS:
            return _waiting(state, event)
        case JoinPhase.OVER:
            return state


def _looking(state: Joining, event: JoinEvent) -> Joining:
    match event:
        case JoinEvent.LET_IN:
            return replace(state, phase=JoinPhase.ADDRESS)
        case JoinEvent.KEY_REFUSED:
            return _over(state, Outcome.WRONG_KEY)
        case JoinEvent.MISSED:
            missed = replace(state, missed=state.missed + 1)
            return _over(missed, Outcome.NOT_FOUND) if missed.missed >= _MISSES else missed
        case JoinEvent.TURNED_AWAY | JoinEvent.FOUND_FULL:
            return replace(state, excuse=Outcome.FULL if event is JoinEvent.FOUND_FULL else Outcome.TURNED_AWAY)
        case JoinEvent.GIVEN_UP:
            return _over(state, Outcome.NOT_FOUND if state.missed else state.excuse)
        case JoinEvent.LEFT | JoinEvent.ADDRESS_GIVEN:  # both of the network before
            return state


def _waiting(state: Joining, event: JoinEvent) -> Joining:
    match event:
        case JoinEvent.ADDRESS_GIVEN:
            return _over(state, Outcome.JOINED)
        case JoinEvent.LEFT:
            return replace(state, phase=JoinPhase.LOOKING)
        case JoinEvent.KEY_REFUSED:
            return _over(state, Outcome.WRONG_KEY)
        case JoinEvent.GIVEN_UP:
            return _over(state, Outcome.NO_ADDRESS)
        case JoinEvent.LET_IN | JoinEvent.MISSED | JoinEvent.TURNED_AWAY | JoinEvent.FOUND_FULL:
            return state


def _over(state: Joining, outcome: Outcome) -> Joining:
    return replace(state, phase=JoinPhase.OVER, outcome=outcome)
