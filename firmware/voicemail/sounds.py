"""Sources a session makes itself: the beep, recorded samples, one source after another. Knows no prompt and no file."""

from collections.abc import Sequence

from firmware.core.tones import Segment, Sine, Tone
from firmware.sound.tone_source import SAMPLE_RATE_HZ, ToneSource
from firmware.voicemail.desk import Source

BEEP = Tone((Segment((Sine(1000, -12.0),), 400), Segment((), 100)), repeat_from=None)
"""Our own choice: no recommendation fixes it. 1000 Hz is no DTMF, dial, ringback or busy frequency of any of our countries, so nobody takes it for one."""


def beep() -> Source:
    return ToneSource(BEEP)


def pause(ms: int) -> Source:
    return PcmSource(bytes(2 * ms * SAMPLE_RATE_HZ // 1000))


class PcmSource:
    """Samples in memory, then silence."""

    def __init__(self, pcm: bytes) -> None:
        self._pcm = pcm
        self._at = 0

    @property
    def finished(self) -> bool:
        return self._at >= len(self._pcm)

    def take(self, samples: int) -> bytes:
        piece = self._pcm[self._at : self._at + 2 * samples]
        self._at += 2 * samples
        return piece + bytes(2 * samples - len(piece))


class InTurn:
    """One source after another; the next begins with the frame after the last one's end."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = list(sources)

    @property
    def finished(self) -> bool:
        return all(source.finished for source in self._sources)

    def take(self, samples: int) -> bytes:
        while len(self._sources) > 1 and self._sources[0].finished:
            del self._sources[0]
        return self._sources[0].take(samples) if self._sources else bytes(2 * samples)
