"""By which account a call goes, and why: the order of choice, and what a person is told."""

from dataclasses import replace

import pytest

from firmware.core.account_choice import CHOICES
from firmware.core.dial_plan import Account, Contact, NoRoute, Plan, Request, Route, Rule, Situation
from firmware.core.events import EndCause
from firmware.core.guards import Guards
from firmware.core.numbers import Home, Kind, Number, NumberForm, Prefix
from firmware.core.routing import route
from firmware.core.schedule import Moment, schedule_of
from firmware.core.spending import Budget, Price, Spending

CITY = Number("87272501234", Kind.FIXED, "+77272501234", "KZ", "7272501234")
MUM_MOBILE = Number("87011234567", Kind.MOBILE, "+77011234567", "KZ", "7011234567")
BERLIN = Number("8104930123456", Kind.FIXED, "+4930123456", "DE", "30123456", international=True)
PREMIUM = Number("88095001234", Kind.PREMIUM, "+78095001234", "KZ", "8095001234")
EXTENSION = Number("600", Kind.SHORT, country="KZ")
PARK = Number("*85", Kind.CODE)

ACCOUNTS = (
    Account("one", "+77272500001", NumberForm.E164),
    Account("two", "+77015550002", NumberForm.PLUS_E164),
    Account("three", "", NumberForm.AS_DIALED, hidden=True),
)
MUM = Contact("Mum", frozenset({"+77011234567", "+77272604455"}), "family")
PLAN = Plan(Home("KZ", "7", "8", "810"), ACCOUNTS, (MUM,))
WEDNESDAY_NOON = Moment(2, 12 * 60)
NOW = Situation(WEDNESDAY_NOON, frozenset({"one", "two", "three"}))


def routed(plan: Plan = PLAN, number: Number = CITY, situation: Situation = NOW, *, line: int = 1, account: str = "") -> Route:
    found = route(plan, Request(number, line, account), situation)
    assert isinstance(found, Route), found
    return found


def refused(plan: Plan = PLAN, number: Number = CITY, situation: Situation = NOW, *, account: str = "") -> NoRoute:
    found = route(plan, Request(number, account=account), situation)
    assert isinstance(found, NoRoute), found
    return found


def test_each_step_gives_way_to_the_one_before() -> None:
    """All six at once; taking the reasons away one by one leads down the whole order."""
    plan = replace(
        PLAN,
        accounts=tuple(Account(name) for name in ("first", "line", "called", "contact", "rule", "code")),
        contacts=(replace(MUM, account="contact"),),
        rules=(Rule("rule"),),
        line_accounts={1: "line"},
    )
    situation = Situation(WEDNESDAY_NOON, frozenset(account.id for account in plan.accounts), {MUM_MOBILE.key: "called"})
    assert routed(plan, MUM_MOBILE, situation, account="code").account == "code"
    assert routed(plan, MUM_MOBILE, situation).account == "rule"
    plan = replace(plan, rules=())
    assert routed(plan, MUM_MOBILE, situation).account == "contact"
    plan = replace(plan, contacts=(MUM,))
    assert routed(plan, MUM_MOBILE, situation).account == "called"
    plan = replace(plan, call_back_last_number=False)
    assert routed(plan, MUM_MOBILE, situation).account == "line"
    assert routed(plan, MUM_MOBILE, situation, line=2).account == "first"
    assert len(CHOICES) == 6


ABROAD_RULE = Rule("two", "abroad", prefixes=(Prefix("810", abroad="+7"),))


