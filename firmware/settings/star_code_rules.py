"""Star codes must differ, and none may be the beginning of another so that the longer one can never be dialed. Knows no telephone."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from firmware.settings.errors import Mistake
from firmware.settings.found import Found
from firmware.settings.keys import keys
from firmware.settings.tables.star_codes import StarCodes

_DIGITS = frozenset("0123456789")

_FOLLOWED_BY: dict[str, frozenset[str]] = dict.fromkeys(
    (
        "call_forward_all_on",
        "call_forward_busy_on",
        "call_forward_no_answer_on",
        "call_forward_unreachable_on",
        "call_waiting_off_once",
        "call_waiting_on_once",
        "caller_id_hidden_once",
        "caller_id_shown_once",
        "speed_dial_set",
        "blind_transfer",
        "conference",
        "canceller_off_once",
    ),
    _DIGITS,
) | {"choose_number": frozenset("12345678")}
"""What can be dialed after a code; every other one is complete by itself."""

_WHILE_HELD = frozenset({"blind_transfer", "conference"})
"""Asked only while a call is held, and then first, so that their codes may be those of other features."""

_PASSED = {"pickup": "*8", "park": "*85"}
"""The codes of features that only a PBX has."""


_DEFAULTS = {key.name: _PASSED.get(key.name, key.default) for key in keys(StarCodes)}


@dataclass(frozen=True)
class _Code:
    feature: str
    digits: str
    passed: bool

    @property
    def changed(self) -> bool:
        return self.digits not in _DEFAULTS[self.feature].split()

    def hides(self, longer: "_Code") -> bool:
        """Whether `longer` can never be dialed, as this code is complete, or its number begins, before."""
        if self.passed or self.digits == longer.digits or not longer.digits.startswith(self.digits):
            return False
        follows = _FOLLOWED_BY.get(self.feature)
        return follows is None or longer.digits[len(self.digits)] in follows


def broken_star_codes(found: Found) -> Iterable[Mistake]:
    """One mistake for each wrong code, the same code twice before all else."""
    codes = [code for code in _codes(found.settings.star_codes) if found.sound("star_codes", code.feature)]
    told: set[_Code] = set()
    for one, other in sorted(combinations(codes, 2), key=lambda pair: pair[0].digits != pair[1].digits):
        mine, theirs = (one, other) if one.changed and not other.changed else (other, one)
        problem = _clash(mine, theirs) if _asked_together(mine, theirs) and mine not in told else ""
        if problem:
            told.add(mine)
            yield Mistake("star_codes", mine.feature, problem, "a code that is not the beginning of another, nor begins with one")


def _codes(settings: StarCodes) -> Iterable[_Code]:
    for feature, default in _DEFAULTS.items():
        value = getattr(settings, feature)
        if value != "off":
            for digits in (default if value == "pass" else value).split():
                yield _Code(feature, digits, passed=value == "pass")


def _asked_together(one: _Code, other: _Code) -> bool:
    return (one.feature in _WHILE_HELD) == (other.feature in _WHILE_HELD)


def _clash(mine: _Code, theirs: _Code) -> str:
    if mine.digits == theirs.digits:
        return f'"{mine.digits}" is already the code of {theirs.feature}'
    if mine.hides(theirs):
        return f'"{mine.digits}" would be taken before "{theirs.digits}" ({theirs.feature}) is dialed'
    if theirs.hides(mine):
        return f'"{mine.digits}" can never be dialed, since "{theirs.digits}" ({theirs.feature}) is taken before'
    return ""
