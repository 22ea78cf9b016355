"""Names that must be found elsewhere in the file, and names that must be unique. Knows no file and no meaning of the names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from firmware.settings.errors import Mistake
from firmware.settings.found import Found
from firmware.settings.wording import listed, meant, shortened


@dataclass(frozen=True)
class _Reference:
    """`table`.`key` names one or several of `other`, by any of its `names`."""

    table: str
    key: str
    other: str
    names: tuple[str, ...]

    @property
    def wanted(self) -> str:
        return f"no {self.other} has the {' or '.join(self.names)}"


_REFERENCES = (
    _Reference("line", "account", "account", ("id",)),
    _Reference("account", "mailbox", "mailbox", ("name",)),
    _Reference("rule", "account", "account", ("id",)),
    _Reference("rule", "contact", "contact", ("name", "group")),
    _Reference("contact", "account", "account", ("id",)),
)

_LINE_NUMBERS = (("account", "lines"), ("rule", "line"))

_UNIQUE = (
    ("account", "id"),
    ("price", "prefix"),
    ("contact", "name"),
    ("contact", "speed_dial"),
    ("mailbox", "name"),
    ("uplink", "interface"),
)


def missing_references(found: Found, name: str, place: str, table: object) -> Iterable[Mistake]:
    """`table` stands at `place` and has this name in the file."""
    for reference in _REFERENCES:
        if reference.table == name and found.sound(place, reference.key):
            yield from _unknown_names(found, reference, place, table)
    for owner, key in _LINE_NUMBERS:
        if owner == name and found.sound(place, key):
            yield from _unknown_lines(found, key, place, table)


def _unknown_names(found: Found, reference: _Reference, place: str, table: object) -> Iterable[Mistake]:
    if found.unclear(reference.other, *reference.names):
        return
    known = [getattr(other, name) for _, other in found.tables(reference.other) for name in reference.names]
    known = [name for name in known if name]
    allowed = listed(known) or f"nothing, as there is no [[{reference.other}]]"
    for name in _each(getattr(table, reference.key)):
        if name not in known:
            problem = f'{reference.wanted} "{shortened(name)}"{meant(name, known)}'
            yield Mistake(place, reference.key, problem, allowed)


def _unknown_lines(found: Found, key: str, place: str, table: object) -> Iterable[Mistake]:
    lines = len(found.settings.line)
    for number in _each(getattr(table, key)):
        if number > lines and not found.unclear("line"):
            yield Mistake(place, key, f"there is no line {number}", "1, or add a [[line]]")


def _each(value: Any) -> Sequence[Any]:  # noqa: ANN401 - a name, a number or a tuple of them
    """The names in a key's value: one, several or, where it is empty or 0, none."""
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


def names_taken_twice(found: Found) -> Iterable[Mistake]:
    for table, key in _UNIQUE:
        yield from _taken_twice(found, table, key)


def _taken_twice(found: Found, table: str, key: str) -> Iterable[Mistake]:
    first: dict[object, str] = {}
    for place, owner in found.tables(table):
        name = getattr(owner, key)
        if not name or not found.sound(place, key):
            continue
        if name in first:
            shown = f'"{shortened(name)}"' if isinstance(name, str) else name
            yield Mistake(place, key, f"{shown} is already taken by [{first[name]}]", "one that no other table has")
        first.setdefault(name, place)
