"""Dialed digits as numbers, seen from one country and one area code. Knows what dialing means there; what numbers exist it asks the library."""

import re
from collections.abc import Iterator
from functools import lru_cache

from firmware.core.numbers import Home, Kind, Number, Prefix
from firmware.numbering.plans import load_plan

_SEPARATORS = str.maketrans("", "", " -()./~")
_SHORT = 6
"""Extensions and services have up to this many digits."""
_KEPT = 2048
"""Numbers of the phone book are asked for with every call; one takes about half a kilobyte."""


class Numbering:
    """Made quickly from a small file; the library comes in with the first number read. Raises PlanUnknown or PlanInvalid."""

    def __init__(self, country: str, area_code: str = "") -> None:
        plan = load_plan(country)
        self.home = Home(country, plan.calling_code, plan.trunk, plan.international[0])
        self._plan = plan
        self._area_code = area_code
        self._emergency = frozenset(emergency.number for emergency in plan.emergency)
        self.read = lru_cache(_KEPT)(self._read)

    def _read(self, text: str) -> Number:
        """What was dialed, stands in the phone book, or came as a caller's number; any text gives a Number."""
        dialed = text.translate(_SEPARATORS)
        if dialed in self._emergency:
            return Number(dialed, Kind.EMERGENCY, country=self.home.country)
        if not re.fullmatch(r"\+?[0-9]+", dialed, re.ASCII):
            code = dialed.startswith(("*", "#"))
            return Number(dialed, Kind.CODE if code else Kind.UNKNOWN, international=not code and _is_long(dialed))
        if not _is_long(dialed):
            return self._short(dialed)
        return self._whole(dialed, [*self._candidates(dialed)]) or self._unknown(dialed)

    def _short(self, dialed: str) -> Number:
        """A local number where the area code makes it one that is in use, otherwise whatever answers to it."""
        found = self._whole(dialed, [*self._local(dialed)])
        return found if found and found.kind is not Kind.UNKNOWN else Number(dialed, Kind.SHORT, country=self.home.country)

    def _unknown(self, dialed: str) -> Number:
        if self._may_be_local(dialed):
            return Number(dialed, Kind.UNKNOWN, country=self.home.country)
        # even one that cannot exist is compared with blocked prefixes as a whole number
        return Number(dialed, Kind.UNKNOWN, self._without_international(dialed), international=True)

    def _candidates(self, dialed: str) -> Iterator[str]:
        """The E.164 numbers that these digits can mean, the likeliest first."""
        plan = self._plan
        abroad = self._without_international(dialed)
        if abroad:
            yield abroad
            return
        if dialed.startswith(plan.trunk):
            yield f"+{plan.calling_code}{dialed.removeprefix(plan.trunk)}"
        if dialed.startswith(plan.calling_code) and len(dialed) > max(plan.local_lengths):
            yield f"+{dialed}"
        yield from self._local(dialed)
        # also where nobody dials so: the length and the library together leave little room for mistakes
        if not self._may_be_local(dialed):
            yield f"+{plan.calling_code}{dialed}"

    def _without_international(self, dialed: str) -> str:
        """ "+49..." of "81049...", "" where it begins with no international prefix."""
        if dialed.startswith("+"):
            return dialed
        prefix = next((each for each in self._plan.international if dialed.startswith(each)), "")
        return f"+{dialed.removeprefix(prefix)}" if prefix else ""

    def _local(self, dialed: str) -> Iterator[str]:
        if self._area_code and self._may_be_local(dialed):
            yield f"+{self._plan.calling_code}{self._area_code}{dialed}"

    def _may_be_local(self, dialed: str) -> bool:
        return len(dialed) in self._plan.local_lengths and not dialed.startswith(("+", *self._plan.local_never))

    def _whole(self, dialed: str, candidates: list[str]) -> Number | None:
        from firmware.numbering import library  # noqa: PLC0415 - off the start path

        found = library.first_valid(candidates, self.home.country) if candidates else None
        if found is None:
            return None
        country = found.country or self._guess(found.calling_code, found.national)
        international = country not in {self.home.country, *self._plan.own_regions}
        return Number(dialed, found.kind, found.e164, country, found.national, international)

    def _guess(self, calling_code: str, national: str) -> str:
        """The country of a number newer than the library's data."""
        from firmware.numbering import library  # noqa: PLC0415 - loaded by now

        if calling_code != self.home.calling_code:
            return library.main_country(calling_code)
        begins = self._plan.own_begins
        if not begins or national.startswith(begins):
            return self.home.country
        return library.others_of(calling_code, self.home.country)

    def prefix(self, text: str) -> Prefix:
        """The beginning of numbers as somebody writes it: +49, or as it is dialed (81049, 8727, 25)."""
        plan = self._plan
        if text.startswith("+"):
            return Prefix(text, (text,))
        if not text.isdigit():
            return Prefix(text)
        if text in plan.international:
            return Prefix(text, abroad=f"+{plan.calling_code}")
        abroad = self._without_international(text)
        if abroad:
            return Prefix(text, (abroad,))
        return Prefix(text, tuple(self._national_beginnings(text)))

    def _national_beginnings(self, text: str) -> Iterator[str]:
        plan = self._plan
        if text.startswith(plan.trunk):
            yield f"+{plan.calling_code}{text.removeprefix(plan.trunk)}"
        elif plan.trunk_optional:
            yield f"+{plan.calling_code}{text}"
        if self._area_code and not text.startswith(plan.trunk):
            yield f"+{plan.calling_code}{self._area_code}{text}"


def _is_long(dialed: str) -> bool:
    return len(dialed) > _SHORT or dialed.startswith("+")
