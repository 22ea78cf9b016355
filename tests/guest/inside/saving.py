"""Saves settings and call-log rows as fast as the disk takes them, until the power is cut; at the next start it looks at what is left first.

    python -m tests.guest.inside.saving ACKNOWLEDGED    a file outside the guest: what was safely saved, one line each

Settings: the generation acknowledged last, or the one that was being saved. Call log: every acknowledged row, and a database that is whole.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import sys
from pathlib import Path

from firmware.records.call_log import CallLog
from firmware.records.calls import CallRow, Direction, Outcome
from firmware.settings.load import load
from firmware.settings.save import save

FOLDER = Path("/var/lib/keepline")
SETTINGS, LOG = FOLDER / "keepline.toml", FOLDER / "calls.db"
PADDING = "\n".join(f"# a line of the owner's own, number {number}" for number in range(200))


def text(generation: int) -> str:
    return f'[device]\nname = "Box {generation}"\n[[line]]\n[[account]]\nid = "a"\nserver = "192.0.2.1"\nuser = "u"\n{PADDING}\n'


def look(acknowledged: Path) -> int:
    """The generation found; AssertionError with a sentence if something acknowledged is lost or torn."""
    told = [line.split() for line in acknowledged.read_text().splitlines()]
    settings = [int(number) for kind, number in told if kind == "settings"]
    rows = {number for kind, number in told if kind == "row"}
    last = settings[-1] if settings else 0
    found = int(load(SETTINGS).device.name.removeprefix("Box "))
    assert found in {last, last + 1}, f"the settings are generation {found}; {last} was acknowledged"
    with sqlite3.connect(LOG) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the call log is damaged"
        kept = {number for (number,) in database.execute("SELECT number FROM calls")}
    assert rows <= kept, f"{len(rows - kept)} acknowledged calls are lost"
    return found


def main() -> int:
    acknowledged = Path(sys.argv[1])
    FOLDER.mkdir(parents=True, exist_ok=True)
    if SETTINGS.exists():
        generation = look(acknowledged)
    else:
        generation = 0
        save(SETTINGS, text(0))
    log = CallLog(LOG, sys.exit, keep_rows=100_000)
    descriptor = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_SYNC)
    os.write(descriptor, f"looked {generation}\n".encode())
    for number in itertools.count(generation + 1):
        save(SETTINGS, text(number))
        os.write(descriptor, f"settings {number}\n".encode())
        log.write(CallRow("2026-11-24T10:00:00.000Z", Direction.OUT, 1, number=str(number), outcome=Outcome.ANSWERED)).result()
        os.write(descriptor, f"row {number}\n".encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
