"""Where a piece of sound sounds and where it pauses. It must not know frequencies or the names of tones."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hal.ports import SAMPLE_RATE_HZ
from hal.sim.level import amplitude

Floats = npt.NDArray[np.floating]

STEP = SAMPLE_RATE_HZ // 200
"""5 ms: the grain of all durations here."""

STEP_MS = 5
BELOW_PEAK_DB = 20.0
"""Quieter than the loudest step by this much is a pause: the echo and noise in it do not count."""

FILL_MS = 30
"""Shorter pauses are part of the sound: beats, 25 Hz modulation, the 15 ms between special information tones."""

RING_MS = 375
"""No ringback tone of the table has shorter bursts (400 ms), no call-waiting tone longer ones (300 ms)."""

DROP_MS = 25
"""Shorter bursts are clicks."""


@dataclass(frozen=True)
class Burst:
    """A stretch of sound; `whole` if neither edge of the window cut it."""

    start: int
    end: int
    whole: bool

    @property
    def duration_ms(self) -> float:
        return (self.end - self.start) * 1000 / SAMPLE_RATE_HZ

    def cut(self, samples: Floats) -> Floats:
        return samples[self.start : self.end]


@dataclass(frozen=True)
class Rhythm:
    """The bursts in a window of `length` samples, in order."""

    bursts: list[Burst]
    length: int

    @cached_property
    def whole_bursts(self) -> list[Burst]:
        return [burst for burst in self.bursts if burst.whole]

    @property
    def longest_ms(self) -> float:
        return max(burst.duration_ms for burst in self.bursts)

    @property
    def fills_window(self) -> bool:
        return len(self.bursts) == 1 and self.length - (self.bursts[0].end - self.bursts[0].start) <= 8 * STEP

    @property
    def longest_pause_ms(self) -> float:
        """The longest silence, those at the window's edges included."""
        edges = [0, *(edge for burst in self.bursts for edge in (burst.start, burst.end)), self.length]
        return max(edges[i + 1] - edges[i] for i in range(0, len(edges), 2)) * 1000 / SAMPLE_RATE_HZ

    def short_bursts(self, most_ms: float) -> int:
        """How many whole bursts are at most so long and close together."""
        near = {
            burst.start
            for earlier, later in pairwise(self.bursts)
            if (later.start - earlier.end) * 1000 / SAMPLE_RATE_HZ <= most_ms
            for burst in (earlier, later)
        }
        return sum(burst.duration_ms <= most_ms and burst.start in near for burst in self.whole_bursts)

    def still_sounds_after(self, least_ms: float) -> bool:
        """The last burst lasted so long already and is not over."""
        last = self.bursts[-1]
        return last.end > self.length - 4 * STEP and last.duration_ms > least_ms

    @property
    def double_ring(self) -> bool:
        """A pause much shorter than the bursts beside it: no busy or congestion tone of one frequency has that."""
        return any(
            later.start - earlier.end < 0.7 * (burst.end - burst.start) and burst.whole and burst.duration_ms >= RING_MS
            for earlier, later in pairwise(self.bursts)
            for burst in (earlier, later)
        )

    def ringing_bursts(self) -> bool:
        """Bursts of ringing length; if the window's edges cut all of them, they may have been longer."""
        return any(burst.duration_ms >= RING_MS for burst in self.bursts) or not self.whole_bursts


def rhythm_of(samples: Floats, least_dbm0: float) -> Rhythm:
    """Find the bursts louder than `least_dbm0`."""
    steps = np.square(samples[: len(samples) // STEP * STEP].reshape(-1, STEP)).mean(axis=1)
    least = amplitude(least_dbm0) ** 2 / 2
    loudest = float(steps.max(initial=0.0))
    if loudest < least:
        return Rhythm([], len(samples))
    sounding = np.pad(steps >= max(least, loudest * 10 ** (-BELOW_PEAK_DB / 10)), 1)
    edges = np.flatnonzero(sounding[1:] != sounding[:-1]).reshape(-1, 2).tolist()
    kept = [(a, b) for a, b in _joined(edges) if (b - a) * STEP_MS >= DROP_MS or b - a == len(steps)]
    return Rhythm([Burst(a * STEP, b * STEP, whole=a > 0 and b < len(steps)) for a, b in kept], len(samples))


def _joined(edges: list[list[int]]) -> list[list[int]]:
    """Bursts with the short pauses between them filled."""
    joined: list[list[int]] = []
    for start, end in edges:
        if joined and (start - joined[-1][1]) * STEP_MS < FILL_MS:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return joined
