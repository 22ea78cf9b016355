"""Cuts of power at random moments while settings, call log and messages are written: what was acknowledged is there, nothing is torn."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.guest.machine import GuestFailed, Machine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LONGEST_S = 0.5
STARTS_WITHIN_S = 60.0
KEPT_LINES = 2000


def cut_power(machines: Sequence[Machine], times: int, seed: int) -> dict[str, object]:
    """So many cuts in all of these guests side by side, each cut followed by a look; figures of them. The seed repeats the moments."""
    began_s, share = time.monotonic(), -(-times // len(machines))
    with ThreadPoolExecutor() as pool:
        saved = sum(pool.map(lambda each: _cut(each[1], share, seed + each[0]), enumerate(machines)))
    cuts, seconds = share * len(machines), time.monotonic() - began_s
    return {"cuts": cuts, "guests": len(machines), "saves": saved, "seed": seed, "seconds_a_cut": round(seconds / cuts, 2)}


def _cut(machine: Machine, times: int, seed: int) -> int:
    """So many cuts of one guest; how often settings were saved in it."""
    chance = random.Random(seed)  # noqa: S311 (moments, not secrets)
    acknowledged = machine.folder / "acknowledged"
    acknowledged.write_text("")
    saved = 0
    for number in range(times + 1):
        kept = acknowledged.read_text().splitlines()
        saved += sum(line.startswith("settings") for line in kept) if number else 0
        # what matters to the next look, and the count of saves from here on
        last = [line for line in kept if line.startswith("settings")][-1:]
        others = [line for line in kept if line.startswith(("row", "message", "deleting"))][-KEPT_LINES:]
        acknowledged.write_text("".join(f"{line}\n" for line in [*last, *others]))
        saved -= len(last)
        machine.start("/usr/lib/bench/bin/python -m tests.guest.inside.saving /bench/acknowledged")
        _wait_looked(machine, acknowledged, number)
        time.sleep(chance.uniform(0, LONGEST_S))
        machine.cut_power()
    return saved


def _wait_looked(machine: Machine, acknowledged: Path, number: int) -> None:
    end_s = time.monotonic() + STARTS_WITHIN_S
    while not any(line.startswith("looked") for line in acknowledged.read_text().splitlines()):
        if machine.ended or time.monotonic() > end_s:
            raise GuestFailed(f"after cut {number} nothing was found as it should be\n{machine.last_words()}")
        time.sleep(0.02)
