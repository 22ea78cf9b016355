"""What may be called at all, how long, and for how much. Pure; it is never asked about emergency numbers (`core.routing` sees to that).

Every guard must let a number pass: a number on the list of allowed prefixes still has to be paid for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.core.numbers import Kind, Number, Prefix, first_fitting
from firmware.core.spending import Budget, Spending

BLOCKED = "number_blocked"
COST_LIMIT = "cost_limit_reached"


@dataclass(frozen=True)
class Guards:
    """What the owner allows. `allowed`: where not empty, only these. `longest_s` None: no limit."""

    international: bool = True
    blocked: tuple[Prefix, ...] = ()
    allowed: tuple[Prefix, ...] = ()
    premium: bool = False
    longest_s: int | None = None
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class Refusal:
    """Why not, as a sentence, and the prompt that says it in the receiver."""

    sentence: str
    prompt: str = BLOCKED


@dataclass(frozen=True)
class Passed:
    """`limit_s`: the call ends after this long; None: no limit."""

    limit_s: int | None = None
    reasons: tuple[str, ...] = ()


def examine(guards: Guards, number: Number, spending: Spending) -> Refusal | Passed:
    for guard in _GUARDS:
        refusal = guard(guards, number)
        if refusal:
            return Refusal(refusal)
    return _time_allowed(guards, number, spending)


def _blocked(guards: Guards, number: Number) -> str:
    prefix = first_fitting(guards.blocked, number)
    return f"{number} is blocked: it begins with {prefix}" if prefix else ""


def _not_allowed(guards: Guards, number: Number) -> str:
    if not guards.allowed or first_fitting(guards.allowed, number):
        return ""
    return f"{number} begins with none of the prefixes that are allowed: {', '.join(map(str, guards.allowed))}"


def _premium(guards: Guards, number: Number) -> str:
    if guards.premium or number.kind is not Kind.PREMIUM:
        return ""
    return f"{number} is a premium-rate number, and those are refused"


def _abroad(guards: Guards, number: Number) -> str:
    if guards.international or not number.international:
        return ""
    if number.place:
        return f"{number} is not in this country but {number.place}, and international calls are off"
    return f"{number} cannot be told to be in this country, and international calls are off"


_GUARDS: tuple[Callable[[Guards, Number], str], ...] = (_blocked, _not_allowed, _premium, _abroad)


def _time_allowed(guards: Guards, number: Number, spending: Spending) -> Refusal | Passed:
    """The shorter of the longest call and what the rest of the day's money or minutes is good for."""
    affordable_s = guards.budget.affordable_s(number, spending)
    if affordable_s == 0:
        return Refusal(f"today's limit for calls that cost or go abroad is used up, so {number} is not called", COST_LIMIT)
    reasons = [*_price(guards.budget, number)]
    if affordable_s is not None:
        reasons.append(f"The rest of today's limit is good for {affordable_s} s.")
    if guards.longest_s is not None:
        reasons.append(f"No call lasts longer than {guards.longest_s} s.")
    limits = [limit for limit in (affordable_s, guards.longest_s) if limit is not None]
    return Passed(min(limits) if limits else None, tuple(reasons))


def _price(budget: Budget, number: Number) -> tuple[str, ...]:
    price = budget.price_of(number)
    return (f"A minute costs {price.per_minute:g}, the price for {price.prefix}.",) if price else ()
