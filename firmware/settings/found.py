"""What one reading of the settings file found, as the rules between keys look at it. Knows no rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firmware.settings.model import Settings

Placed = tuple[str, Any]
"""A table with its place: ("account.1", Account(...))."""


@dataclass(frozen=True)
class Found:
    """`by_name`: the tables by their name in the file; `wrong`: (place, key) of what is known to be wrong in itself."""

    settings: Settings
    by_name: Mapping[str, Sequence[Placed]]
    wrong: frozenset[tuple[str, str]]

    def tables(self, name: str) -> Sequence[Placed]:
        return self.by_name[name]

    def sound(self, place: str, *keys: str) -> bool:
        """Whether these keys are right in themselves; "mail.server" is a key of another table, "price." all tables of a name."""
        return not any(self._wrong(place, key) for key in keys)

    def _wrong(self, place: str, key: str) -> bool:
        table, dot, other = key.partition(".")
        if dot and not other:
            return self.unclear(table)
        return ((table, other) if dot else (place, key)) in self.wrong

    def untouched(self, place: str) -> bool:
        """Whether nothing in this table is wrong."""
        return not any(place == table for table, _ in self.wrong)

    def unclear(self, name: str, *keys: str) -> bool:
        """Whether a table of this name, or one of these keys in it, is wrong, so that a name not found may be meant by it."""
        return any(table.partition(".")[0] == name and key in ("", *keys) for table, key in self.wrong)
