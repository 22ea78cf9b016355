"""Takes what is heard at a desk, in pieces of a quarter second, and notices when nobody speaks any more. Knows no file.

The media thread only appends frames and posts; loudness is looked at on the deciding thread.
"""

from array import array
from collections import deque
from collections.abc import Callable
from math import sqrt
from operator import mul

from firmware.sound.tone_source import SAMPLE_RATE_HZ

_FRAMES_A_PIECE = 25
_WINDOW_SAMPLES = SAMPLE_RATE_HZ // 10
_BYTES_A_SECOND = 2 * SAMPLE_RATE_HZ

SILENT_BELOW_RMS = 51
"""-50 dBm0: full scale of a sine is 3.14 dBm0 (ITU-T G.711), 32767 / sqrt 2. Speech is some 30 dB above it (ITU-T P.56 levels around -20 dBm0),
comfort noise of gateways below -60 dBm0."""

_TAIL_S = 0.5
"""Kept after the last sound, so that a soft last syllable is not cut."""


class Recorder:
    """A desk's sink. `on_piece` gets samples in order, `on_silence` one call after `quiet_s` without a sound; both on the deciding thread."""

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        on_piece: Callable[[bytes], None],
        on_silence: Callable[[], None],
        quiet_s: float,
    ) -> None:
        self._post = post
        self._on_piece = on_piece
        self._on_silence = on_silence
        self._quiet_s = quiet_s
        self._frames: list[bytes] = []
        self._pieces: deque[bytes] = deque()
        self._stopped = False
        self._bytes = 0
        self._loud_windows = 0
        self._last_sound_s = 0.0
        self._told_silence = False

    def give(self, frame: bytes) -> None:
        """In the media thread."""
        self._frames.append(frame)
        if len(self._frames) >= _FRAMES_A_PIECE:
            frames, self._frames = self._frames, []
            self._pieces.append(b"".join(frames))
            self._post(self._drain)

    def stop(self) -> None:
        """Take what is still on its way; the desk must no longer give."""
        frames, self._frames = self._frames, []
        self._pieces.append(b"".join(frames))
        self._told_silence = True
        self._drain()
        self._stopped = True

    @property
    def seconds(self) -> float:
        return self._bytes / _BYTES_A_SECOND

    @property
    def spoken_s(self) -> float:
        """How much of it was louder than a silent line."""
        return self._loud_windows * _WINDOW_SAMPLES / SAMPLE_RATE_HZ

    @property
    def kept_bytes(self) -> int:
        """Up to the last sound and a little beyond."""
        return min(self._bytes, round((self._last_sound_s + _TAIL_S) * SAMPLE_RATE_HZ) * 2)

    def _drain(self) -> None:
        while self._pieces and not self._stopped:
            self._take(self._pieces.popleft())
        if self.seconds - self._last_sound_s >= self._quiet_s and not self._told_silence:
            self._told_silence = True
            self._on_silence()

    def _take(self, piece: bytes) -> None:
        samples = array("h", piece)
        for start in range(0, len(samples), _WINDOW_SAMPLES):
            window = samples[start : start + _WINDOW_SAMPLES]
            if _rms(window) >= SILENT_BELOW_RMS:
                self._loud_windows += 1
                self._last_sound_s = (self._bytes / 2 + start + len(window)) / SAMPLE_RATE_HZ
        self._bytes += len(piece)
        if piece:
            self._on_piece(piece)


def _rms(samples: "array[int]") -> float:
    return sqrt(sum(map(mul, samples, samples)) / len(samples))
