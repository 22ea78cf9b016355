"""Who hears whom: the wanted connections of the audio bridge, kept apart from the engine's own, which go whenever a call's sound is renegotiated.

A place is a call, by its handle, or a port of the bridge: a line, a desk, the music. This room moves no sample and decides nothing.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

Place = Any
"""A call's handle, or a `pj.AudioMedia`, which mypy cannot see."""


class PatchBay:
    """`sound_of` gives the engine's media of a call, None while it has none."""

    def __init__(self, sound_of: Callable[[str], Any]) -> None:
        self._sound_of = sound_of
        self._wanted: list[tuple[Place, Place]] = []

    @property
    def in_use(self) -> bool:
        """Whether anybody is to hear anything, so that samples must flow."""
        return bool(self._wanted)

    def join(self, one: Place, other: Place) -> None:
        """Let both hear each other."""
        self.hear(one, other)
        self.hear(other, one)

    def hear(self, source: Place, listener: Place) -> None:
        """Let `listener` hear `source`."""
        if not self._has(source, listener):
            self._wanted.append((source, listener))
        self._start(source, listener)

    def leave(self, place: Place) -> None:
        """Take every connection of a place away."""
        for source, listener in self._of(place):
            self._stop(source, listener)
        self._wanted = [pair for pair in self._wanted if not _is_in(place, pair)]

    def forget(self, handle: str) -> None:
        """The same for a call that is over: the engine has taken its connections away already."""
        self._wanted = [pair for pair in self._wanted if not _is_in(handle, pair)]

    def part(self, one: Place, other: Place) -> None:
        """Let these two hear each other no more."""
        for source, listener in self._of(one):
            if _is_in(other, (source, listener)):
                self._stop(source, listener)
        self._wanted = [pair for pair in self._wanted if not (_is_in(one, pair) and _is_in(other, pair))]

    def hand_over(self, handle: str, successor: str) -> None:
        """Let another call hear and be heard in this one's place."""
        pairs = self._of(handle)
        self.leave(handle)
        for source, listener in pairs:
            self.hear(successor if _same(source, handle) else source, successor if _same(listener, handle) else listener)

    def renew(self, handle: str) -> None:
        """Connect a call again whose sound has begun or changed."""
        for source, listener in self._of(handle):
            self._start(source, listener)

    def clear(self) -> None:
        """Forget everything; the engine is about to end."""
        self._wanted.clear()

    def _has(self, source: Place, listener: Place) -> bool:
        return any(_same(pair[0], source) and _same(pair[1], listener) for pair in self._wanted)

    def _of(self, place: Place) -> list[tuple[Place, Place]]:
        return [pair for pair in self._wanted if _is_in(place, pair)]

    def _start(self, source: Place, listener: Place) -> None:
        speaks, hears = self._media(source), self._media(listener)
        if speaks is not None and hears is not None:
            with contextlib.suppress(pj.Error):  # a call may just be losing its sound
                speaks.startTransmit(hears)

    def _stop(self, source: Place, listener: Place) -> None:
        speaks, hears = self._media(source), self._media(listener)
        if speaks is not None and hears is not None:
            with contextlib.suppress(pj.Error):
                speaks.stopTransmit(hears)

    def _media(self, place: Place) -> Any:
        return self._sound_of(place) if isinstance(place, str) else place


def _same(one: Place, other: Place) -> bool:
    """Handles by their text, ports by being the same object: the engine's comparison of ports is not ours."""
    return one == other if isinstance(one, str) and isinstance(other, str) else one is other


def _is_in(place: Place, pair: tuple[Place, Place]) -> bool:
    return _same(pair[0], place) or _same(pair[1], place)
