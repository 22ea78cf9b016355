"""Emergency numbers are never blocked: every guard, alone and with all others, in every state of the accounts."""

from dataclasses import replace
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.dial_plan import Account, Contact, NoRoute, Plan, Request, Route, Rule, Situation
from firmware.core.guards import Guards
from firmware.core.numbers import Home, Kind, Number, NumberForm, Prefix
from firmware.core.routing import route
from firmware.core.schedule import Moment, schedule_of
from firmware.core.spending import Budget, Price, Spending

AMBULANCE = Number("103", Kind.EMERGENCY, country="KZ")
ACCOUNTS = tuple(Account(name, f"+7{name}", form) for name, form in zip("abc", NumberForm, strict=False))
PLAN = Plan(Home("KZ", "7", "8", "810"), ACCOUNTS)
WORKING = frozenset("abc")
NOON = Moment(2, 720)

EVERY_GUARD = {
    "international": False,
    "blocked": (Prefix("1"), Prefix("103")),
    "allowed": (Prefix("8701"),),
    "longest_s": 1,
    "budget": Budget((Price(Prefix("1"), 1000),), money=1, international_s=1),
}


def guards_in_combination() -> list[dict[str, object]]:
    names = chain.from_iterable(combinations(EVERY_GUARD, size) for size in range(len(EVERY_GUARD) + 1))
    return [{name: EVERY_GUARD[name] for name in chosen} for chosen in names]


@pytest.mark.parametrize("number", [AMBULANCE, replace(AMBULANCE, international=True), replace(AMBULANCE, e164="+7103")])
@pytest.mark.parametrize("chosen", guards_in_combination(), ids=lambda chosen: "+".join(chosen) or "none")
def test_no_combination_of_guards_stops_or_shortens_it(chosen: dict[str, object], number: Number) -> None:
    plan = replace(PLAN, guards=Guards(**chosen))  # type: ignore[arg-type]
    broke = Spending(money=1e9, international_s=1e9)
    for account in ("", "b", "no such account"):
        for hidden in (None, True, False):
            found = route(plan, Request(number, 1, account, hidden), Situation(NOON, WORKING, spending=broke))
            assert isinstance(found, Route)
            assert (found.emergency, found.limit_s, found.hidden) == (True, None, False)


def account_for(
    plan: Plan = PLAN, working: frozenset[str] = WORKING, *, line: int = 1, account: str = "", number: Number = AMBULANCE
) -> str:
    found = route(plan, Request(number, line, account), Situation(NOON, working))
    assert isinstance(found, Route)
    return found.account


def test_any_account_that_works_is_taken() -> None:
    assert account_for() == "a"
    assert account_for(working=frozenset("c")) == "c"
    assert account_for(replace(PLAN, line_accounts={1: "b"})) == "b"
    assert account_for(replace(PLAN, line_accounts={1: "b"}), frozenset("ac")) == "a"


def test_the_code_for_another_number_is_a_wish_and_not_a_wall() -> None:
    assert account_for(account="b") == "b"
    assert account_for(account="b", working=frozenset("c")) == "c"
    assert account_for(account="no such account") == "a"


def test_a_rule_counts_only_where_it_names_the_number() -> None:
    named = replace(PLAN, rules=(Rule("c", prefixes=(Prefix("103"),)),))
    assert account_for(named) == "c"
    assert account_for(named, frozenset("ab")) == "a"
    assert account_for(named, number=replace(AMBULANCE, dialed="112")) == "a"
    for rule in (
        Rule("c"),
        Rule("c", line=1),
        Rule("c", countries=frozenset({"KZ"})),
        Rule("c", schedule=schedule_of("08:00-18:00")),
    ):
        assert account_for(replace(PLAN, rules=(rule,))) == "a"


def test_without_a_working_account_it_is_tried_all_the_same() -> None:
    found = route(PLAN, Request(AMBULANCE), Situation(NOON))
    assert isinstance(found, Route)
    assert "No account works now; it is tried by a all the same." in found.reasons


def test_it_goes_out_as_dialed_and_shows_the_number() -> None:
    hiding = replace(PLAN, accounts=tuple(replace(account, hidden=True) for account in ACCOUNTS))
    for account in hiding.accounts:
        found = route(hiding, Request(AMBULANCE, 1, account.id), Situation(NOON, WORKING))
        assert isinstance(found, Route)
        assert (found.account, found.dialed_form, found.hidden) == (account.id, "103", False)
        assert "Those who help must see who calls, so the number is shown." in found.reasons


def test_only_a_box_without_any_account_cannot_call_for_help() -> None:
    found = route(replace(PLAN, accounts=()), Request(AMBULANCE), Situation(NOON))
    assert isinstance(found, NoRoute)
    assert found.prompt == "no_account"


PREFIXES = st.lists(st.text("0123456789", min_size=1, max_size=3).map(Prefix), max_size=3).map(tuple)
ANY_GUARDS = st.builds(
    Guards,
    international=st.booleans(),
    blocked=PREFIXES,
    allowed=PREFIXES,
    premium=st.booleans(),
    longest_s=st.none() | st.integers(0, 60),
    budget=st.builds(Budget, money=st.none() | st.floats(0, 1), international_s=st.none() | st.floats(0, 1)),
)
NAMES = st.sampled_from([*"abc", "", "gone"])
ANY_RULE = st.builds(Rule, account=NAMES, prefixes=PREFIXES, line=st.integers(0, 2), contacts=st.frozensets(st.just("family")))


ANY_PLAN = st.builds(
    replace,
    st.just(PLAN),
    guards=ANY_GUARDS,
    rules=st.lists(ANY_RULE, max_size=4).map(tuple),
    line_accounts=st.dictionaries(st.integers(1, 2), NAMES),
    contacts=st.just((Contact("Ambulance", frozenset({"103"}), "family", "gone"),)),
)


@given(ANY_PLAN, st.frozensets(st.sampled_from("abc")), NAMES, st.none() | st.booleans())
def test_whatever_the_settings_somebody_is_called(
    plan: Plan,
    working: frozenset[str],
    account: str,
    hidden: bool | None,  # noqa: FBT001 (a strategy's value)
) -> None:
    found = route(plan, Request(AMBULANCE, 1, account, hidden), Situation(NOON, working, {"103": "gone"}))
    assert isinstance(found, Route)
    assert (found.dialed_form, found.limit_s, found.hidden) == ("103", None, False)
    assert found.account in (working or WORKING)
