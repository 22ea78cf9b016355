"""A voice that tells the time: its pitch rises evenly and falls back each period, so every 20 ms of a recording say when they were spoken.

A steady tone flatters concealment, which repeats the last pitch; here repeated sound stands still, and is counted as a hole. So is silence. Works
in G.711 and wider codecs, at both ends at once: each end has a band of its own. Knows no telephony.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tests.peers.sound import FULL_SCALE, FULL_SCALE_SINE_DBM0, RATE_HZ, Samples, level_dbm0

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PERIOD_S = 2.0
WINDOW = 160
HOP = 40
SPECTRUM = 2048
LOUD_DBM0 = -38.0
PURE = 0.9
"""The least share of a piece's power that lies around its strongest frequency."""
LOBE_HZ = 120.0
STEADY_S = 0.007
"""By how much the time told may differ from its neighbours' within live sound: jitter of the estimate, not of the line."""
RUN_PIECES = 6


@dataclass(frozen=True)
class Voice:
    """A band to speak in."""

    low_hz: float
    high_hz: float

    @property
    def slope(self) -> float:
        return (self.high_hz - self.low_hz) / PERIOD_S

    def speech(self, seconds: float, level_dbm0: float = -12.0) -> Samples:
        """Samples to be spoken; whole periods can be repeated without a seam."""
        at_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        hz = self.low_hz + self.slope * (at_s % PERIOD_S)
        amplitude = FULL_SCALE * 10 ** ((level_dbm0 - FULL_SCALE_SINE_DBM0) / 20)
        return np.round(amplitude * np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)).astype(np.int16)


NEAR, FAR = Voice(600.0, 1600.0), Voice(2200.0, 3200.0)
"""What the telephone says and what the far end says. Neither holds two keys' tones at once, nor the answering tone of a fax for long."""


@dataclass(frozen=True)
class Run:
    """Live sound without a break: where it lies in the recording, and when its ends were spoken, in seconds within a period."""

    first_s: float
    last_s: float
    spoken_first_s: float
    spoken_last_s: float


@dataclass(frozen=True)
class Hole:
    """No live sound in a recording from `from_s` on, and how much of what was spoken is missing there."""

    from_s: float
    until_s: float
    lost_s: float

    @property
    def heard_s(self) -> float:
        """How long it lasts in the recording; a recorder without a clock of its own shows no more than the seam."""
        return self.until_s - self.from_s

    @property
    def longest_s(self) -> float:
        return max(self.heard_s, self.lost_s)


def told(samples: Samples, voice: Voice) -> npt.NDArray[np.float64]:
    """For each piece (one begins every `HOP` samples) the time it was spoken, within a period; nan where there is no such voice."""
    if len(samples) < WINDOW:
        return np.zeros(0)
    pieces = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), WINDOW)[::HOP]
    powers = np.abs(np.fft.rfft(pieces * np.hanning(WINDOW), SPECTRUM)) ** 2
    step_hz = RATE_HZ / SPECTRUM
    low, high = (round(edge / step_hz) for edge in (voice.low_hz - 60, voice.high_hz + 60))
    peak = low + np.argmax(powers[:, low:high], axis=1)
    strongest_hz = (peak + _between(powers, peak)) * step_hz
    lobe = round(LOBE_HZ / step_hz)
    # The other end's band is not counted: an ear hears its own mouth too.
    around = _sums(powers, peak - lobe, peak + lobe + 1)
    whole = powers[:, low:high].sum(axis=1) + 1e-9
    spoken = (strongest_hz - voice.low_hz) / voice.slope
    clear = (around / whole > PURE) & _is_loud(around) & (spoken > -0.02) & (spoken < PERIOD_S + 0.02)
    return np.where(clear, spoken % PERIOD_S, np.nan)


