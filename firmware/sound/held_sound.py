"""A sound followed by silence until somebody lets go: keeps a line to itself, so that nothing of a conversation gets between.

Knows no line and no call. Made on the deciding thread, taken in the media thread.
"""

from collections.abc import Callable
from typing import Protocol


class Sound(Protocol):
    """Something to be heard in place of a call; the shape of `firmware.sip.audio.Source`."""

    @property
    def finished(self) -> bool:
        """Only silence follows."""

    def take(self, samples: int) -> bytes:
        """The next samples, 16-bit."""


class HeldSound:
    """Plays `pcm` (16-bit samples), tells `on_played` once in the media thread when all of it was taken (only post from it), and
    goes on as silence until `let_go`."""

    def __init__(self, pcm: bytes, on_played: Callable[[], None] | None = None) -> None:
        self._pcm = pcm
        self._at = 0
        self._on_played = on_played
        self._held = True

    @property
    def finished(self) -> bool:
        return not self._held and self._at >= len(self._pcm)

    def let_go(self) -> None:
        """Nothing is kept silent after the sound any more."""
        self._held = False

    def take(self, samples: int) -> bytes:
        piece = self._pcm[self._at : self._at + 2 * samples]
        self._at += len(piece)
        if self._on_played is not None and self._at >= len(self._pcm):
            played, self._on_played = self._on_played, None
            played()
        return piece.ljust(2 * samples, b"\0")
