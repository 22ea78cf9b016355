"""`make bench-failover`: cuts of every kind, in calls and idle, beside what mwan3 and NetworkManager would have decided; a table and a file."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.bench_failover import idle, in_calls, report, rivals, standing
from tests.bench_failover.samples import Row, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR_ENDS = ("pjsua2", "baresip", "asterisk")
PARTS = ("calls", "encrypted", "idle", "return", "standing", "calm")


def main(words: Sequence[str] | None = None) -> int:
    """0 if every target was met, 1 if one was missed."""
    arguments = _parser().parse_args(words)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the laboratory is removed then too
    load_before = os.getloadavg()
    rows: list[Row] = []
    with TemporaryDirectory(prefix="keepline-failover-") as folder:
        for part in arguments.only or PARTS:
            rows += _measure(part, Path(folder) / part, arguments)
            report.write(rows, load_before)  # what is there so far, should the next part fail
    _say(report.table(rows))
    _say(f"every sample: {report.RESULT}; load average {load_before[0]:.1f} before, {os.getloadavg()[0]:.1f} after")
    return 1 if any(each.verdict == "missed" for each in rows) else 0


def _measure(part: str, folder: Path, arguments: argparse.Namespace) -> list[Row]:
    cuts = arguments.cuts
    match part:
        case "calls":
            return _in_calls(folder, "udp", cuts)
        case "encrypted":
            return _in_calls(folder, "tls", max(2, cuts // 5))
        case "idle":
            return [row for kind in in_calls.KINDS for row in _idle(folder / kind, kind, cuts)]
        case "return":
            return idle.measure_return(folder, 1 if arguments.quick else 3)
        case "standing":
            return standing.measure(folder, 0.5 if arguments.quick else arguments.minutes)
        case _:
            return standing.measure_calm(folder, 0.5 if arguments.quick else arguments.minutes)


def _in_calls(folder: Path, transport: str, cuts: int) -> list[Row]:
    """`cuts` of each kind, shared among the far ends."""
    rows, lost, done = [], 0, 0
    for kind in in_calls.KINDS:
        for far in FAR_ENDS:
            series = in_calls.Series(kind, far, transport)
            _say(f"{kind} cuts in calls, {far}, {transport} ...")
            in_calls.measure(folder / f"{kind}-{far}", series, -(-cuts // len(FAR_ENDS)))
            rows += series.rows.values()
            lost, done = lost + series.lost, done + series.cuts
        rows += rivals.rows(kind, cuts) if transport == "udp" else []
    return [*rows, Row(f"calls lost in {done} cuts, {transport}", "", Target(worst=0.5), samples=[lost])]


def _idle(folder: Path, kind: str, cuts: int) -> list[Row]:
    _say(f"{kind} cuts while idle ...")
    return idle.measure(folder, kind, cuts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.bench_failover", description="Cuts of the uplink, and what is heard of them."
    )
    parser.add_argument("--cuts", type=int, default=50, metavar="N", help="cuts of each kind (default: 50)")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="M", help="how long to watch what stands (default: 10)")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}; may repeat")
    parser.add_argument("--quick", action="store_true", help="half a minute of watching, one return: does it run at all?")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