@pytest.mark.parametrize(
    ("rule", "number", "line", "now", "fits"),
    [
        (ABROAD_RULE, BERLIN, 1, WEDNESDAY_NOON, True),
        (ABROAD_RULE, CITY, 1, WEDNESDAY_NOON, False),
        (Rule("two", prefixes=(Prefix("8727", ("+7727",)),)), CITY, 1, WEDNESDAY_NOON, True),
        (Rule("two", prefixes=(Prefix("6"), Prefix("7"))), EXTENSION, 1, WEDNESDAY_NOON, True),
        (Rule("two", countries=frozenset({"DE", "AT"})), BERLIN, 1, WEDNESDAY_NOON, True),
        (Rule("two", countries=frozenset({"DE", "AT"})), CITY, 1, WEDNESDAY_NOON, False),
        (Rule("two", contacts=frozenset({"Mum"})), MUM_MOBILE, 1, WEDNESDAY_NOON, True),
        (Rule("two", contacts=frozenset({"family"})), MUM_MOBILE, 1, WEDNESDAY_NOON, True),
        (Rule("two", contacts=frozenset({"family"})), CITY, 1, WEDNESDAY_NOON, False),
        (Rule("two", line=2), CITY, 2, WEDNESDAY_NOON, True),
        (Rule("two", line=2), CITY, 1, WEDNESDAY_NOON, False),
        (Rule("two", schedule=schedule_of("22:00-07:00")), CITY, 1, Moment(3, 60), True),
        (Rule("two", schedule=schedule_of("22:00-07:00")), CITY, 1, WEDNESDAY_NOON, False),
        (Rule("two", schedule=schedule_of("", ("sat", "sun"))), CITY, 1, Moment(6, 60), True),
        (Rule("two", schedule=schedule_of("", ("sat", "sun"))), CITY, 1, WEDNESDAY_NOON, False),
        (Rule("two", line=1, countries=frozenset({"KZ"}), schedule=schedule_of("08:00-18:00")), CITY, 1, WEDNESDAY_NOON, True),
        (Rule("two", line=2, countries=frozenset({"KZ"}), schedule=schedule_of("08:00-18:00")), CITY, 1, WEDNESDAY_NOON, False),
        (Rule("gone"), CITY, 1, WEDNESDAY_NOON, False),
    ],
)
def test_rules(rule: Rule, number: Number, line: int, now: Moment, fits: bool) -> None:  # noqa: FBT001 (a table)
    found = routed(replace(PLAN, rules=(rule,)), number, replace(NOW, now=now), line=line)
    assert (found.account == "two") is fits
    assert any(sentence.startswith("Rule 1") and ("does not fit" in sentence) is not fits for sentence in found.reasons)


def test_the_first_rule_that_fits_wins() -> None:
    plan = replace(PLAN, rules=(Rule("three", line=2), Rule("two", "all"), Rule("one")))
    assert routed(plan).account == "two"
    assert routed(plan).reasons[1:3] == ("Rule 1 does not fit: it is for line 2.", "Rule 2 (all) fits: account two.")


def test_a_caller_is_called_back_by_the_number_they_called() -> None:
    situation = replace(NOW, last_reached={"+77272501234": "two", "600": "three"})
    assert routed(situation=situation).account == "two"
    assert routed(number=EXTENSION, situation=situation).account == "three"


def test_somebody_in_the_phone_book_is_called_back_so_on_any_of_their_numbers() -> None:
    """Called from the one, called back on the other; the newest call counts, and the number's own first."""
    situation = replace(NOW, last_reached={"+77272604455": "two", "+4930123456": "three"})
    found = routed(number=MUM_MOBILE, situation=situation)
    assert found.account == "two"
    assert "Mum last called account two and is called back by it." in found.reasons


def test_an_account_that_is_gone_is_not_called_back_by() -> None:
    assert routed(situation=replace(NOW, last_reached={CITY.key: "gone"})).account == "one"


def test_a_chosen_account_that_does_not_work_is_told_and_not_replaced() -> None:
    idle = replace(NOW, working=frozenset({"two"}))
    told = "Account three is not registered now; the call is tried by it all the same."
    for plan, account in (
        (PLAN, "three"),
        (replace(PLAN, rules=(Rule("three"),)), ""),
        (replace(PLAN, line_accounts={1: "three"}), ""),
    ):
        found = routed(plan, situation=idle, account=account)
        assert found.account == "three"
        assert told in found.reasons


def test_where_nobody_named_an_account_one_that_works_is_taken_and_told() -> None:
    found = routed(situation=replace(NOW, working=frozenset({"two"})))
    assert found.account == "two"
    assert "Nothing names an account, and one is not registered now: two is the first that works." in found.reasons
    assert routed(situation=replace(NOW, working=frozenset())).account == "one"


