"""What a figure is: samples of Keepline and of baresip from the same run, a target, a verdict. Knows no way to measure anything."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Bench:
    """One run of the benches: where to work and how often to look."""

    folder: Path
    runs: int
    window_s: float
    windows: int


@dataclass(frozen=True)
class Target:
    """The median may be `at_most` this, and `times_peer` that of baresip's median; both where both are given."""

    at_most: float | None = None
    times_peer: float | None = None

    def __str__(self) -> str:
        words = [] if self.at_most is None else [f"<= {self.at_most:g}"]
        if self.times_peer is not None:
            words.append("<= baresip" if self.times_peer == 1 else f"<= {self.times_peer:g} x baresip")
        return ", ".join(words) or "-"


@dataclass
class Figure:
    """`observed` tells between which two moments, and how they were seen; `peer` says what baresip's samples are."""

    name: str
    unit: str
    target: Target
    observed: str
    peer: str = ""
    keepline: list[float] = field(default_factory=list)
    baresip: list[float] = field(default_factory=list)
    dropped: int = 0
    """Runs whose moments could not be told apart with certainty, and were repeated."""

    @property
    def verdict(self) -> str:
        """met, missed, or - where nothing is asked."""
        if self.target == Target() or not self.keepline:
            return "-"
        bounds = [] if self.target.at_most is None else [self.target.at_most]
        if self.target.times_peer is not None:
            if not self.baresip:
                return "no peer"
            bounds.append(self.target.times_peer * median(self.baresip))
        return "met" if median(self.keepline) <= min(bounds) else "missed"


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that `share` of all do not exceed."""
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


def summary(samples: Sequence[float]) -> str:
    """Median and 90th percentile, as the table shows them."""
    return f"{_short(median(samples))} [{_short(percentile(samples, 0.9))}]" if samples else "-"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 1 else f"{value:.1f}"
