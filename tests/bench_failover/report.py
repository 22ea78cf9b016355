"""The table on the screen and build/bench-failover.json, with the circumstances of the run."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from tests.bench.report import ROOT, _circumstances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench_failover.samples import Row

RESULT = ROOT / "build" / "bench-failover.json"
COLUMNS = ("figure", "target", "median", "p95", "worst", "n", "missing", "how", "")


def table(rows: Sequence[Row]) -> str:
    cells = [COLUMNS, *map(_cells, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "-" * max(map(len, lines)))
    notes = [f"{each.name}: {each.note}" for each in rows if each.note]
    return "\n".join([*lines, "", *notes, ""])


def _cells(row: Row) -> tuple[str, ...]:
    numbers = row.numbers()
    shown = [_short(numbers[name]) if numbers else "-" for name in ("median", "p95", "worst")]
    name = f"{row.name} [{row.unit}]" if row.unit else row.name
    return (name, str(row.target), *shown, str(len(row.samples)), str(row.missing), row.how, row.verdict)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def write(rows: Sequence[Row], load_before: tuple[float, ...]) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    figures = [{**asdict(each), "target": str(each.target), "verdict": each.verdict, **each.numbers()} for each in rows]
    RESULT.write_text(json.dumps({**_circumstances(load_before), "rtt_ms": 60, "figures": figures}, indent=1) + "\n")
