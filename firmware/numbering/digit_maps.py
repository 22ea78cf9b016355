"""The digit map of a country: when a number is complete. Knows the plans' files and RFC 3435's notation, no timer and no call."""

from collections.abc import Iterator

from firmware.numbering.plans import CountryPlan, load_plan

_ALL_ELSE = ("[*#]x.T", "x.T")
"""Codes of a PBX, and everything that no plan knows, after the wait: extensions, services, local numbers, numbers of no fixed length."""


def digit_map_of(country: str, area_code: str = "", own: str = "") -> str:
    """When a number is complete, as RFC 3435 writes it. `own` is the owner's map in place of the country's: emergency numbers stay before it,
    because nothing may keep them from being dialed. Raises PlanUnknown or PlanInvalid."""
    plan = load_plan(country)
    rest = [own.strip().removeprefix("(").removesuffix(")")] if own else [*_complete(plan, area_code), *_ALL_ELSE]
    return "|".join([*_emergency(plan), *rest])


def _emergency(plan: CountryPlan) -> Iterator[str]:
    for emergency in plan.emergency:
        yield emergency.number if emergency.at_once else f"{emergency.number}T"


def _complete(plan: CountryPlan, area_code: str) -> Iterator[str]:
    yield from plan.complete
    for prefix in plan.international:
        yield from (f"{prefix}{code}{digits}" for code, digits in plan.abroad)
    length = plan.national_digits - len(area_code)
    if plan.local_complete and area_code and length in plan.local_lengths:
        yield plan.local_complete + "x" * (length - 1)
