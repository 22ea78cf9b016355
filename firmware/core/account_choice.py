"""By which account a call goes out, and why. The order of choice is the table CHOICES; pure.

The person's own choice by code, the owner's rules, the contact's account, the number they called, the line's account, the first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.core.dial_plan import Account, Contact, Plan, Request, Rule, Situation


@dataclass(frozen=True)
class Choice:
    """What one step of CHOICES came to: an account's id or "", and what to say about it."""

    account: str = ""
    because: tuple[str, ...] = ()


def choose(plan: Plan, request: Request, situation: Situation) -> Choice:
    said: list[str] = []
    for step in CHOICES:
        choice = step(plan, request, situation)
        said.extend(choice.because)
        # what was chosen by code is never replaced, also where it does not exist; what else names no account is passed over
        if choice.account and (request.account or plan.account(choice.account)):
            return Choice(choice.account, (*said, *_idle_warning(plan, choice.account, situation)))
    return Choice("", tuple(said))


def _idle_warning(plan: Plan, account: str, situation: Situation) -> tuple[str, ...]:
    """Chosen accounts are never changed silently: another number would be shown, at another price."""
    if account in situation.working or plan.account(account) is None:
        return ()
    return (f"Account {account} is not registered now; the call is tried by it all the same.",)


def _by_code(_plan: Plan, request: Request, _situation: Situation) -> Choice:
    return Choice(request.account, (f"Account {request.account} was chosen by code.",)) if request.account else Choice()


def _by_rule(plan: Plan, request: Request, situation: Situation) -> Choice:
    said: list[str] = []
    for place, rule in enumerate(plan.rules, 1):
        name = f"Rule {place} ({rule.name})" if rule.name else f"Rule {place}"
        against = misfit(plan, rule, request, situation)
        if not against:
            return Choice(rule.account, (*said, f"{name} fits: account {rule.account}."))
        said.append(f"{name} does not fit: {against}.")
    return Choice("", tuple(said))


def _by_contact(plan: Plan, request: Request, _situation: Situation) -> Choice:
    contact = plan.contact_of(request.number)
    if contact is None or not contact.account:
        return Choice()
    return Choice(contact.account, (f"{contact.name} is called by account {contact.account}, as the phone book says.",))


def _by_last_call(plan: Plan, request: Request, situation: Situation) -> Choice:
    if not plan.call_back_last_number:
        return Choice()
    contact = plan.contact_of(request.number)
    reached = situation.last_reached
    key = request.number.key
    if key not in reached and contact:
        key = next((other for other in reached if other in contact.keys), "")
    account = plan.account(reached.get(key, ""))
    if account is None:
        return Choice()
    who = contact.name if contact else str(request.number)
    return Choice(account.id, (f"{who} last called account {account.id} and is called back by it.",))


def _by_line(plan: Plan, request: Request, _situation: Situation) -> Choice:
    account = plan.line_accounts.get(request.line, "")
    return Choice(account, (f"Line {request.line} calls with account {account}.",)) if account else Choice()


def _first(plan: Plan, _request: Request, situation: Situation) -> Choice:
    """Nobody named an account, so the first that works serves as well as the first."""
    if not plan.accounts:
        return Choice()
    first = plan.accounts[0].id
    works = next((account.id for account in plan.accounts if account.id in situation.working), first)
    if works == first:
        return Choice(first, (f"Nothing names an account, so it is the first: {first}.",))
    return Choice(works, (f"Nothing names an account, and {first} is not registered now: {works} is the first that works.",))


CHOICES: tuple[Callable[[Plan, Request, Situation], Choice], ...] = (
    _by_code,
    _by_rule,
    _by_contact,
    _by_last_call,
    _by_line,
    _first,
)


def misfit(plan: Plan, rule: Rule, request: Request, situation: Situation) -> str:
    """The first condition that does not fit; "" where all do."""
    number = request.number
    if plan.account(rule.account) is None:
        return f"there is no account {rule.account}"
    if rule.prefixes and not any(prefix.begins(number) for prefix in rule.prefixes):
        return f"the number does not begin with {' or '.join(map(str, rule.prefixes))}"
    if rule.countries and number.country not in rule.countries:
        return f"the number is not in {' or '.join(sorted(rule.countries))}"
    if rule.contacts and not _is_one_of(rule.contacts, plan.contact_of(number)):
        return f"the number is not that of {' or '.join(sorted(rule.contacts))}"
    if rule.line not in {0, request.line}:
        return f"it is for line {rule.line}"
    return "" if rule.schedule.holds(situation.now) else f"it holds {rule.schedule}, now it is {situation.now}"


def _is_one_of(names: frozenset[str], contact: Contact | None) -> bool:
    return contact is not None and bool(names & {contact.name, contact.group} - {""})


def emergency_wishes(plan: Plan, request: Request, situation: Situation) -> list[Account]:
    """All accounts: first that of a rule which names the number, then the one chosen by code, the line's, the rest in their order."""
    named = [rule.account for rule in plan.rules if rule.prefixes and not misfit(plan, rule, request, situation)]
    wishes = [*named, request.account, plan.line_accounts.get(request.line, ""), *(account.id for account in plan.accounts)]
    found = (plan.account(name) for name in dict.fromkeys(wishes))
    return [account for account in found if account]
