"""`make bench`: the figures that Keepline promises, beside baresip's in the same run. A table on the screen, every sample in build/bench.json."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.adapter import Never
from tests.bench import report
from tests.bench.figures import Bench
from tests.peers.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.figures import Figure

LOADED = (
    "firmware.device",
    "firmware.command_line.main",
    "firmware.web.server",
    "hal.sim.handset",
    "uvicorn.protocols.http.h11_impl",
)
MODULES = (
    "start",
    "dial_tone",
    "digit_to_invite",
    "invite_to_bell",
    "voice_delay",
    "call_load",
    "wake_ups",
    "many",
    "keys",
    "pulses",
    "echo",
)


def main(words: Sequence[str] | None = None) -> int:
    """Run them; 0 if every target was met, 1 if one was missed or a peer failed, 2 for wrong use."""
    arguments = _parser().parse_args(words)
    load_before = os.getloadavg()
    keep_byte_code()
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="keepline-bench-") as folder:
        quick = arguments.quick
        bench = Bench(Path(folder), 3 if quick else arguments.runs, 5.0 if quick else 10.0, 1 if quick else 20)
        for name in arguments.only or MODULES:
            _say(f"{name} ...")
            try:
                figures += import_module(f"tests.bench.{name}").measure(bench)
            except (PeerError, Never, OSError) as problem:
                _say(f"bench {name} failed: {problem}")
                return 1
    _say(report.table(figures))
    report.write(figures, load_before)
    _say(f"every sample: {report.RESULT}; load average {load_before[0]:.1f} before, {os.getloadavg()[0]:.1f} after")
    return 1 if any(each.verdict in {"missed", "no peer"} for each in figures) else 0


def keep_byte_code() -> None:
    """As on an installed device: without it each start compiles everything, which takes half a second and 10 MB. `make` forbids writing it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-c", f"import {', '.join(LOADED)}"], check=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.bench", description="Keepline's figures beside baresip's, on this machine.")
    parser.add_argument("--runs", type=int, default=20, metavar="N", help="samples of each moment (default: 20)")
    parser.add_argument(
        "--only", action="append", choices=MODULES, metavar="NAME", help=f"one of {', '.join(MODULES)}; may repeat"
    )
    parser.add_argument("--quick", action="store_true", help="three samples and one short window each: does it run at all?")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
