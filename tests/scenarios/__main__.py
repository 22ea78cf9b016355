"""Plays scenarios one after the other and tells each step with its time: `.venv/bin/python -m tests.scenarios FILE.call ...`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from hal.errors import ScriptInvalid
from tests.peers.errors import PeerError
from tests.scenarios.failed import Failed
from tests.scenarios.stage import Stage
from tests.scenarios.words import read


def main(files: list[str]) -> int:
    """Play them all; the exit status is 0 only if every step came true."""
    begun_s = time.monotonic()

    def tell(place: str) -> None:
        sys.stdout.write(f"{time.monotonic() - begun_s:7.1f} s  {place}\n")
        sys.stdout.flush()

    failures = 0
    for file in files:
        with TemporaryDirectory(prefix="keepline-scenario-") as folder:
            try:
                with Stage(Path(folder), read(Path(file))) as stage:
                    stage.play(tell)
            except (Failed, ScriptInvalid, PeerError, OSError) as trouble:
                sys.stdout.write(f"FAILED {trouble}\n")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
