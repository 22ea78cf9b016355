"""What the keys say: a number, or a star code and what follows it. Judges digits as they come, and reads them when they are complete.

Pure. It joins the country's digit map with the table of star codes; where a number goes is `core.numbers`, what a code does is the exchange's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware.core.digit_map import DigitMap, Verdict, parse
from firmware.core.star_codes import BY_FEATURE, OFF, PASS, STAR_CODES, Feature, Follows

_CHOICES = "12345678"
_SLOTS = "23456789"


@dataclass(frozen=True)
class Order:
    """A star code with what followed it: `key` is the account's place or the speed-dial key."""

    feature: Feature
    number: str = ""
    key: str = ""


def default_codes() -> Mapping[str, tuple[Feature, ...]]:
    return codes_of({})


def codes_of(settings: Mapping[str, str]) -> Mapping[str, tuple[Feature, ...]]:
    """What each code may mean, from the texts of [star_codes] by feature name; a code can have one meaning with a call on hold and one without."""
    found: dict[str, tuple[Feature, ...]] = {}
    for entry in STAR_CODES:
        text = settings.get(entry.feature.value, entry.default)
        for code in () if text in {OFF, PASS} else text.split():
            found[code] = (*found.get(code, ()), entry.feature)
    return found


def refused_codes(settings: Mapping[str, str]) -> frozenset[str]:
    """Codes of features that are switched off; they are not let through to the PBX, which may mean something else by them."""
    off = (entry for entry in STAR_CODES if settings.get(entry.feature.value, entry.default) == OFF)
    return frozenset(code for entry in off if entry.default != PASS for code in entry.default.split()) - codes_of(settings).keys()


@dataclass(frozen=True)
class DialRules:
    """`numbers` is the digit map, `speed_dials` what stands on each key ("2" to "99"), `refused` are codes of features that are off."""

    numbers: DigitMap = field(default_factory=lambda: parse("x.T|[*#]x.T"))
    codes: Mapping[str, tuple[Feature, ...]] = field(default_factory=default_codes)
    speed_dials: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    def judge(self, digits: str, *, holding: bool = False) -> Verdict:
        """What may happen to the digits so far; `holding`: with a call on hold, when some codes mean something else."""
        if digits in self.refused:
            return Verdict.IMPOSSIBLE
        order = self._begun(digits, holding)
        if order is None:
            return self._without_code(digits, holding)
        longer = any(code != digits and code.startswith(digits) for code in self.codes)
        verdict = self._judge_order(order)
        return Verdict.AMBIGUOUS if verdict is Verdict.COMPLETE and longer else verdict

    def _without_code(self, digits: str, holding: bool) -> Verdict:  # noqa: FBT001 (passed through)
        verdict = self.numbers.judge(digits)
        begins_code = any(code.startswith(digits) for code in self.codes if self._meaning(code, holding))
        if begins_code and verdict is Verdict.IMPOSSIBLE:
            return Verdict.INCOMPLETE
        return Verdict.AMBIGUOUS if begins_code and verdict is Verdict.COMPLETE else verdict

    def _judge_order(self, order: Order) -> Verdict:
        follows = BY_FEATURE[order.feature].follows
        if follows is Follows.NOTHING:
            return Verdict.COMPLETE if not order.number else Verdict.IMPOSSIBLE
        keys = {Follows.CHOICE_NUMBER: _CHOICES, Follows.SLOT_NUMBER: _SLOTS}.get(follows)
        if keys and order.key and order.key not in keys:
            return Verdict.IMPOSSIBLE
        return self.numbers.judge(order.number) if order.number else Verdict.INCOMPLETE

    def complete_if_sent(self, digits: str, *, holding: bool = False) -> bool:
        """Whether the caller may end here by # or by waiting: then "may be longer" does not count, "too short" does."""
        if digits in self.speed_dials:
            return True
        return bool(digits) and self.judge(digits, holding=holding) not in {Verdict.INCOMPLETE, Verdict.IMPOSSIBLE}

    def accepts(self, digits: str, digit: str) -> bool:
        """Whether `digit` can be part of what is dialed, so that a `#` in a map or a code is not taken for "send now"."""
        order = self._begun(digits, holding=False)
        if any(code.startswith(digits + digit) for code in self.codes):
            return True
        return self.numbers.accepts(order.number if order else digits, digit)

    def read(self, digits: str, *, holding: bool = False) -> Order | None:
        """The star code in complete digits; None for a number."""
        return self._begun(digits, holding)

    def number_of(self, digits: str) -> str:
        """The number to call: what stands on a speed-dial key, or the digits as they are."""
        return self.speed_dials.get(digits, digits)

    def _begun(self, digits: str, holding: bool) -> Order | None:  # noqa: FBT001 (passed through)
        """The longest code the digits begin with, taken apart."""
        for length in range(len(digits), 0, -1):
            feature = self._meaning(digits[:length], holding)
            if feature:
                order = _taken_apart(feature, digits[length:])
                # *** after ** is another code, not an account's place
                if self._judge_order(order) is not Verdict.IMPOSSIBLE:
                    return order
        return None

    def _meaning(self, code: str, holding: bool) -> Feature | None:  # noqa: FBT001 (passed through)
        meant = self.codes.get(code, ())
        fitting = [feature for feature in meant if holding or not BY_FEATURE[feature].while_held]
        preferred = [feature for feature in fitting if BY_FEATURE[feature].while_held]
        return next(iter(preferred or fitting), None)


def _taken_apart(feature: Feature, rest: str) -> Order:
    if BY_FEATURE[feature].follows in {Follows.CHOICE_NUMBER, Follows.SLOT_NUMBER}:
        return Order(feature, rest[1:], rest[:1])
    return Order(feature, rest)
