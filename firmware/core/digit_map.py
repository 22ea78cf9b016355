"""When a number is complete: digit maps as RFC 3435 section 2.1.5 writes them, matched digit by digit.

`x` any digit 0-9, `[1-7]` a set, `.` zero or more of the element before, `T` wait for the inter-digit timer, `|` between alternatives; `*`, `#`, A-D and
digits stand for themselves. Pure: it knows no timer and no call.
"""

from dataclasses import dataclass
from enum import Enum

DIALABLE = frozenset("0123456789*#ABCD")
_ANY_DIGIT = frozenset("0123456789")


class Verdict(Enum):
    INCOMPLETE = "incomplete"
    """More digits are needed."""
    COMPLETE = "complete"
    """Send it now, even if a longer number could match too: RFC 3435 lets the complete match win."""
    AMBIGUOUS = "ambiguous"
    """Only alternatives that end in T match: the inter-digit timer decides."""
    IMPOSSIBLE = "impossible"
    """No number of the map begins like this."""


class DigitMapWrong(ValueError):
    """The digit map cannot be read; the text says where and what is allowed."""


@dataclass(frozen=True)
class _Element:
    digits: frozenset[str]
    repeated: bool = False


@dataclass(frozen=True)
class _Alternative:
    elements: tuple[_Element, ...]
    timed: bool

    def _skip(self, positions: set[int]) -> set[int]:
        """Positions reachable without a digit: a repeated element may be left out."""
        reached = set(positions)
        for position in range(len(self.elements)):
            if position in reached and self.elements[position].repeated:
                reached.add(position + 1)
        return reached

    def positions(self, dialed: str) -> set[int]:
        """Where in this alternative the dialed digits can have led; empty where they do not fit."""
        current = self._skip({0})
        for digit in dialed:
            following = set[int]()
            for position in current:
                if position < len(self.elements) and digit in self.elements[position].digits:
                    following.add(position if self.elements[position].repeated else position + 1)
            if not following:  # most alternatives of a country's map end here, at their first digits
                return following
            current = self._skip(following)
        return current


@dataclass(frozen=True)
class DigitMap:
    alternatives: tuple[_Alternative, ...]

    def judge(self, dialed: str) -> Verdict:
        """What may happen to the digits so far."""
        complete = timed = longer = False
        for alternative in self.alternatives:
            reached = alternative.positions(dialed)
            end = len(alternative.elements)
            complete |= end in reached and not alternative.timed
            timed |= end in reached and alternative.timed
            longer |= any(position < end for position in reached)
        if complete:
            return Verdict.COMPLETE
        if timed:
            return Verdict.AMBIGUOUS
        return Verdict.INCOMPLETE if longer else Verdict.IMPOSSIBLE

    def accepts(self, dialed: str, digit: str) -> bool:
        """Whether `digit` can be part of a number here, so that a `#` in the map is not taken for "send now"."""
        return any(alternative.positions(dialed + digit) for alternative in self.alternatives)


def parse(text: str) -> DigitMap:
    """Read a digit map, with or without the parentheses of RFC 3435; raises DigitMapWrong."""
    body = text.strip().removeprefix("(").removesuffix(")")
    return DigitMap(tuple(_alternative(part.strip(), text) for part in body.split("|")))


def _alternative(part: str, whole: str) -> _Alternative:
    timed = part.endswith("T")
    elements: list[_Element] = []
    rest = part.removesuffix("T")
    while rest:
        if rest[0] == "." and elements:
            elements[-1] = _Element(elements[-1].digits, repeated=True)
            rest = rest[1:]
        else:
            element, rest = _element(rest, whole)
            elements.append(element)
    if not elements:
        raise DigitMapWrong(
            f'digit map "{whole}" has an empty alternative; allowed: digits, x, [1-7], *, #, ".", "T", joined by |'
        )
    return _Alternative(tuple(elements), timed)


def _element(rest: str, whole: str) -> tuple[_Element, str]:
    if rest[0] == "x":
        return _Element(_ANY_DIGIT), rest[1:]
    if rest[0] == "[" and "]" in rest:
        body, _, following = rest[1:].partition("]")
        return _Element(_set(body, whole)), following
    if rest[0] in DIALABLE:
        return _Element(frozenset(rest[0])), rest[1:]
    raise DigitMapWrong(
        f'digit map "{whole}" has "{rest[0]}" where it is not understood; allowed: digits, x, [1-7], *, #, ".", "T", joined by |'
    )


def _set(body: str, whole: str) -> frozenset[str]:
    digits = set[str]()
    rest = body
    while rest:
        if len(rest) >= 3 and rest[1] == "-" and rest[0] <= rest[2] and {rest[0], rest[2]} <= _ANY_DIGIT:
            digits |= {str(digit) for digit in range(int(rest[0]), int(rest[2]) + 1)}
            rest = rest[3:]
        elif rest[0] in DIALABLE:
            digits.add(rest[0])
            rest = rest[1:]
        else:
            break
    if rest or not digits:
        raise DigitMapWrong(
            f'digit map "{whole}" has the set [{body}], which is not understood; allowed: digits, ranges such as 1-7, * and #'
        )
    return frozenset(digits)
