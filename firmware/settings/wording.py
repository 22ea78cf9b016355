"""How a mistake is put into words: names that were meant, lists that stay short, values that are harmless on a terminal. Knows no key."""

import difflib
import json
from collections.abc import Iterable, Sequence

_SHOWN_CHARACTERS = 60
_SHOWN_NAMES = 40


def meant(name: str, names: Sequence[str]) -> str:
    """`, did you mean "server"?` or nothing."""
    close = difflib.get_close_matches(name[:_SHOWN_CHARACTERS], names, n=1)
    return f', did you mean "{shortened(close[0])}"?' if close else ""


def listed(names: Iterable[str]) -> str:
    """Each name once, in order; of very many only the first."""
    once = list(dict.fromkeys(shortened(name) for name in names))
    rest = f" and {len(once) - _SHOWN_NAMES} more" if len(once) > _SHOWN_NAMES else ""
    return ", ".join(once[:_SHOWN_NAMES]) + rest


def shown(value: object) -> str:
    """The value as the owner wrote it, harmless on a terminal."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, (str, bool, int, float)):
        return shortened(json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value))
    return "a list" if isinstance(value, list) else shortened(str(value))


def shortened(text: str) -> str:
    plain = "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)
    return plain if len(plain) <= _SHOWN_CHARACTERS else f"{plain[:_SHOWN_CHARACTERS]}..."
