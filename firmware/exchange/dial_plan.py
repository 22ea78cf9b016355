"""The settings as a dial plan: joins `firmware.settings`, `firmware.numbering` and the core's decision (`core.routing`). It decides nothing itself.

A DialPlan belongs to one version of the settings: make another when they change. Making it is quick; the numbering library comes in with the first
question, some 20 ms, so ask `prepare` after the start, in a worker thread if you like.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from firmware.core.dial_plan import Account, Contact, NoRoute, Plan, Request, Route, Rule, Situation
from firmware.core.guards import Guards
from firmware.core.numbers import NumberForm, Prefix, written_as
from firmware.core.routing import route
from firmware.core.schedule import Moment, schedule_of
from firmware.core.spending import Budget, Call, Price, Spending
from firmware.numbering.digit_maps import digit_map_of
from firmware.numbering.reader import Numbering
from firmware.settings import model
from firmware.settings.model import Settings


class DialPlan:
    """Where the numbers go that are dialed under these settings. Raises NumberingError where the country's plan cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.numbering = Numbering(settings.device.country, settings.dial_plan.area_code)

    def prepare(self) -> None:
        """Load what questions need, so that the first call waits for nothing."""
        self.numbering.read(f"+{self.numbering.home.calling_code}7000000000")
        _ = self.plan

    @cached_property
    def plan(self) -> Plan:
        settings = self._settings
        return Plan(
            home=self.numbering.home,
            accounts=tuple(_account(account) for account in settings.account),
            contacts=tuple(self._contact(contact) for contact in settings.contact),
            rules=tuple(self._rule(rule) for rule in settings.rule),
            line_accounts={place: line.account for place, line in enumerate(settings.line, 1) if line.account},
            guards=self._guards(),
            call_back_last_number=settings.dial_plan.call_back_last_number,
        )

    def digit_map(self, line: int) -> str:
        """When a number dialed on this line is complete (RFC 3435)."""
        settings = self._settings
        return digit_map_of(settings.device.country, settings.dial_plan.area_code, settings.line[line - 1].digit_map)

    def route(
        self, digits: str, line: int, situation: Situation, account: str = "", *, hidden: bool | None = None
    ) -> Route | NoRoute:
        """`digits` without star codes; `account` chosen by code, `hidden` asked for this once."""
        return route(self.plan, Request(self.numbering.read(digits), line, account, hidden), situation)

    def forms_of(self, number: str) -> frozenset[str]:
        """Every way a number may stand in a list: as it came, with its calling code, and as it is dialed here."""
        read = self.numbering.read(number)
        dialed = written_as(read, NumberForm.EIGHT, self.numbering.home)
        return frozenset(form for form in (number, read.dialed, read.e164, dialed) if form)

    def last_reached(self, calls_in: Iterable[tuple[str, str]]) -> Mapping[str, str]:
        """`Situation.last_reached` of the incoming calls, newest first: the caller's number and the account that was called."""
        found: dict[str, str] = {}
        for number, account in calls_in:
            if number and account:
                found.setdefault(self.numbering.read(number).key, account)
        return found

    def call(self, digits: str, seconds: float, account: str = "") -> Call:
        return Call(self.numbering.read(digits), seconds, account)

    def spent(self, calls_out: Iterable[tuple[str, float, str]]) -> Spending:
        """`Situation.spending` of the calls we made today: the number as dialed, seconds talked, account."""
        return self.plan.guards.budget.spent(self.call(*each) for each in calls_out)

    def time_left_s(self, running: Iterable[tuple[str, float, str]], before: Spending) -> int | None:
        """In how many seconds the running calls that cost (`costs`) must end so that the day's limits hold; None: they need not. `before` is
        what was spent without them, `running` as in `spent`. Calls in parallel share what is left, so ask again when one begins or ends."""
        return self.plan.guards.budget.end_of(tuple(self.call(*each) for each in running), before)

    def costs(self, digits: str) -> bool:
        """Whether a call uses up any of the day's limits."""
        return self.plan.guards.budget.costs(self.numbering.read(digits))

    def _contact(self, contact: model.Contact) -> Contact:
        keys = frozenset(self.numbering.read(number).key for number in contact.numbers)
        return Contact(contact.name, keys, contact.group, contact.account)

    def _rule(self, rule: model.Rule) -> Rule:
        return Rule(
            account=rule.account,
            name=rule.name,
            prefixes=self._prefixes(rule.prefix),
            countries=frozenset(rule.country),
            contacts=frozenset(rule.contact),
            line=rule.line,
            schedule=schedule_of(rule.hours, rule.days),
        )

    def _guards(self) -> Guards:
        dial_plan = self._settings.dial_plan
        return Guards(
            international=dial_plan.international,
            blocked=self._prefixes(dial_plan.block),
            allowed=self._prefixes(dial_plan.allow),
            premium=dial_plan.premium == "allow",
            longest_s=dial_plan.longest_call_min * 60 or None,
            budget=Budget(
                prices=tuple(Price(self.numbering.prefix(price.prefix), price.per_minute) for price in self._settings.price),
                money=dial_plan.daily_cost_limit or None,
                international_s=dial_plan.daily_international_min * 60 or None,
            ),
        )

    def _prefixes(self, texts: Iterable[str]) -> tuple[Prefix, ...]:
        return tuple(self.numbering.prefix(text) for text in texts)


def _account(account: model.Account) -> Account:
    return Account(account.id, account.number or account.user, NumberForm(account.number_form), account.anonymous)


def moment_of(now: datetime) -> Moment:
    """A local time as rules look at it."""
    return Moment(now.weekday(), now.hour * 60 + now.minute)


def read_moment(text: str) -> Moment:
    """Of "2026-11-25 21:30", local time; raises ValueError with a sentence."""
    try:
        return moment_of(datetime.strptime(text, "%Y-%m-%d %H:%M"))  # noqa: DTZ007 - local time is what rules mean
    except ValueError as error:
        raise ValueError(f'"{text}" is no time; allowed: a local time such as "2026-11-25 21:30"') from error
