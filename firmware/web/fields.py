"""What an operation of the API takes: each field with type, bounds and help; what is wrong with what came; the same as JSON schema.

It knows no operation and no device. The device checks every order again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from firmware.web.errors import Unclear

LONGEST_TEXT = 1000

_KINDS: Mapping[type, tuple[str, str]] = {
    str: ("string", "text"),
    int: ("integer", "a whole number"),
    float: ("number", "a number"),
    bool: ("boolean", "true or false"),
    dict: ("object", "an object"),
}


class Place(Enum):
    """Where a field stands in a request; the values are OpenAPI's words."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"


@dataclass(frozen=True)
class Field:
    """`least` and `most` bound numbers; `longest` texts, in characters; `shape` is the pattern of a text."""

    name: str
    kind: type
    help: str
    place: Place = Place.BODY
    required: bool = False
    least: float | None = None
    most: float | None = None
    longest: int = LONGEST_TEXT
    choices: tuple[str, ...] = ()
    secret: bool = False
    """Never said again, not in a refusal either."""

    def schema(self) -> dict[str, object]:
        """JSON schema (2020-12, as OpenAPI 3.1 takes it)."""
        told: dict[str, object] = {"type": _KINDS[self.kind][0], "description": self.help}
        if self.kind is str:
            told |= {"maxLength": self.longest} | ({"enum": list(self.choices)} if self.choices else {})
        bounds = {"minimum": self.least, "maximum": self.most}
        return told | {word: bound for word, bound in bounds.items() if bound is not None}

    def read(self, text: str) -> object:
        """From a path or a query, where all is text; raises Unclear."""
        if self.kind is str:
            return self.check(text)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._unclear(text) from error
        return self.check(value)

    def check(self, value: object) -> object:
        """The value, if it is one of this field's; raises Unclear."""
        if not self._fits(value):
            raise self._unclear(value)
        return value

    def _fits(self, value: object) -> bool:
        if isinstance(value, str):
            return self.kind is str and len(value) <= self.longest and (not self.choices or value in self.choices)
        if isinstance(value, bool) or self.kind not in {int, float}:
            return isinstance(value, self.kind)
        return self._counts(value)

    def _counts(self, value: object) -> bool:
        if self.kind is int and isinstance(value, float) and value.is_integer():
            return False
        if not isinstance(value, (int, float) if self.kind is float else int):
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def _unclear(self, value: object) -> Unclear:
        if self.secret:
            return Unclear(f"{self.name} must be {self._allowed()}.")
        text = json.dumps(value)
        return Unclear(f"{self.name} must be {self._allowed()}, not {text if len(text) <= 60 else text[:60] + '...'}.")

    def _allowed(self) -> str:
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.kind is str:
            return f"text of at most {self.longest} characters"
        if self.least is None or self.most is None:
            return _KINDS[self.kind][1]
        return f"{_KINDS[self.kind][1]} from {self.least} to {self.most}"


def read_query(fields: Iterable[Field], place: Place, given: Iterable[tuple[str, str]]) -> dict[str, object]:
    """The fields of one place out of names and texts; raises Unclear."""
    known = {field.name: field for field in fields if field.place is place}
    found: dict[str, object] = {}
    for name, text in given:
        if name not in known:
            raise Unclear(f"There is no {json.dumps(name[:60])} here; there are: {', '.join(known) or 'none'}.")
        found[name] = known[name].read(text)
    return _complete(known.values(), found)


def read_body(fields: Iterable[Field], content: bytes) -> dict[str, object]:
    """The fields of a JSON body; none at all where none are declared. Raises Unclear."""
    known = {field.name: field for field in fields if field.place is Place.BODY}
    given = _object(content) if known and content else {}
    for name in given:
        if name not in known:
            raise Unclear(f"There is no {json.dumps(name[:60])} here; there are: {', '.join(known)}.")
    return _complete(known.values(), {name: known[name].check(value) for name, value in given.items()})


def _complete(known: Iterable[Field], found: dict[str, object]) -> dict[str, object]:
    for field in known:
        if field.required and field.name not in found:
            raise Unclear(f"{field.name} is missing: {field.help}")
    return found


def _object(content: bytes) -> dict[str, Any]:
    try:
        given = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unclear("The body is not JSON.") from error
    if not isinstance(given, dict):
        raise Unclear("The body must be a JSON object.")
    return given


def _no_number(word: str) -> None:
    """NaN and the infinities are none in JSON (RFC 8259 section 6)."""
    raise ValueError(word)
