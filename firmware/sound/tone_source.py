"""Turns a `Tone` into samples, cheaply enough for the media thread.

All frequencies are whole hertz, so every segment is a loop of at most one second that joins up with itself exactly: it is
computed once, and a frame is a slice of it. (spandsp's super_tone_tx takes two sines at most and its public call refuses
modulation.) Knows no country and no clock: time is the number of samples taken.
"""

from array import array
from functools import lru_cache
from math import gcd, pi, sin

from firmware.core.tones import MODULATION_DEPTH, Segment, Sine, Tone

SAMPLE_RATE_HZ = 8000
_SAMPLES_A_MS = SAMPLE_RATE_HZ // 1000
_FULL_SCALE = 32767
_FULL_SCALE_DBM0 = 3.14
_SLACK_SAMPLES = 320
"""The longest piece taken from a loop at once; loops are stored that much longer so that a slice never wraps."""

_SILENCE = bytes(2 * _SLACK_SAMPLES)

_ROW_HZ = (697, 770, 852, 941)
_COLUMN_HZ = (1209, 1336, 1477, 1633)
_KEYS = ("123A", "456B", "789C", "*0#D")


class ToneSource:
    """Plays one tone from its beginning. Not thread-safe: one reader."""

    def __init__(self, tone: Tone) -> None:
        """Computes the loops, so that `take` never has to: some milliseconds the first time a tone is used."""
        self._tone = tone
        self._loops = [_loop_of(segment) for segment in tone.segments]
        self._index: int | None = 0
        self._enter(0)

    @property
    def finished(self) -> bool:
        """The tone has ended and only silence follows."""
        return self._index is None

    def take(self, samples: int) -> bytes:
        """The next `samples` samples, 16-bit little-endian; silence once finished."""
        if samples <= self._left and samples <= _SLACK_SAMPLES:
            return self._piece(samples)
        pieces = []
        while samples:
            if not self._left:
                self._enter(None if self._index is None else self._tone.after(self._index))
            piece = self._piece(min(samples, self._left, _SLACK_SAMPLES))
            samples -= len(piece) // 2
            pieces.append(piece)
        return b"".join(pieces)

    def _enter(self, index: int | None) -> None:
        self._index = index
        segment = _ENDLESS_SILENCE if index is None else self._tone.segments[index]
        self._loop, self._period = (_SILENCE, 1) if index is None else self._loops[index]
        self._at = 0
        self._left = _ENDLESS if segment.duration_ms is None else segment.duration_ms * _SAMPLES_A_MS

    def _piece(self, samples: int) -> bytes:
        piece = self._loop[2 * self._at : 2 * (self._at + samples)]
        self._at = (self._at + samples) % self._period
        self._left -= samples
        if not self._left and self._index is not None and self._tone.after(self._index) is None:
            self._enter(None)
        return piece


_ENDLESS = 1 << 62
"""Samples of a segment without duration: more than any call lasts."""
_ENDLESS_SILENCE = Segment((), None)


def tone_length_samples(tone: Tone) -> int | None:
    """How long a tone sounds until it is finished; None if it never is."""
    durations = [segment.duration_ms for segment in tone.segments]
    if tone.repeat_from is not None or None in durations:
        return None
    return sum(duration for duration in durations if duration is not None) * _SAMPLES_A_MS


def tone_pcm(tone: Tone) -> bytes:
    """All samples of a tone that ends by itself."""
    return ToneSource(tone).take(tone_length_samples(tone) or 0)


def dtmf_tone(digit: str, on_ms: int = 100, off_ms: int = 0, level_dbm0: float = -10.0) -> Tone:
    """One key of 0-9 * # A-D, `level_dbm0` a sine, then `off_ms` of silence. ValueError for another key."""
    sines = tuple(Sine(hz, level_dbm0) for hz in key_frequencies_hz(digit))
    pause = (Segment((), off_ms),) if off_ms else ()
    return Tone((Segment(sines, on_ms), *pause), repeat_from=None)


def key_frequencies_hz(digit: str) -> tuple[int, int]:
    """Row and column of a key (ITU-T Q.23). ValueError for another than 0-9 * # A-D."""
    for row_hz, keys in zip(_ROW_HZ, _KEYS, strict=True):
        if digit in keys and len(digit) == 1:
            return row_hz, _COLUMN_HZ[keys.index(digit)]
    raise ValueError(f'"{digit}" is not a key of 0-9 * # A-D.')


def _loop_of(segment: Segment) -> tuple[bytes, int]:
    """The loop of samples of a segment and its period; shorter than its period if the segment is."""
    if not segment.sines:
        return _SILENCE, 1
    frequencies = (sine.frequency_hz for sine in segment.sines)
    period = SAMPLE_RATE_HZ // gcd(SAMPLE_RATE_HZ, segment.modulated_by_hz, *frequencies)
    length = period + _SLACK_SAMPLES
    if segment.duration_ms is not None:
        length = min(length, segment.duration_ms * _SAMPLES_A_MS)
    return _samples(segment.sines, segment.modulated_by_hz, length), max(period, length - _SLACK_SAMPLES)


@lru_cache(maxsize=64)
def _samples(sines: tuple[Sine, ...], modulated_by_hz: int, count: int) -> bytes:
    peaks = [(_peak(sine.level_dbm0), 2 * pi * sine.frequency_hz / SAMPLE_RATE_HZ) for sine in sines]
    modulation = 2 * pi * modulated_by_hz / SAMPLE_RATE_HZ
    depth = MODULATION_DEPTH if modulated_by_hz else 0.0
    samples = array("h")
    for index in range(count):
        value = sum(peak * sin(step * index) for peak, step in peaks) * (1 + depth * sin(modulation * index))
        samples.append(max(-_FULL_SCALE, min(_FULL_SCALE, round(value))))
    return samples.tobytes()


def _peak(level_dbm0: float) -> float:
    return float(_FULL_SCALE * 10 ** ((level_dbm0 - _FULL_SCALE_DBM0) / 20))
