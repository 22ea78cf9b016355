"""The ladder: cheap rungs first, never more than the day's budget, and never at rest for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.modem_ladder import A_DAY, FOOT, RUNGS, WAITS_MS, Cause, Ladder, Rung, climb, proven

ALL = frozenset(Rung)


def climbed(cause: Cause, times: int, possible: frozenset[Rung] = ALL, day: int = 1) -> list[Rung | None]:
    ladder, rungs = FOOT, []
    for _ in range(times):
        done = climb(ladder, cause, possible, day)
        ladder = done.ladder
        rungs.append(done.rung)
    return rungs


def test_the_order_of_the_rungs() -> None:
    assert climbed(Cause.DATA, 6) == list(RUNGS[Cause.DATA])


def test_what_the_device_does_not_have_is_left_out() -> None:
    assert climbed(Cause.DATA, 5, frozenset({Rung.RESET})) == [Rung.DATA, Rung.DATA, Rung.RESET, Rung.RESET, Rung.RESET]


def test_without_a_network_the_dear_rungs_are_left_alone() -> None:
    assert set(climbed(Cause.NETWORK, 100)) == {Rung.RADIO, Rung.RESET, None}


@pytest.mark.parametrize("cause", Cause)
def test_the_days_budget_is_kept_and_a_new_day_is_a_new_budget(cause: Cause) -> None:
    rungs = climbed(cause, 200)
    assert all(rungs.count(rung) <= most for rung, most in A_DAY.items())
    assert sum(rung in A_DAY for rung in rungs) <= 30
    assert climb(Ladder(50, 1, tuple(A_DAY) * 20), cause, ALL, 2).rung is not None


def test_connecting_again_is_always_left() -> None:
    assert climbed(Cause.DATA, 200)[-1] is Rung.DATA
    assert climbed(Cause.SILENT, 200)[-1] is None


def test_success_starts_at_the_foot_but_gives_nothing_back() -> None:
    spent = Ladder(7, 1, (Rung.POWER,) * 4)
    assert proven(spent) == Ladder(0, 1, (Rung.POWER,) * 4)


def test_the_power_key_comes_within_three_minutes() -> None:
    """Waits alone; each failed connection on the way takes its own seconds."""
    assert sum(WAITS_MS[: RUNGS[Cause.DATA].index(Rung.POWER) + 1]) <= 30_000


@given(st.lists(st.sampled_from(Cause), max_size=60), st.frozensets(st.sampled_from(Rung)))
def test_any_mix_of_causes_keeps_to_the_budget_and_to_what_is_possible(causes: list[Cause], possible: frozenset[Rung]) -> None:
    ladder, taken = FOOT, []
    for cause in causes:
        done = climb(ladder, cause, possible, 1)
        ladder = done.ladder
        taken.append(done.rung)
        assert done.rung in {*RUNGS[cause], None}
        assert done.wait_ms > 0
    assert all(taken.count(rung) <= most for rung, most in A_DAY.items())
    assert {rung for rung in taken if rung in A_DAY} <= possible
