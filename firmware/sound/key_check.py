"""Whether 30 ms of sound are two steady tones of a key and nothing else: the second opinion on what short filters suspect.

A voice can hold two harmonics so near a key that filters of 13 ms cannot tell. Here both frequencies are measured by the turn of their phase, then
levels and what is left without them. Some 200 microseconds of plain Python, so it is asked only on suspicion. Knows no library.
Limits: ITU-T Q.24 (AT&T column), as listed in `reliability.md` 1.3 and there marked unverified, with room for what noise mismeasures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, log10, pi, sin
from operator import mul

from firmware.sound.pitch import relative_offset
from firmware.sound.tone_source import key_frequencies_hz

_RATE_HZ = 8000
KEYS = ("123A", "456B", "789C", "*0#D")
ROW_HZ = tuple(key_frequencies_hz(row[0])[0] for row in KEYS)
COLUMN_HZ = tuple(key_frequencies_hz(key)[1] for key in KEYS[0])
WINDOW_SAMPLES = 240
"""With frames of 10 ms a key of 40 ms fills one such window wherever it begins; a tone below 27 ms fills none."""

LEAST_DBM0 = -40.0
"""Weakest frequency taken. Q.24 (AT&T) asks for 0 to -25 dBm0; 15 dB more for long lines, still above the -55 dBm0 at which it forbids a response."""
MOST_TWIST_DB = 10.0
"""The column (upper) frequency may be 8 dB weaker than the row; 2 dB more."""
MOST_REVERSE_TWIST_DB = 5.5
"""The column frequency may be 4 dB stronger than the row; 1.5 dB more."""
MOST_OFFSET = 0.019
"""Each frequency may be so far off: 1.5 % must be taken, 3.5 % must not; in 15 dB of noise the measure errs by less than 0.4 %."""
MOST_SPREAD = 0.036
"""And the two so far from each other: 1.5 % up and 1.5 % down. The third and fourth harmonic of a high voice are 3.8 % off `*`."""
MOST_LEFT = 0.12
"""Of all power that may not be the two tones'. Noise 15 dB below them is 0.03; 12 dB, 0.06."""
_LEAST_EDGES = 0.77
"""Of the power of the middle, in the first and last quarter: the tones fill the window. 25 ms of a tone leave 0.67."""
_EDGE = WINDOW_SAMPLES // 4
_FRAME = 80
_FULL_SCALE_PEAK, _FULL_SCALE_DBM0 = 32767.0, 3.14


@dataclass(frozen=True)
class Measured:
    """The strongest row and column of a window: offsets as shares, levels in dBm0, and the share of power that is neither."""

    key: str
    row_offset: float
    column_offset: float
    row_dbm0: float
    column_dbm0: float
    left: float

    @property
    def is_key(self) -> bool:
        twist_db = self.row_dbm0 - self.column_dbm0
        return (
            min(self.row_dbm0, self.column_dbm0) >= LEAST_DBM0
            and -MOST_REVERSE_TWIST_DB <= twist_db <= MOST_TWIST_DB
            and max(abs(self.row_offset), abs(self.column_offset)) <= MOST_OFFSET
            and abs(self.row_offset - self.column_offset) <= MOST_SPREAD
            and self.left <= MOST_LEFT
        )


def key_in(samples: Sequence[int]) -> str:
    """The key that sounds through all WINDOW_SAMPLES samples; empty if none does."""
    first, middle, last = samples[:_EDGE], samples[_EDGE:-_EDGE], samples[-_EDGE:]
    edges = sum(map(mul, first, first)) + sum(map(mul, last, last))
    if edges <= _LEAST_EDGES * sum(map(mul, middle, middle)):
        return ""
    measured = measure(samples)
    return measured.key if measured.is_key else ""


def key_power(samples: Sequence[int], key: str) -> float:
    """The mean square of the weaker of a key's two tones in a frame of 80 samples."""
    found: list[float] = []
    for hz in key_frequencies_hz(key):
        cosine, sine = _frame_turns(hz)
        real, imaginary = sum(map(mul, samples, cosine)), sum(map(mul, samples, sine))
        found.append(2 * (real * real + imaginary * imaginary) / len(samples) ** 2)
    return min(found)


def measure(samples: Sequence[int]) -> Measured:
    """The two tones nearest to a key in WINDOW_SAMPLES samples."""
    windowed = list(map(mul, samples, _WINDOW))
    rows = [_power(windowed, hz) for hz in ROW_HZ]
    columns = [_power(windowed, hz) for hz in COLUMN_HZ]
    row, column = rows.index(max(rows)), columns.index(max(columns))
    offsets = relative_offset(samples, ROW_HZ[row]), relative_offset(samples, COLUMN_HZ[column])
    powers = [_power_at(windowed, hz * (1 + off)) for hz, off in zip((ROW_HZ[row], COLUMN_HZ[column]), offsets, strict=True)]
    all_power = sum(map(mul, windowed, samples)) / _WINDOW_SUM
    left = max(0.0, 1 - sum(powers) / max(1e-9, all_power))
    return Measured(KEYS[row][column], *offsets, _dbm0(powers[0]), _dbm0(powers[1]), left)


_WINDOW = [sin(pi * (index + 0.5) / WINDOW_SAMPLES) ** 2 for index in range(WINDOW_SAMPLES)]
_WINDOW_SUM = sum(_WINDOW)


def _power(windowed: Sequence[float], hz: float) -> float:
    cosine, sine = _turns(hz)
    return _mean_square(sum(map(mul, windowed, cosine)), sum(map(mul, windowed, sine)))


def _power_at(windowed: Sequence[float], hz: float) -> float:
    """The same for a frequency that no table holds, by Goertzel's recurrence."""
    step = 2 * pi * hz / _RATE_HZ
    factor = 2 * cos(step)
    last = before = 0.0
    for sample in windowed:
        last, before = sample + factor * last - before, last
    return _mean_square(last - before * cos(step), before * sin(step))


def _mean_square(real: float, imaginary: float) -> float:
    return 2 * (real * real + imaginary * imaginary) / (_WINDOW_SUM * _WINDOW_SUM)


@cache
def _turns(hz: float) -> tuple[list[float], list[float]]:
    turns = [2 * pi * hz * index / _RATE_HZ for index in range(WINDOW_SAMPLES)]
    return [cos(turn) for turn in turns], [sin(turn) for turn in turns]


@cache
def _frame_turns(hz: float) -> tuple[list[float], list[float]]:
    cosine, sine = _turns(hz)
    return cosine[:_FRAME], sine[:_FRAME]


def _dbm0(mean_square: float) -> float:
    return 10 * log10(max(1e-9, 2 * mean_square) / _FULL_SCALE_PEAK**2) + _FULL_SCALE_DBM0
