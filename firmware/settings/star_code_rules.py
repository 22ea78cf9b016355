"""Star codes must differ, and none may be the beginning of another so that the longer one can never be dialed. Knows no telephone."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from firmware.core.star_codes import OFF, PASS, STAR_CODES, Follows
from firmware.settings.errors import Mistake
from firmware.settings.found import Found
from firmware.settings.tables.star_codes import StarCodes

_BY_NAME = {code.feature.value: code for code in STAR_CODES}

_NEXT = {
    Follows.NOTHING: frozenset[str](),
    Follows.NUMBER: frozenset("0123456789"),
    Follows.CHOICE_NUMBER: frozenset("12345678"),
    Follows.SLOT_NUMBER: frozenset("23456789"),
}
"""What can be dialed right after a code; where nothing follows, the code is complete by itself."""


@dataclass(frozen=True)
class _Code:
    feature: str
    digits: str
    passed: bool

    @property
    def changed(self) -> bool:
        return self.digits not in _BY_NAME[self.feature].default.split()

    def hides(self, longer: "_Code") -> bool:
        """Whether `longer` can never be dialed, as this code is complete, or its number begins, before."""
        if self.passed or self.digits == longer.digits or not longer.digits.startswith(self.digits):
            return False
        follows = _NEXT[_BY_NAME[self.feature].follows]
        return not follows or longer.digits[len(self.digits)] in follows


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
    for name, code in _BY_NAME.items():
        value = getattr(settings, name)
        digits = code.default if value == PASS else value
        if digits not in (OFF, PASS):
            yield from (_Code(name, each, passed=value == PASS) for each in digits.split())


def _asked_together(one: _Code, other: _Code) -> bool:
    """Codes of a held call are asked only then, and first, so that they may be those of other features."""
    return _BY_NAME[one.feature].while_held == _BY_NAME[other.feature].while_held


def _clash(mine: _Code, theirs: _Code) -> str:
    if mine.digits == theirs.digits:
        return f'"{mine.digits}" is already the code of {theirs.feature}'
    if mine.hides(theirs):
        return f'"{mine.digits}" would be taken before "{theirs.digits}" ({theirs.feature}) is dialed'
    if theirs.hides(mine):
        return f'"{mine.digits}" can never be dialed, since "{theirs.digits}" ({theirs.feature}) is taken before'
    return ""
