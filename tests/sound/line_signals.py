"""Signals of a telephone line and how to measure them, in numpy: nothing here is the code under test."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
FRAME = 80
Samples = NDArray[np.float64]

ROWS_HZ = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = "123A456B789C*0#D"


def amplitude(level_dbm0: float) -> float:
    """Peak of a sine: full scale is +3.14 dBm0 (ITU-T G.711)."""
    return float(32767 * 10 ** ((level_dbm0 - 3.14) / 20))


def level_dbm0(peak: float) -> float:
    return float(20 * np.log10(peak / 32767) + 3.14)


def sine(frequency_hz: float, level: float, samples: int, phase: float = 0.0) -> Samples:
    return np.asarray(amplitude(level) * np.sin(2 * np.pi * frequency_hz * np.arange(samples) / RATE_HZ + phase))


def silence(samples: int) -> Samples:
    return np.zeros(samples)


@dataclass(frozen=True)
class KeyPress:
    """One key and everything that may be wrong with it."""

    key: str
    on_ms: float = 50
    row_dbm0: float = -10
    column_dbm0: float = -10
    row_offset: float = 0
    column_offset: float = 0

    def samples(self) -> Samples:
        row_hz = ROWS_HZ[KEYS.index(self.key) // 4] * (1 + self.row_offset)
        column_hz = COLUMNS_HZ[KEYS.index(self.key) % 4] * (1 + self.column_offset)
        count = round(self.on_ms * RATE_HZ / 1000)
        return sine(row_hz, self.row_dbm0, count) + sine(column_hz, self.column_dbm0, count, phase=1.0)


def pcm(signal: Samples) -> bytes:
    return np.clip(np.round(signal), -32768, 32767).astype("<i2").tobytes()


def frames(signal: Samples) -> list[bytes]:
    """Whole frames of 10 ms, the last filled with silence."""
    data = pcm(signal)
    data += bytes(-len(data) % (2 * FRAME))
    return [data[at : at + 2 * FRAME] for at in range(0, len(data), 2 * FRAME)]


def band_of_a_telephone(signal: Samples) -> Samples:
    """300 to 3400 Hz."""
    spectrum = np.fft.rfft(signal)
    hz = np.fft.rfftfreq(len(signal), 1 / RATE_HZ)
    spectrum[(hz < 300) | (hz > 3400)] = 0
    return np.asarray(np.fft.irfft(spectrum, len(signal)))


def samples_of(data: bytes) -> Samples:
    return np.frombuffer(data, "<i2").astype(np.float64)


def noise(samples: int, level: float, seed: int) -> Samples:
    """White noise with the power of a sine at `level` dBm0."""
    return np.random.default_rng(seed).normal(0, amplitude(level) / np.sqrt(2), samples)


def strongest_sines(signal: Samples, count: int) -> list[tuple[float, float]]:
    """The `count` strongest (frequency in Hz, level in dBm0), by frequency; they must be 3 bins of a Hann window apart."""
    window = np.hanning(len(signal))
    size = 16 * len(signal)
    spectrum = np.abs(np.fft.rfft(signal * window, size)) / (window.sum() / 2)
    found = []
    for _ in range(count):
        at = int(spectrum.argmax())
        found.append((at * RATE_HZ / size, level_dbm0(float(spectrum[at]))))
        spectrum[max(0, at - 32) : at + 33] = 0
    return sorted(found)


def sounding_runs_ms(signal: Samples) -> Sequence[tuple[bool, float]]:
    """Runs of sound and silence with their lengths, to 2 ms."""
    hop = 16
    loud = np.abs(signal[: len(signal) // hop * hop].reshape(-1, hop)).max(axis=1) > 30
    edges = [0, *(np.flatnonzero(np.diff(loud)) + 1), len(loud)]
    return [(bool(loud[a]), (b - a) * hop * 1000 / RATE_HZ) for a, b in pairwise(edges)]
