"""What a bench of failover collects: rows of samples with a name, a target and who they are of. Knows no way to measure anything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Self

from tests.bench.figures import percentile


@dataclass(frozen=True)
class Target:
    """Bounds for median, 95th percentile and worst; None: nothing is asked."""

    median: float | None = None
    p95: float | None = None
    worst: float | None = None

    def __str__(self) -> str:
        """As `read` takes it."""
        words = [("median", self.median), ("p95", self.p95), ("worst", self.worst)]
        return ", ".join(f"{name} < {bound:g}" for name, bound in words if bound is not None) or "-"

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(**{name: float(bound) for name, bound in re.findall(r"(\w+) < ([0-9.e+]+)", text)})


@dataclass
class Row:
    """`how` is "measured" or "modelled". Cuts whose moment never came are counted in `missing`, not dropped."""

    name: str
    unit: str
    target: Target = field(default_factory=Target)
    how: str = "measured"
    samples: list[float] = field(default_factory=list)
    missing: int = 0
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.target == Target() or not (self.samples or self.missing):
            return "-"
        if self.missing or not self.samples:
            return "missed"
        seen = (
            (median(self.samples), self.target.median),
            (percentile(self.samples, 0.95), self.target.p95),
            (max(self.samples), self.target.worst),
        )
        return "met" if all(bound is None or value < bound for value, bound in seen) else "missed"

    def joined(self, later: Row) -> Row:
        """This and what a later run measured of the same; a model is not run twice."""
        if self.how == "modelled":
            return later
        return replace(later, samples=self.samples + later.samples, missing=self.missing + later.missing)

    def numbers(self) -> dict[str, float]:
        if not self.samples:
            return {}
        return {"median": median(self.samples), "p95": percentile(self.samples, 0.95), "worst": max(self.samples)}
