"""A desk: a place in the audio bridge where no telephone stands, such as voicemail: what it plays is heard, what it hears is recorded.

The engine's media thread calls in here a hundred times a second for as long as the desk is open, so it is opened when needed and closed after.
What is said and what is done with the recording is decided elsewhere.
"""

from collections.abc import Callable
from typing import Any, Protocol

import pjsua2 as pj

from firmware.sip.audio import Source, pcm_format, pinned, samples_of
from hal.ports import FRAME_SAMPLES


class Sink(Protocol):
    """Who records."""

    def give(self, frame: bytes) -> None:
        """FRAME_SAMPLES samples, 16-bit, in the media thread: no blocking, only append or post."""


class Desk(pj.AudioMediaPort):  # type: ignore[misc]
    """One desk. `Agent.open_desk` makes it, `Agent.close_desk` ends it; methods that are not callbacks belong to the deciding thread."""

    def __init__(self, name: str, post: Callable[[Callable[[], None]], None]) -> None:
        super().__init__()
        self._post = post
        self._playing: tuple[Source, Callable[[], None] | None] | None = None
        self._sink: Sink | None = None
        self._pinned_thread = 0
        self.createPort(name, pcm_format())

    def play(self, source: Source, on_end: Callable[[], None] | None = None) -> None:
        """Say `source` from the next frame on, in place of what was said; `on_end` is posted when it ends by itself."""
        self._playing = (source, on_end)

    def stop_playing(self) -> None:
        self._playing = None

    def record(self, sink: Sink | None) -> None:
        """Give every frame heard from now on to `sink`, silence too; None stops."""
        self._sink = sink

    def close(self) -> None:
        """Leave the bridge; as `LinePort.close`."""
        self._playing = self._sink = None
        self.__swig_destroy__(self)

    def onFrameRequested(self, frame: Any) -> None:
        self._pinned_thread = pinned(self._pinned_thread)
        playing = self._playing
        if playing is None:
            frame.type = pj.PJMEDIA_FRAME_TYPE_NONE
            return
        source, on_end = playing
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf.assign_from_bytes(source.take(FRAME_SAMPLES))
        if source.finished and self._playing is playing:
            self._playing = None
            if on_end:
                self._post(on_end)

    def onFrameReceived(self, frame: Any) -> None:
        self._pinned_thread = pinned(self._pinned_thread)
        sink = self._sink
        if sink is not None:
            sink.give(samples_of(frame))
