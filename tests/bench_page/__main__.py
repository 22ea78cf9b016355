"""`make bench-page`: first paint, memory, fifty open pages beside a call, event to screen; a table and build/bench-page.json with every sample."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.adapter import Never
from tests.bench.__main__ import keep_byte_code
from tests.bench.report import ROOT, circumstances
from tests.bench_failover.report import table
from tests.bench_page import first_paint, on_screen, watched_call
from tests.peers.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench_failover.samples import Row

RESULT = ROOT / "build" / "bench-page.json"
PARTS = ("paint", "call", "screen")


def main(words: Sequence[str] | None = None) -> int:
    """0 if every target was met, 1 if one was missed or a part failed."""
    arguments = _parser().parse_args(words)
    load_before = os.getloadavg()
    keep_byte_code()
    rows: list[Row] = []
    with TemporaryDirectory(prefix="keepline-bench-page-") as folder:
        for part in arguments.only or PARTS:
            _say(f"{part} ...")
            try:
                rows += _measure(part, Path(folder) / part, quick=arguments.quick)
            except (PeerError, Never, OSError) as problem:
                _say(f"bench-page {part} failed: {problem}")
                return 1
    _say(table(rows))
    _write(rows, load_before)
    _say(f"every sample: {RESULT}; load average {load_before[0]:.1f} before, {os.getloadavg()[0]:.1f} after")
    return 1 if any(each.verdict == "missed" for each in rows) else 0


def _measure(part: str, folder: Path, *, quick: bool) -> list[Row]:
    match part:
        case "paint":
            return first_paint.measure(folder, 3 if quick else 15)
        case "call":
            return watched_call.measure(folder, 1 if quick else 3, 10.0 if quick else 30.0)
        case _:
            return on_screen.measure(folder, 5 if quick else 40)


def _write(rows: Sequence[Row], load_before: tuple[float, ...]) -> None:
    figures = [{**asdict(each), "target": str(each.target), "verdict": each.verdict, **each.numbers()} for each in rows]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**circumstances(load_before), "figures": figures}, indent=1) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.bench_page", description="What the page costs, and how soon it shows.")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}; may repeat")
    parser.add_argument("--quick", action="store_true", help="few samples and one short window: does it run at all?")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
