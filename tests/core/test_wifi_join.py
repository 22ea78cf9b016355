"""Joining a Wi-Fi network: what each news of the radio makes of it, and that every ending has its own words."""

from __future__ import annotations

import pytest

from firmware.core.wifi_join import JoinEvent, Joining, JoinPhase, Outcome, step

E = JoinEvent


def after(*events: JoinEvent) -> Joining:
    state = Joining()
    for event in events:
        state = step(state, event)
    return state


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ((E.LET_IN, E.ADDRESS_GIVEN), Outcome.JOINED),
        ((E.LEFT, E.ADDRESS_GIVEN, E.LET_IN, E.ADDRESS_GIVEN), Outcome.JOINED),
        ((E.MISSED, E.MISSED, E.LET_IN, E.ADDRESS_GIVEN), Outcome.JOINED),
        ((E.TURNED_AWAY, E.LET_IN, E.ADDRESS_GIVEN), Outcome.JOINED),
        ((E.LET_IN, E.LEFT, E.LET_IN, E.ADDRESS_GIVEN), Outcome.JOINED),
        ((E.KEY_REFUSED,), Outcome.WRONG_KEY),
        ((E.LET_IN, E.KEY_REFUSED), Outcome.WRONG_KEY),
        ((E.MISSED, E.MISSED, E.MISSED), Outcome.NOT_FOUND),
        ((E.MISSED, E.GIVEN_UP), Outcome.NOT_FOUND),
        ((E.GIVEN_UP,), Outcome.NO_ANSWER),
        ((E.FOUND_FULL, E.GIVEN_UP), Outcome.FULL),
        ((E.FOUND_FULL, E.TURNED_AWAY, E.GIVEN_UP), Outcome.TURNED_AWAY),
        ((E.LET_IN, E.GIVEN_UP), Outcome.NO_ADDRESS),
    ],
)
def test_how_a_join_ends(events: tuple[JoinEvent, ...], outcome: Outcome) -> None:
    assert after(*events[:-1]).outcome is None
    assert after(*events).outcome is outcome


@pytest.mark.parametrize("event", JoinEvent)
@pytest.mark.parametrize("phase", JoinPhase)
def test_every_pair_of_phase_and_event_has_an_answer(phase: JoinPhase, event: JoinEvent) -> None:
    outcome = Outcome.JOINED if phase is JoinPhase.OVER else None
    reached = step(Joining(phase, outcome=outcome), event)
    assert (reached.phase is JoinPhase.OVER) == (reached.outcome is not None)
    if phase is JoinPhase.OVER:
        assert reached.outcome is Outcome.JOINED
