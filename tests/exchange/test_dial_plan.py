"""The settings as a dial plan: what the owner wrote becomes what is decided with."""

from datetime import datetime

import pytest

from firmware.core.dial_plan import Route, Situation
from firmware.core.digit_map import Verdict, parse
from firmware.core.numbers import NumberForm
from firmware.core.schedule import Moment
from firmware.core.spending import Spending
from firmware.exchange.dial_plan import DialPlan, moment_of, read_moment
from firmware.settings.load import parse as parse_settings

SETTINGS = """
[device]
country = "KZ"
[dial_plan]
area_code = "727"
block = ["+99"]
allow = []
premium = "allow"
international = false
longest_call_min = 10
daily_cost_limit = 50
daily_international_min = 5
[[price]]
prefix = "8701"
per_minute = 10
[[line]]
[[line]]
account = "b"
digit_map = "2xx"
[[account]]
id = "a"
server = "h.example"
user = "u"
number = "+77272500001"
number_form = "eight"
[[account]]
id = "b"
server = "h.example"
user = "v"
anonymous = true
[[contact]]
name = "Mum"
numbers = ["87011234567", "2501234"]
group = "family"
account = "b"
[[rule]]
name = "abroad"
account = "b"
prefix = ["810"]
country = ["DE"]
contact = ["family"]
line = 2
hours = "22:00-07:00"
days = ["mon"]
"""
PLAN = DialPlan(parse_settings(SETTINGS.encode(), "k.toml"))
NOW = Situation(Moment(2, 720), frozenset("ab"))


def test_everything_written_is_in_the_plan() -> None:
    plan = PLAN.plan
    assert [(each.id, each.own_number, each.form, each.hidden) for each in plan.accounts] == [
        ("a", "+77272500001", NumberForm.EIGHT, False),
        ("b", "v", NumberForm.AS_DIALED, True),
    ]
    assert plan.contacts[0].keys == {"+77011234567", "+77272501234"}
    assert plan.line_accounts == {2: "b"}
    rule = plan.rules[0]
    assert (rule.countries, rule.contacts, rule.line, str(rule.schedule)) == ({"DE"}, {"family"}, 2, "mon 22:00 to 07:00")
    guards = plan.guards
    assert (guards.international, guards.premium, guards.longest_s) == (False, True, 600)
    assert (guards.budget.money, guards.budget.international_s) == (50, 300)


def test_without_limits_in_the_settings_there_are_none() -> None:
    guards = DialPlan(parse_settings(b"", "k.toml")).plan.guards
    assert (guards.longest_s, guards.budget.money, guards.budget.international_s) == (None, None, None)


def test_a_route_of_settings() -> None:
    found = PLAN.route("87011234567", 1, NOW, "a")
    assert isinstance(found, Route)
    assert (found.account, found.dialed_form, found.limit_s) == ("a", "87011234567", 299)


def test_a_local_number_is_the_contact_s_as_well() -> None:
    found = PLAN.route("+77272501234", 1, NOW)
    assert isinstance(found, Route)
    assert found.account == "b"


def test_callers_are_remembered_however_their_provider_writes_them() -> None:
    reached = PLAN.last_reached([("77011234567", "b"), ("+77011234567", "a"), ("600", "a"), ("", "a"), ("anonymous", "a")])
    assert dict(reached) == {"+77011234567": "b", "600": "a", "anonymous": "a"}


def test_the_day_is_added_up_from_the_log() -> None:
    rows = [("87011234567", 61.0, "a"), ("+77011234567", 30.0, "b"), ("112", 600.0, "a"), ("84957654321", 20.0, "a")]
    assert PLAN.spent(rows) == Spending(money=30, international_s=20)


def test_calls_in_parallel_share_what_is_left_of_the_day() -> None:
    before = Spending(money=10)  # 40 left: four minutes of one call, two of each of two
    assert PLAN.time_left_s([("87011234567", 0.0, "a")], before) == 239
    assert PLAN.time_left_s([("87011234567", 0.0, "a"), ("87012223344", 0.0, "b")], before) == 119
    assert PLAN.time_left_s([("112", 0.0, "a"), ("600", 0.0, "a")], Spending(money=1e9)) is None
    assert [PLAN.costs(digits) for digits in ("87011234567", "84957654321", "112", "600")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("number", "forms"),
    [
        ("77011234567", {"77011234567", "+77011234567", "87011234567"}),
        ("+4930123456", {"+4930123456", "8104930123456"}),
        ("2501234", {"2501234", "+77272501234", "87272501234"}),
        ("600", {"600"}),
        ("anonymous", {"anonymous"}),
    ],
)
def test_the_forms_in_which_a_caller_may_be_listed(number: str, forms: set[str]) -> None:
    assert PLAN.forms_of(number) == forms


def test_a_line_s_own_digit_map_keeps_the_emergency_numbers() -> None:
    own, country = parse(PLAN.digit_map(2)), parse(PLAN.digit_map(1))
    assert own.judge("112") is country.judge("112") is Verdict.COMPLETE
    assert own.judge("2501234") is Verdict.IMPOSSIBLE
    assert country.judge("2501234") is Verdict.COMPLETE


def test_prepared_plans_answer_the_same() -> None:
    plan = DialPlan(parse_settings(SETTINGS.encode(), "k.toml"))
    plan.prepare()
    assert plan.plan == PLAN.plan


def test_times() -> None:
    assert read_moment("2026-11-25 21:30") == Moment(2, 21 * 60 + 30) == moment_of(datetime(2026, 11, 25, 21, 30))  # noqa: DTZ001
    with pytest.raises(ValueError, match='"noon" is no time; allowed: a local time such as "2026-11-25 21:30"'):
        read_moment("noon")
