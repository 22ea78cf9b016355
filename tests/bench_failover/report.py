"""The table on the screen and build/bench-failover.json, with the circumstances of the run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tests.bench.report import ROOT, circumstances
from tests.bench_failover.samples import Row, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True)
class Kept:
    """What earlier runs left in the file: their rows, and the circumstances of each run."""

    rows: list[Row] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)


NOTHING = Kept()
_OF_A_ROW = ("name", "unit", "how", "samples", "missing", "note")


def earlier() -> Kept:
    """What is in the file."""
    if not RESULT.exists():
        return NOTHING
    kept = json.loads(RESULT.read_text())
    rows = [Row(**{name: each[name] for name in _OF_A_ROW}, target=Target.read(each["target"])) for each in kept["figures"]]
    return Kept(rows, kept.get("runs", []))


def write(before: Kept, rows: Sequence[Row], load_before: tuple[float, ...]) -> list[Row]:
    """All rows there are then."""
    together = {each.name: each for each in before.rows}
    for each in rows:
        together[each.name] = together[each.name].joined(each) if each.name in together else each
    figures = [
        {**asdict(each), "target": str(each.target), "verdict": each.verdict, **each.numbers()} for each in together.values()
    ]
    runs = [*before.runs, circumstances(load_before)]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"rtt_ms": 60, "runs": runs, "figures": figures}, indent=1) + "\n")
    return list(together.values())