def _is_loud(power: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Compared with the same measure of a sine at the threshold."""
    amplitude = FULL_SCALE * 10 ** ((LOUD_DBM0 - FULL_SCALE_SINE_DBM0) / 20)
    # Parseval for the half spectrum of a windowed sine: mean square times window power times the length of the transform, halved.
    least = amplitude**2 / 2 * np.sum(np.hanning(WINDOW) ** 2) * SPECTRUM / 2
    return np.asarray(power > least * 0.5)


def _between(powers: npt.NDArray[np.float64], peak: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The peak of the parabola through a maximum and its neighbours, in steps."""
    rows = np.arange(len(powers))
    left, middle, right = (np.log(powers[rows, np.clip(peak + by, 0, powers.shape[1] - 1)] + 1e-9) for by in (-1, 0, 1))
    bend = left - 2 * middle + right
    return np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0.0)


def _sums(powers: npt.NDArray[np.float64], first: npt.NDArray[np.int64], end: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    total = np.concatenate([np.zeros((len(powers), 1)), np.cumsum(powers, axis=1)], axis=1)
    rows, last = np.arange(len(powers)), total.shape[1] - 1
    return np.asarray(total[rows, np.clip(end, 0, last)] - total[rows, np.clip(first, 0, last)])


def runs(samples: Samples, voice: Voice) -> list[Run]:
    """The stretches of live sound, in order."""
    spoken = told(samples, voice)
    middles = (np.arange(len(spoken)) * HOP + WINDOW / 2) / RATE_HZ
    return [_run(piece, middles, spoken) for piece in _stretches(middles, spoken) if piece.stop - piece.start >= RUN_PIECES]


def _stretches(middles: npt.NDArray[np.float64], spoken: npt.NDArray[np.float64]) -> Iterator[slice]:
    """Slices in which the time told goes with the recording's own."""
    behind = middles - spoken
    first = None
    recent: list[float] = []
    for at, (late, known) in enumerate(zip(behind, ~np.isnan(spoken), strict=True)):
        if first is not None and (not known or abs(_wrapped(late - float(np.median(recent)))) > STEADY_S):
            yield slice(first, at)
            first = None
        if known and first is None:
            first, recent = at, []
        if known:
            recent = [*recent[-4:], late if not recent else recent[-1] + _wrapped(late - recent[-1])]
    if first is not None:
        yield slice(first, len(spoken))


def _wrapped(seconds: float) -> float:
    """Within half a period of nothing."""
    return (seconds + PERIOD_S / 2) % PERIOD_S - PERIOD_S / 2


def _run(piece: slice, middles: npt.NDArray[np.float64], spoken: npt.NDArray[np.float64]) -> Run:
    half = WINDOW / 2 / RATE_HZ
    first, last = float(middles[piece.start]), float(middles[piece.stop - 1])
    behind = spoken[piece] - middles[piece]
    mean = float(behind[0] + np.mean([_wrapped(float(each - behind[0])) for each in behind]))
    return Run(first - half, last + half, (first - half + mean) % PERIOD_S, (last + half + mean) % PERIOD_S)


def holes(samples: Samples, voice: Voice, least_s: float = 0.015) -> list[Hole]:
    """Breaks in the live sound, between its first and its last moment. What was lost is known up to one period longer than what is seen."""
    return [hole for hole in map(_hole, *_neighbours(runs(samples, voice))) if hole.longest_s >= least_s]


def _neighbours(found: Sequence[Run]) -> tuple[list[Run], list[Run]]:
    pairs = list(pairwise(found))
    return [one for one, _ in pairs], [other for _, other in pairs]


def _hole(before: Run, after: Run) -> Hole:
    seen_s = max(0.0, after.first_s - before.last_s)
    lost_s = (after.spoken_first_s - before.spoken_last_s - seen_s + 0.1) % PERIOD_S - 0.1 + seen_s
    return Hole(before.last_s, max(before.last_s, after.first_s), lost_s)


def levels(samples: Samples, voice: Voice, every_s: float = 0.02) -> npt.NDArray[np.float64]:
    """The level of a voice's band over time, in dBm0: what a picture shows."""
    step = round(every_s * RATE_HZ)
    count = len(samples) // step
    spectrum = np.fft.rfft(samples[: count * step].reshape(count, step).astype(np.float64))
    hz = np.fft.rfftfreq(step, 1 / RATE_HZ)
    spectrum[:, (hz < voice.low_hz - 150) | (hz > voice.high_hz + 150)] = 0
    return np.array([level_dbm0(row) for row in np.fft.irfft(spectrum, step)])
