"""A child program that takes orders by its standard input, one a line, and answers each with a line. Knows no program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peers.process import Process

if TYPE_CHECKING:
    import re


class Ordered(Process):
    """As `Process`, and listens."""

    def order(self, words: str, answer: str = "^done$", timeout_s: float = 10.0) -> re.Match[str]:
        """Send a line; the match of the answer among the lines printed after it."""
        before = len(self.lines)
        assert self._child.stdin is not None
        self._child.stdin.write(f"{words}\n".encode())
        self._child.stdin.flush()
        return self.wait_for_line(answer, timeout_s, after=before)


def module(name: str, *words: str) -> list[str]:
    """The command that runs one of our modules as a program."""
    return [sys.executable, "-m", name, *words]


def here() -> dict[str, str]:
    """The environment in which such a child, in a folder of its own, finds our modules."""
    return {"PYTHONPATH": str(Path(__file__).parents[2])}
