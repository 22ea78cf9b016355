"""The cost guard: what a day cost, what is left, and that no way of calling gets past the limit by more than it must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.numbers import Kind, Number, Prefix
from firmware.core.spending import Budget, Call, Price, Spending

CITY = Number("87272501234", Kind.FIXED, "+77272501234", "KZ", "7272501234")
MOBILE = Number("87011234567", Kind.MOBILE, "+77011234567", "KZ", "7011234567")
BERLIN = Number("8104930123456", Kind.FIXED, "+4930123456", "DE", "30123456", international=True)
ELSEWHERE = Number("81033123456789", Kind.FIXED, "+33123456789", "FR", "123456789", international=True)
EXTENSION = Number("600", Kind.SHORT, country="KZ")
AMBULANCE = Number("103", Kind.EMERGENCY, country="KZ")

PRICES = (
    Price(Prefix("+7", ("+7",)), 2),
    Price(Prefix("8701", ("+7701",)), 12),
    Price(Prefix("81049", ("+49",)), 40),
    Price(Prefix("1"), 99),
)
BUDGET = Budget(PRICES, money=100, international_s=600)


@pytest.mark.parametrize(
    ("number", "per_minute"), [(CITY, 2), (MOBILE, 12), (BERLIN, 40), (ELSEWHERE, 0), (EXTENSION, 0), (AMBULANCE, 0)]
)
def test_the_longest_prefix_has_the_price(number: Number, per_minute: float) -> None:
    assert BUDGET.per_minute(number) == per_minute


def test_a_day_is_added_up_by_begun_minutes_and_seconds_abroad() -> None:
    calls = [
        Call(CITY, 61),
        Call(MOBILE, 60),
        Call(BERLIN, 1),
        Call(ELSEWHERE, 90),
        Call(EXTENSION, 900),
        Call(AMBULANCE, 900),
        Call(CITY, 0),
    ]
    assert BUDGET.spent(calls) == Spending(money=2 * 2 + 12 + 40, international_s=91)


@pytest.mark.parametrize(
    ("number", "spent", "left_s"),
    [
        (CITY, Spending(), 50 * 60 - 1),
        (MOBILE, Spending(money=60), 3 * 60 - 1),  # 40 are good for three minutes of 12
        (MOBILE, Spending(money=90), 0),
        (MOBILE, Spending(money=88), 59),
        (BERLIN, Spending(), 2 * 60 - 1),  # the money ends before the minutes
        (BERLIN, Spending(international_s=550), 50),  # the minutes before the money
        (ELSEWHERE, Spending(money=100), 600),  # no price: only minutes count
        (ELSEWHERE, Spending(international_s=700), 0),
        (CITY, Spending(international_s=700), 50 * 60 - 1),
        (EXTENSION, Spending(money=1000, international_s=1000), None),
        (AMBULANCE, Spending(money=1000, international_s=1000), None),
    ],
)
def test_what_is_left_for_a_call(number: Number, spent: Spending, left_s: int | None) -> None:
    assert BUDGET.affordable_s(number, spent) == left_s


def test_without_limits_nothing_ends() -> None:
    assert Budget(PRICES).affordable_s(BERLIN, Spending(money=1e9, international_s=1e9)) is None


def test_running_calls_share_what_is_left() -> None:
    running = (Call(MOBILE, 30), Call(MOBILE, 45))
    # 24 of 72 are begun, so two minutes each are left: the third ones begin after 135 s and 150 s
    assert BUDGET.end_of(running, Spending(money=28)) == 134
    abroad = (Call(ELSEWHERE, 100), Call(ELSEWHERE, 200))
    assert BUDGET.end_of(abroad, Spending(international_s=100)) == 100


def test_a_limit_that_is_already_passed_ends_running_calls_at_once() -> None:
    assert BUDGET.end_of((Call(MOBILE, 30),), Spending(money=99)) == 0
    assert BUDGET.end_of((Call(ELSEWHERE, 30),), Spending(international_s=600)) == 0


def test_only_calls_that_use_something_up_are_to_be_ended() -> None:
    assert [BUDGET.costs(number) for number in (CITY, BERLIN, ELSEWHERE, EXTENSION, AMBULANCE)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert not Budget(PRICES).costs(BERLIN)


NUMBERS = st.sampled_from([CITY, MOBILE, BERLIN, ELSEWHERE, EXTENSION, AMBULANCE])
CALLS = st.lists(st.builds(Call, NUMBERS, st.integers(0, 5000)), max_size=4).map(tuple)


@given(CALLS, st.floats(0, 200), st.integers(0, 3600))
def test_calls_ended_in_time_never_pass_the_limits(running: tuple[Call, ...], money: float, international_s: int) -> None:
    before = Spending(money, international_s)
    end = BUDGET.end_of(running, before)
    if end:
        after = BUDGET.spent(Call(call.number, call.seconds + end) for call in running)
        if any(BUDGET.per_minute(call.number) for call in running):
            assert money + after.money <= 100 + 1e-6
        if after.international_s:
            assert international_s + after.international_s <= 600


@given(NUMBERS, st.floats(0, 200), st.integers(0, 1000))
def test_more_spent_never_leaves_more(number: Number, money: float, international_s: int) -> None:
    less = BUDGET.affordable_s(number, Spending(money, international_s))
    more = BUDGET.affordable_s(number, Spending(money + 10, international_s + 10))
    assert (less is None) is (more is None)
    assert less is None or more is None or more <= less
