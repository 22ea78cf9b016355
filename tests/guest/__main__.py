"""`make bench-guest`: boots the guest for each proof, prints what it measured and writes build/bench-guest.json.

    python -m tests.guest [--quick] [PROOF ...]

What its times are worth it says first, and by which clock a proof ran with the proof (`Kind` of tests/guest/machine.py).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.guest.machine import ROOT, GuestFailed, Machine, built
from tests.guest.proofs import BESIDE, ONCE, PROOFS, QUICK, furnished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.guest.machine import Parts

RESULT = ROOT / "build" / "bench-guest.json"
WORTH = """Times are the guest's, and none is a figure of a Pi. By the real clock (one processor, system calls of 73 microseconds) they are upper bounds.
By the simulated clock work takes no time at all: they hold for waiting - rings, buffers, loss, drift - and say nothing of the work between."""


def attempted(name: str, *, parts: Parts, quick: bool) -> tuple[str, dict[str, object]]:
    """The proof's name with its figures, which are shown; none where it failed."""
    began_s = time.monotonic()
    try:
        figures = prove(name, parts, quick=quick) | {"took_s": round(time.monotonic() - began_s)}
    except GuestFailed as problem:
        print(f"{name:<14} FAILED: {problem}", flush=True)  # noqa: T201 (the bench's answer)
        return name, {}
    show(name, figures)
    return name, figures


def prove(name: str, parts: Parts, *, quick: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-guest-") as folder, Machine(parts, furnished(Path(folder))) as machine:
        return PROOFS[name](machine, quick) | {"clock": " and ".join(sorted(machine.clocks))}


def rows(figures: dict[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Every figure with its name, those within others after them."""
    for name, value in figures.items():
        named = f"{above} {name}".strip().replace("_", " ")
        if isinstance(value, dict) and value:
            yield from rows(value, named)
        else:
            yield named, value


def show(proof: str, figures: dict[str, object]) -> None:
    """A line a figure."""
    for name, value in rows(figures):
        told = value if isinstance(value, str) else json.dumps(value)
        print(f"{proof:<14} {name:<44} {told}", flush=True)  # noqa: T201 (the bench's answer)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bench-guest", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="the part that runs in CI")
    arguments.add_argument("proofs", nargs="*", metavar="PROOF", help=f"some of {', '.join(PROOFS)}; all without")

    chosen = arguments.parse_args()
    if unknown := set(chosen.proofs) - set(PROOFS):
        arguments.error(f"there is no proof {', '.join(sorted(unknown))}; the proofs are {', '.join(PROOFS)}")
    wanted = list(chosen.proofs or (QUICK if chosen.quick else PROOFS))
    try:
        attempt = partial(attempted, parts=built(), quick=chosen.quick)
    except GuestFailed as problem:
        print(problem, file=sys.stderr)  # noqa: T201 (same)
        return 1
    print(WORTH, flush=True)  # noqa: T201 (same)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = dict(pool.map(attempt, [name for name in wanted if name in BESIDE]))
    answers |= dict(map(attempt, [name for name in wanted if name not in BESIDE]))
    for name in [name for name in wanted if not answers[name] and name not in ONCE]:
        print(f"{name:<14} once more, by itself", flush=True)  # noqa: T201 (same)
        answers |= [attempt(name)]
    found = {name: answers[name] for name in wanted if answers[name]}
    kept: dict[str, object] = {}
    with contextlib.suppress(OSError, ValueError):
        kept = json.loads(RESULT.read_text())
    RESULT.write_text(json.dumps({**kept, **found}, indent=1))
    return 0 if len(found) == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
