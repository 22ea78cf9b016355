"""`make bench-failover`: cuts of every kind, in calls and idle, beside what mwan3 and NetworkManager would have decided; a table and a file."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.bench_failover import idle, in_calls, report, rivals, standing
from tests.bench_failover.samples import Row, Target
from tests.peers.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.queues import SimpleQueue

FAR_ENDS = ("pjsua2", "baresip", "asterisk")
ALONE = ("calls", "encrypted")
"""Sound is measured while nothing else runs; the others mostly wait, each in a laboratory of its own."""
BESIDE = ("idle", "return", "standing", "calm")
PARTS = ALONE + BESIDE


def main(words: Sequence[str] | None = None) -> int:
    """0 if every target was met, 1 if one was missed."""
    arguments = _parser().parse_args(words)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the laboratory is removed then too
    load_before = os.getloadavg()
    rows: list[Row] = []
    earlier = report.earlier() if arguments.merge else report.NOTHING
    with TemporaryDirectory(prefix="keepline-failover-") as folder:
        wanted = arguments.only or PARTS
        for part in (each for each in wanted if each in ALONE):
            rows += _measure(part, Path(folder) / part, arguments)
            report.write(earlier, rows, load_before)  # what is there so far, should the next part fail
        rows += _side_by_side([each for each in wanted if each in BESIDE], Path(folder), arguments)
        rows = report.write(earlier, rows, load_before)
    _say(report.table(rows))
    _say(f"every sample: {report.RESULT}; load average {load_before[0]:.1f} before, {os.getloadavg()[0]:.1f} after")
    return 1 if any(each.verdict == "missed" for each in rows) else 0


def _side_by_side(parts: Sequence[str], folder: Path, arguments: argparse.Namespace) -> list[Row]:
    """Each in a process of its own; when we are told to end, each removes its laboratory."""
    context = multiprocessing.get_context("fork")  # this program is not importable, and has no threads left here
    answers = {part: context.SimpleQueue() for part in parts}
    workers = [context.Process(target=_answer, args=(answers[part], part, folder / part, arguments), name=part) for part in parts]
    for each in workers:
        each.start()
    try:
        for each in workers:
            each.join()
    finally:
        for each in workers:
            each.terminate()
            each.join()
    silent = [each.name for each in workers if each.exitcode]
    if silent:
        raise PeerError(f"these parts of the bench ended without figures: {', '.join(silent)}")
    return [row for answer in answers.values() for row in answer.get()]


def _answer(answer: SimpleQueue[list[Row]], part: str, folder: Path, arguments: argparse.Namespace) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _end_once)
    answer.put(_measure(part, folder, arguments))


def _end_once(_number: int, _frame: object) -> None:
    """The laboratory is removed, and nobody disturbs that."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _measure(part: str, folder: Path, arguments: argparse.Namespace) -> list[Row]:
    cuts = arguments.cuts
    match part:
        case "calls":
            return _in_calls(folder, "udp", cuts, arguments)
        case "encrypted":
            return _in_calls(folder, "tls", max(2, cuts // 5), arguments)
        case "idle":
            return [row for kind in _kinds(arguments) for row in _idle(folder / kind, kind, cuts)]
        case "return":
            return idle.measure_return(folder, 1 if arguments.quick else 3)
        case "standing":
            return standing.measure(folder, 0.5 if arguments.quick else arguments.minutes)
        case _:
            return standing.measure_calm(folder, 0.5 if arguments.quick else arguments.minutes)


def _in_calls(folder: Path, transport: str, cuts: int, arguments: argparse.Namespace) -> list[Row]:
    """`cuts` of each kind, shared among the far ends."""
    rows, lost, done = [], 0, 0
    each_gets = -(-cuts // len(FAR_ENDS))
    for kind in _kinds(arguments):
        for far in arguments.far or FAR_ENDS:
            series = in_calls.Series(kind, far, transport)
            _say(f"{kind} cuts in calls, {far}, {transport} ...")
            in_calls.measure(folder / f"{kind}-{far}", series, each_gets)
            rows += series.rows.values()
            lost, done = lost + series.lost, done + series.cuts
        rows += rivals.rows(kind, cuts) if transport == "udp" else []
    return [
        *rows,
        Row(f"calls lost, of so many cuts, {transport.upper()}", "", Target(worst=0.5), samples=_one_by_one(lost, done)),
    ]


def _one_by_one(lost: int, done: int) -> list[float]:
    """1 for each call lost: pieces of a bench can be put together."""
    return [1.0] * lost + [0.0] * max(done - lost, 0)


def _kinds(arguments: argparse.Namespace) -> Sequence[str]:
    return arguments.kind or tuple(in_calls.KINDS)


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
    parser.add_argument("--kind", action="append", choices=tuple(in_calls.KINDS), help="cuts of this kind only; may repeat")
    parser.add_argument("--far", action="append", choices=FAR_ENDS, help="calls with this far end only; may repeat")
    parser.add_argument(
        "--merge", action="store_true", help="add to the figures of the last run, so that a bench can be run in pieces"
    )
    parser.add_argument("--quick", action="store_true", help="half a minute of watching, one return: does it run at all?")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
