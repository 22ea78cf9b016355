"""Plays scenarios of tests/scenarios, unchanged, through the Pi's drivers and the sound card: the same words, far ends and exchange.

python -m tests.guest.inside.scenarios BOARD NAME ...    BOARD is one of hal/boards
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
from tests.scenarios.place import LOOPBACK
from tests.scenarios.words import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.scenarios.place import Place
    from tests.scenarios.settings import Table
    from tests.scenarios.words import Scenario

SCENARIOS = Path(stage.__file__).parent


def on_this_board(scenario: Scenario, board: str, ways: Table) -> Scenario:
    """The file's own settings, on the guest's hardware and its ways to the internet."""
    device = {**scenario.settings.get("device", {}), "board_file": board}
    return replace(scenario, settings={**scenario.settings, **ways, "device": device})


def played(name: str, folder: Path, board: str, place: Place, ways: Table) -> str:
    """Empty, or the step that did not come true and what was there instead."""
    phone = folder / "phone.sock"
    try:
        scenario = on_this_board(read(SCENARIOS / f"{name}.call"), board, ways)
        lines = str(len(scenario.settings.get("line", [{}])))
        here = {"PYTHONPATH": str(SCENARIOS.parents[1])}
        at_wires = [sys.executable, "-m", "tests.guest.inside.person", phone, lines, board]
        with Process(at_wires, folder, name="person", environment=here) as person:
            person.wait_for_line("^ready$")
            with stage.Stage(folder, scenario, board="pi", phone=phone, place=place) as play:
                try:
                    play.play(lambda step: print(f"{time.monotonic():.1f} {step}", file=sys.stderr))  # noqa: T201 (the bench keeps it)
                except Failed as failed:
                    device = play.box.device
                    gaps = sum("run!!!" in line for line in person.lines)
                    return (
                        f"{failed}; sound {device.ask('status')['sound']}, gaps at the person {gaps}; calls {device.calls()[:2]}"
                    )
    except (Failed, ScriptInvalid, PeerError, OSError, AssertionError) as trouble:
        return str(trouble) or type(trouble).__name__
    return ""


def all_played(names: Sequence[str], board: str = "sim", place: Place = LOOPBACK, ways: Table | None = None) -> dict[str, object]:
    """One after the other; `ways` are the tables of the settings that name the ways to the internet."""
    failed: dict[str, str] = {}
    began_s = time.monotonic()
    for name in names:
        with TemporaryDirectory(prefix="s-", dir="/dev/shm") as folder:
            if trouble := played(name, Path(folder), board, place, ways or {}):
                failed[name] = trouble
    return {"played": len(names), "failed": failed, "seconds": round(time.monotonic() - began_s, 1)}


def main() -> int:
    prepare()
    print(json.dumps(all_played(sys.argv[2:], sys.argv[1])))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