@pytest.mark.parametrize(
    ("account", "number", "written"),
    [
        ("one", CITY, "77272501234"),
        ("two", CITY, "+77272501234"),
        ("three", CITY, "87272501234"),
        ("one", EXTENSION, "600"),
        ("two", PARK, "*85"),
    ],
)
def test_the_number_is_written_as_the_account_wants(account: str, number: Number, written: str) -> None:
    found = routed(number=number, account=account)
    assert (found.dialed_form, found.own_number) == (written, PLAN.account(account).own_number)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("account", "asked", "hidden"),
    [("one", None, False), ("one", True, True), ("three", None, True), ("three", False, False), ("three", True, True)],
)
def test_the_own_number_is_hidden_by_account_and_by_code(account: str, asked: bool | None, hidden: bool) -> None:  # noqa: FBT001
    found = route(PLAN, Request(CITY, 1, account, asked), NOW)
    assert isinstance(found, Route)
    assert found.hidden is hidden


def test_an_account_that_does_not_exist_is_refused_in_words() -> None:
    found = refused(account="number 8")
    assert (found.cause, found.prompt, found.sentence) == (EndCause.CONGESTION, "no_account", "there is no account number 8")


def test_without_accounts_nothing_is_called() -> None:
    found = refused(replace(PLAN, accounts=()))
    assert (found.prompt, found.sentence) == ("no_account", "there is no account to call with")


BLOCKED = Guards(blocked=(Prefix("8727", ("+7727",)), Prefix("*8")))
ONLY = Guards(allowed=(Prefix("8701", ("+7701",)), Prefix("6")))


@pytest.mark.parametrize(
    ("guards", "number", "sentence"),
    [
        (BLOCKED, CITY, "+77272501234 is blocked: it begins with 8727"),
        (BLOCKED, PARK, "*85 is blocked: it begins with *8"),
        (BLOCKED, MUM_MOBILE, ""),
        (ONLY, CITY, "+77272501234 begins with none of the prefixes that are allowed: 8701, 6"),
        (ONLY, MUM_MOBILE, ""),
        (ONLY, EXTENSION, ""),
        (Guards(), PREMIUM, "+78095001234 is a premium-rate number, and those are refused"),
        (Guards(premium=True), PREMIUM, ""),
        (Guards(international=False), BERLIN, "+4930123456 is not in this country but in DE, and international calls are off"),
        (
            Guards(international=False),
            Number("987654321", Kind.UNKNOWN, international=True),
            "987654321 cannot be told to be in this country, and international calls are off",
        ),
        (Guards(international=False), CITY, ""),
        (Guards(international=False), EXTENSION, ""),
        (Guards(allowed=(Prefix("88"),)), PREMIUM, "+78095001234 is a premium-rate number, and those are refused"),
    ],
)
def test_guards(guards: Guards, number: Number, sentence: str) -> None:
    plan = replace(PLAN, guards=guards)
    if not sentence:
        assert routed(plan, number).number == number
        return
    found = refused(plan, number)
    assert (found.cause, found.prompt, found.sentence) == (EndCause.REFUSED, "number_blocked", sentence)
    assert found.reasons[-1] == f"{sentence}."


def test_the_day_s_money_ends_calls_and_then_refuses_them() -> None:
    budget = Budget((Price(Prefix("8701", ("+7701",)), 10),), money=100)
    plan = replace(PLAN, guards=Guards(budget=budget))
    assert routed(plan, MUM_MOBILE).limit_s == 599
    assert routed(plan, MUM_MOBILE, replace(NOW, spending=Spending(money=95 - 6))).limit_s == 59
    assert routed(plan, CITY, replace(NOW, spending=Spending(money=100))).limit_s is None
    found = refused(plan, MUM_MOBILE, replace(NOW, spending=Spending(money=95)))
    assert (found.cause, found.prompt) == (EndCause.REFUSED, "cost_limit_reached")


def test_the_shorter_of_two_limits_holds() -> None:
    budget = Budget(international_s=300)
    assert routed(replace(PLAN, guards=Guards(longest_s=60, budget=budget)), BERLIN).limit_s == 60
    assert routed(replace(PLAN, guards=Guards(longest_s=600, budget=budget)), BERLIN).limit_s == 300
    assert routed(replace(PLAN, guards=Guards(longest_s=600, budget=budget)), CITY).limit_s == 600


def test_every_answer_says_what_the_number_is_first() -> None:
    assert routed(number=MUM_MOBILE).reasons[0] == "87011234567 is +77011234567, a mobile number in KZ: Mum."
    assert routed(number=EXTENSION).reasons[0] == "600 is a short number, dialed as it is."
    assert refused(number=PREMIUM).reasons[0] == "88095001234 is +78095001234, a premium-rate number in KZ."
