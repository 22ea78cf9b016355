"""The table on the screen and build/bench.json: every sample, and on which machine, when, under what load and with which versions."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.figures import percentile, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.bench.figures import Figure

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "bench.json"
COLUMNS = ("figure", "target", "Keepline", "baresip", "runs", "")
PACKAGES = ("baresip-core", "sip-tester", "kamailio", "libspandsp2", "libspandsp2t64")


def rows(figures: Iterable[Figure]) -> list[tuple[str, ...]]:
    return [
        (
            f"{each.name} [{each.unit}]",
            str(each.target),
            summary(each.keepline),
            summary(each.baresip),
            str(len(each.keepline)),
            each.verdict,
        )
        for each in figures
    ]


def table(figures: Sequence[Figure]) -> str:
    """Medians, with the 90th percentile in brackets; below it, what baresip's column means where it is not the same thing."""
    cells = [COLUMNS, *rows(figures)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "-" * max(map(len, lines)))
    notes = [f"{each.name}: {each.observed}" + (f" baresip: {each.peer}" if each.peer else "") for each in figures]
    return "\n".join([*lines, "", "median [90th percentile]", *notes, ""])


def write(figures: Sequence[Figure], load_before: tuple[float, ...]) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**circumstances(load_before), "figures": [_figure(each) for each in figures]}, indent=1) + "\n")


def _figure(figure: Figure) -> dict[str, object]:
    numbers = {
        name: {"median": median(samples), "p90": percentile(samples, 0.9)}
        for name, samples in (("keepline", figure.keepline), ("baresip", figure.baresip))
        if samples
    }
    samples = {"keepline": figure.keepline, "baresip": figure.baresip}
    return {**asdict(figure), "target": str(figure.target), "verdict": figure.verdict, **numbers, "samples": samples}


def circumstances(load_before: tuple[float, ...]) -> dict[str, object]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpu": _cpu(), "cores": os.cpu_count(), "kernel": platform.release(), "arch": platform.machine()},
        "load_average": {"before": load_before, "after": os.getloadavg()},
        "versions": {"python": platform.python_version(), "commit": _said("git", "rev-parse", "--short", "HEAD"), **_packages()},
    }


def _cpu() -> str:
    text = Path("/proc/cpuinfo").read_text()
    return next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(("model name", "Model"))), "")


def _packages() -> dict[str, str]:
    shown = _said("dpkg-query", "--show", "--showformat=${Package} ${Version}\n", *PACKAGES)
    return dict(line.split(" ", 1) for line in shown.splitlines() if not line.endswith(" "))


def _said(*command: str) -> str:
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()
