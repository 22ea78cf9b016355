"""The line as a port of the engine's audio bridge: samples from the line's codec to the call, and calls and tones to the codec.

The engine's media thread calls in here a hundred times a second; these callbacks only move frames through the parts they were given. Which tone
plays and who is talked to is decided elsewhere.
"""

import logging
from array import array
from collections.abc import Callable
from threading import get_ident
from typing import Any, Protocol

import pjsua2 as pj

from hal.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, FrameSound

log = logging.getLogger("keepline.audio")


class Source(Protocol):
    """Something to be heard on the line instead of the call: a tone, a caller ID, a digit."""

    @property
    def finished(self) -> bool:
        """Only silence follows."""

    def take(self, samples: int) -> bytes:
        """The next samples, 16-bit."""


class Voice(Protocol):
    """What is done to every frame on its way from the line to the call."""

    def process(self, frame: bytes) -> bytes | memoryview: ...
    def heard(self, frame: bytes) -> None:
        """Every frame put on the line, before the next one of `process`."""


class LinePort(pj.AudioMediaPort):  # type: ignore[misc]
    """One line in the bridge. Make it with the engine started; methods that are not callbacks belong to the deciding thread."""

    def __init__(self, name: str, sound: FrameSound, voice: Voice, post: Callable[[Callable[[], None]], None]) -> None:
        super().__init__()
        self._sound = sound
        self._voice = voice
        self._post = post
        self._playing: tuple[Source, Callable[[], None] | None] | None = None
        self._sending: Source | None = None
        self._beside: Source | None = None
        self._pinned_thread = 0
        self.frames = 0
        """Taken from the line so far: how a watchdog sees that sound makes progress."""
        self.createPort(name, pcm_format())

    def play(self, source: Source, on_end: Callable[[], None] | None = None) -> None:
        """Let the line hear `source` from the next frame on, in place of what it heard; `on_end` is posted when it ends by itself."""
        self._playing = (source, on_end)

    def play_beside(self, source: Source) -> None:
        """Let the line hear `source` together with the call: a signal that must not cost a syllable."""
        self._beside = source

    def stop_playing(self) -> None:
        self._playing = self._beside = None

    def send(self, source: Source) -> None:
        """Let the call hear `source` in place of the line until it has finished."""
        self._sending = source

    def close(self) -> None:
        """Leave the bridge; before the engine closes. The engine's half is taken apart here, while this half still lives: its destructor waits for a
        callback that is just running, and a callback of an object that Python is just dropping ends the process."""
        self.__swig_destroy__(self)

    def onFrameRequested(self, frame: Any) -> None:
        self._pinned_thread = pinned(self._pinned_thread)
        self.frames += 1
        voice = self._voice.process(self._sound.take_frame())
        sending = self._sending
        if sending is not None:
            voice = sending.take(FRAME_SAMPLES)
            self._sending = None if sending.finished else sending
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf.assign_from_bytes(voice)

    def onFrameReceived(self, frame: Any) -> None:
        playing = self._playing
        if playing is None:
            self._give(self._with_beside(samples_of(frame)))
            return
        source, on_end = playing
        self._give(source.take(FRAME_SAMPLES))
        if source.finished and self._playing is playing:
            self._playing = None
            if on_end:
                self._post(on_end)

    def _with_beside(self, frame: bytes) -> bytes:
        beside = self._beside
        if beside is None:
            return frame
        both = mixed(frame, beside.take(FRAME_SAMPLES))
        if beside.finished and self._beside is beside:
            self._beside = None
        return both

    def _give(self, frame: bytes) -> None:
        self._voice.heard(frame)
        self._sound.give_frame(frame)


SILENCE = bytes(2 * FRAME_SAMPLES)


def pinned(before: int) -> int:
    """Make sure that the calling media thread keeps its Python state; `before` is the last thread that was seen here."""
    if before != get_ident():
        pj.keeplinePinThread()
    return get_ident()


def mixed(one: bytes, other: bytes) -> bytes:
    """Both at once, 16-bit; what is too loud for that is cut off."""
    sums = (a + b for a, b in zip(array("h", one), array("h", other), strict=True))
    return array("h", [min(max(each, -32768), 32767) for each in sums]).tobytes()


def samples_of(frame: Any) -> bytes:
    """The bridge's frame as bytes; an unconnected port gets empty ones."""
    if frame.type != pj.PJMEDIA_FRAME_TYPE_AUDIO or frame.size != len(SILENCE):
        return SILENCE
    samples = bytearray(frame.size)
    frame.buf.copy_to_bytearray(samples)
    return bytes(samples)


def pcm_format() -> "pj.MediaFormatAudio":
    pcm = pj.MediaFormatAudio()
    pcm.type = pj.PJMEDIA_TYPE_AUDIO
    pcm.clockRate = SAMPLE_RATE_HZ
    pcm.channelCount = 1
    pcm.bitsPerSample = 16
    pcm.frameTimeUsec = FRAME_SAMPLES * 1_000_000 // SAMPLE_RATE_HZ
    return pcm
