"""A word that must never be printed: not in a log, a traceback, an f-string or JSON."""

from typing import Final

MASK = "********"


class Secret:
    """Wraps a password; only `reveal()` gives it away. An empty one prints as "", which tells the owner that none is set.

    No dataclass, since msgspec would take that for a table of its own.
    """

    __slots__ = ("_word",)

    def __init__(self, word: str = "") -> None:
        self._word: Final = word

    def reveal(self) -> str:
        return self._word

    def __bool__(self) -> bool:
        return bool(self._word)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._word == other._word

    def __hash__(self) -> int:
        return hash(self._word)

    def __str__(self) -> str:
        return MASK if self._word else ""

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"
