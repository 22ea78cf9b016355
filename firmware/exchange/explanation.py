"""What would become of dialed digits, and why, for `keepline explain`: star codes read, the route asked for, nothing called.

Joins the settings, the star codes and the dial plan; where a number goes is decided in `core.routing` and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firmware.core.dial_plan import NoRoute, Route, Situation
from firmware.core.dialing import DialRules, Order, codes_of, refused_codes
from firmware.core.numbers import Number
from firmware.core.schedule import Moment
from firmware.core.star_codes import BY_FEATURE, Feature, Follows
from firmware.exchange.dial_plan import DialPlan
from firmware.settings.model import Settings


@dataclass(frozen=True)
class _Read:
    """Dialed digits without their star codes: what they ask of the call, and how that is said. `order` is one that calls nobody."""

    number: str
    account: str = ""
    hidden: bool | None = None
    said: tuple[str, ...] = ()
    order: str = ""


def explain(settings: Settings, dial_plan: DialPlan, digits: str, line: int, situation: Situation) -> dict[str, Any]:
    """As JSON carries it. `dial_plan` is that of the settings; `line` must be one of them."""
    read = _read(settings, digits)
    told: dict[str, Any] = {"dialed": digits, "line": line, "at": str(situation.now)}
    if read.order:
        return told | {"allowed": False, "sentence": read.order, "cause": "", "prompt": "", "reasons": [*read.said]}
    found = dial_plan.route(read.number, line, situation, read.account, hidden=read.hidden)
    told |= {**_number(found.number), "reasons": [*read.said, *found.reasons]}
    told |= _refused(found) if isinstance(found, NoRoute) else _routed(found)
    return told


def explain_settings(settings: Settings, digits: str, line: int, now: Moment) -> dict[str, Any]:
    """The same of a settings file alone: as if every account were registered, and nobody had called today."""
    working = frozenset(account.id for account in settings.account)
    return explain(settings, DialPlan(settings), digits, line, Situation(now, working))


def _read(settings: Settings, digits: str) -> _Read:
    codes = {feature.value: getattr(settings.star_codes, feature.value) for feature in Feature}
    on_keys = {str(contact.speed_dial): contact for contact in settings.contact if contact.speed_dial}
    if digits in on_keys:
        contact = on_keys[digits]
        return _Read(contact.numbers[0], said=(f"Key {digits} dials {contact.name}: {contact.numbers[0]}.",))
    if digits in refused_codes(codes):
        return _Read("", order=f"{digits} is the code of a feature that is off")
    order = DialRules(codes=codes_of(codes)).read(digits)
    return _of_order(settings, digits, order) if order else _Read(digits)


def _of_order(settings: Settings, digits: str, order: Order) -> _Read:
    entry = BY_FEATURE[order.feature]
    if entry.follows is not Follows.NOTHING and not order.number:
        return _Read("", order=f"{digits} is a star code: {entry.does}; {entry.follows.value} must follow")
    match order.feature:
        case Feature.CHOOSE_NUMBER:
            account = _account_at(settings, int(order.key))
            return _Read(order.number, account=account, said=(f"A star code: {entry.does}, here the one at place {order.key}.",))
        case Feature.CALLER_ID_HIDDEN_ONCE | Feature.CALLER_ID_SHOWN_ONCE:
            hidden = order.feature is Feature.CALLER_ID_HIDDEN_ONCE
            return _Read(order.number, hidden=hidden, said=(f"A star code: {entry.does}.",))
        case Feature.CALL_WAITING_OFF_ONCE | Feature.CALL_WAITING_ON_ONCE | Feature.CANCELLER_OFF_ONCE:
            return _Read(order.number, said=(f"A star code: {entry.does}.",))
    return _Read("", order=f"{digits} is a star code: {entry.does}; it places no call by this plan")


def _account_at(settings: Settings, place: int) -> str:
    return settings.account[place - 1].id if place <= len(settings.account) else f"number {place}"


def _refused(found: NoRoute) -> Mapping[str, Any]:
    return {"allowed": False, "sentence": found.sentence, "cause": found.cause.value, "prompt": found.prompt}


def _routed(found: Route) -> Mapping[str, Any]:
    return {
        "allowed": True,
        "account": found.account,
        "own_number": found.own_number,
        "dialed_form": found.dialed_form,
        "hidden": found.hidden,
        "emergency": found.emergency,
        "limit_s": found.limit_s,
    }


def _number(number: Number) -> Mapping[str, Any]:
    return {
        "number": number.dialed,
        "e164": number.e164,
        "kind": number.kind.value,
        "country": number.country,
        "international": number.international,
    }
