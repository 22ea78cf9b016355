"""The newest lines of the log in memory, for the page and the support bundle, secrets removed. It hears all that is logged; knows nobody who logs."""

import logging
import re
from collections import deque
from collections.abc import Iterable

MOST_LINES = 2000
LONGEST_LINE = 1000
_MASK = "********"
_WORDS = re.compile(r"(?i)(authorization\s*:\s*)[^\r\n]+|(inline:)\S+|((?:response|cnonce|nonce|opaque)=\"?)[^\",\s]+")
_DIGITS = re.compile(r"\+?\d{6,}")
_SHORTEST_SECRET = 4
"""A PIN of three digits would mask half of every line."""


class LogRing(logging.Handler):
    """Attach it to a logger; `lines` gives the newest."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._lines: deque[tuple[int, str]] = deque(maxlen=MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append((record.levelno, self.format(record)[:LONGEST_LINE]))

    def lines(self, count: int, level: int, secrets: Iterable[str]) -> list[str]:
        hidden = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
        return [without(line, hidden) for number, line in list(self._lines) if number >= level][-count:]


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with these words, and what protocols carry as secrets, masked."""
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return _WORDS.sub(lambda found: f"{found[1] or found[2] or found[3]}{_MASK}", text)


def without_numbers(text: str) -> str:
    """Telephone numbers keep their last two digits."""
    return _DIGITS.sub(lambda found: f"...{found[0][-2:]}", text)
