"""When rules hold, over midnight too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.schedule import DAYS, Moment, clock, schedule_of

MONDAY, TUESDAY, SATURDAY, SUNDAY = 0, 1, 5, 6


def at(weekday: int, text: str) -> Moment:
    hour, minute = text.split(":")
    return Moment(weekday, int(hour) * 60 + int(minute))


@pytest.mark.parametrize(
    ("hours", "days", "now", "holds"),
    [
        ("", (), at(SUNDAY, "03:00"), True),
        ("08:00-18:00", (), at(MONDAY, "08:00"), True),
        ("08:00-18:00", (), at(MONDAY, "17:59"), True),
        ("08:00-18:00", (), at(MONDAY, "18:00"), False),
        ("08:00-18:00", (), at(MONDAY, "07:59"), False),
        ("22:00-07:00", (), at(MONDAY, "22:00"), True),
        ("22:00-07:00", (), at(TUESDAY, "06:59"), True),
        ("22:00-07:00", (), at(TUESDAY, "07:00"), False),
        ("22:00-07:00", (), at(TUESDAY, "12:00"), False),
        ("", ("sat", "sun"), at(SATURDAY, "12:00"), True),
        ("", ("sat", "sun"), at(MONDAY, "00:00"), False),
        ("22:00-07:00", ("mon",), at(MONDAY, "23:00"), True),
        ("22:00-07:00", ("mon",), at(TUESDAY, "03:00"), True),  # Monday's night
        ("22:00-07:00", ("mon",), at(MONDAY, "03:00"), False),  # Sunday's night
        ("22:00-07:00", ("sun",), at(MONDAY, "03:00"), True),  # over the end of the week
        ("22:00-07:00", ("mon",), at(TUESDAY, "23:00"), False),
    ],
)
def test_hours_and_days(hours: str, days: tuple[str, ...], now: Moment, holds: bool) -> None:  # noqa: FBT001 (a table)
    assert schedule_of(hours, days).holds(now) is holds


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 6), st.integers(0, 1439), st.frozensets(st.sampled_from(DAYS)))
def test_a_span_and_its_opposite_share_the_day(first: int, last: int, weekday: int, minute: int, days: frozenset[str]) -> None:
    now = Moment(weekday, minute)
    if first != last:
        span, opposite = (f"{clock(a)}-{clock(b)}" for a, b in ((first, last), (last, first)))
        assert schedule_of(span).holds(now) is not schedule_of(opposite).holds(now)
        assert schedule_of(span).holds(now) or not schedule_of(span, tuple(days)).holds(now)


def test_in_words() -> None:
    assert str(schedule_of("22:00-07:00", ("fri", "mon"))) == "mon, fri 22:00 to 07:00"
    assert str(schedule_of("")) == "always"
    assert str(Moment(SUNDAY, 65)) == "sun 01:05"
