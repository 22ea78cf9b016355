"""A word that must never be printed: not in a log, a traceback, an f-string or JSON."""

from dataclasses import dataclass

MASK = "********"


@dataclass(frozen=True, repr=False)
class Secret:
    """Wraps a password. Only `reveal()` gives it away; an empty one says so, since that tells the owner it is not set."""

    _word: str = ""

    def reveal(self) -> str:
        return self._word

    def __bool__(self) -> bool:
        return bool(self._word)

    def __str__(self) -> str:
        return MASK if self._word else ""

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"
