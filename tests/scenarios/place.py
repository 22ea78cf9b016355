"""Where a scenario's peers stand and how its box reaches them: all on loopback unless told otherwise. Knows no scenario and no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Whoever makes it sees to it that `address` is there for the player, and reached from where `enter` leads."""

    address: str = "127.0.0.1"
    """Of the exchange, the far ends and the mail server, all of which the player starts where it is itself."""
    heard_on: str = "lo"
    """The interface by which sound comes to the far ends; empty for any."""
    enter: Sequence[str | Path] = ()
    """Words before the box's program that take it elsewhere."""
    behind_router: bool = False
    """The box is behind a router that masquerades: the exchange does for it what providers do for such callers."""
    registers_within_s: float = 10.0
    """From the box's start; a way that is dialed first takes longer."""


LOOPBACK = Place()
