"""How long a wrong word makes its place wait, whatever the clock does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware.trust.attempts import (
    FIRST_WAIT_S,
    FORGOTTEN_S,
    FREE_TRIES,
    LONGEST_WAIT_S,
    MOST_PLACES,
    STORM_TRIES,
    Attempts,
    failed,
    place_of,
    succeeded,
    wait_s,
)


def after(wrong: int, place: str = "192.0.2.1", now_s: float = 1000.0) -> Attempts:
    attempts = Attempts()
    for _ in range(wrong):
        attempts = failed(attempts, place, now_s)
    return attempts


def test_a_few_slips_cost_nothing_and_then_the_wait_doubles() -> None:
    assert wait_s(after(FREE_TRIES - 1), "192.0.2.1", 1000) == 0
    waits = [wait_s(after(FREE_TRIES + more), "192.0.2.1", 1000) for more in range(4)]
    assert waits == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S, 8 * FIRST_WAIT_S]
    assert wait_s(after(90), "192.0.2.1", 1000) == LONGEST_WAIT_S


def test_one_place_does_not_lock_out_another() -> None:
    assert wait_s(after(90), "192.0.2.2", 1000) == 0


def test_a_storm_from_everywhere_leaves_each_place_one_try() -> None:
    attempts = Attempts()
    for number in range(STORM_TRIES + 1):
        attempts = failed(attempts, f"198.51.100.{number}", 1000)
    assert wait_s(attempts, "192.0.2.9", 1000) == 0
    assert wait_s(failed(attempts, "192.0.2.9", 1000), "192.0.2.9", 1000) == FIRST_WAIT_S


def test_the_right_word_and_a_day_forgive() -> None:
    assert succeeded(after(7), "192.0.2.1").places == {}
    again = failed(after(90), "192.0.2.1", 1000 + FORGOTTEN_S + 1)
    assert wait_s(again, "192.0.2.1", 1000 + FORGOTTEN_S + 1) == 0


@given(st.lists(st.floats(0, 4e9), max_size=20), st.floats(0, 4e9))
def test_no_clock_makes_anybody_wait_longer_than_the_longest(times: list[float], now_s: float) -> None:
    attempts = Attempts()
    for at_s in times:
        attempts = failed(attempts, "192.0.2.1", at_s)
    assert 0 <= wait_s(attempts, "192.0.2.1", now_s) <= LONGEST_WAIT_S


def test_places_are_bounded_and_a_household_is_one() -> None:
    attempts = Attempts()
    for number in range(MOST_PLACES + 50):
        attempts = failed(attempts, str(number), number)
    assert len(attempts.places) == MOST_PLACES
    assert place_of("2001:db8::1") == place_of("2001:db8::2:3")
    assert place_of("2001:db8::1") != place_of("2001:db8:0:1::1")
    assert place_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert place_of("nonsense") == "unknown"
