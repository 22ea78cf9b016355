"""Plays scenarios of tests/scenarios, unchanged, through the Pi's drivers and the sound card: the same words, far ends and exchange.

python -m tests.guest.inside.scenarios NAME ...
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hal.errors import ScriptInvalid
from tests.guest.inside.telephone import prepare
from tests.peers.errors import PeerError
from tests.peers.process import Process
from tests.scenarios import stage
from tests.scenarios.failed import Failed
from tests.scenarios.words import read

if TYPE_CHECKING:
    from tests.scenarios.words import Scenario

SCENARIOS = Path(stage.__file__).parent


def on_this_board(scenario: Scenario) -> Scenario:
    """The file's own settings, on the guest's hardware."""
    device = {**scenario.settings.get("device", {}), "board_file": "sim"}
    return replace(scenario, settings={**scenario.settings, "device": device})


def played(name: str, folder: Path) -> str:
    """Empty, or the step that did not come true and what was there instead."""
    phone = folder / "phone.sock"
    try:
        scenario = on_this_board(read(SCENARIOS / f"{name}.call"))
        lines = str(len(scenario.settings.get("line", [{}])))
        here = {"PYTHONPATH": str(SCENARIOS.parents[1])}
        with Process(
            [sys.executable, "-m", "tests.guest.inside.person", phone, lines], folder, name="person", environment=here
        ) as person:
            person.wait_for_line("^ready$")
            with stage.Stage(folder, scenario, board="pi", phone=phone) as play:
                try:
                    play.play(lambda place: print(f"{time.monotonic():.1f} {place}", file=sys.stderr))  # noqa: T201 (the bench keeps it)
                except Failed as failed:
                    device = play.box.device
                    gaps = [line for line in person.lines if "run!!!" in line]
                    return f"{failed}; sound {device.ask('status')['sound']}, {gaps}; calls {device.calls()[:2]}"
    except (Failed, ScriptInvalid, PeerError, OSError, AssertionError) as trouble:
        return str(trouble) or type(trouble).__name__
    return ""


def main() -> int:
    prepare()
    failed: dict[str, str] = {}
    began_s = time.monotonic()
    for name in sys.argv[1:]:
        with TemporaryDirectory(prefix="s-", dir="/dev/shm") as folder:
            if trouble := played(name, Path(folder)):
                failed[name] = trouble
    print(json.dumps({"played": len(sys.argv) - 1, "failed": failed, "seconds": round(time.monotonic() - began_s, 1)}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
