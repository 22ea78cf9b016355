"""From the start of the process to `ready`, and what the first caller after it meets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.adapter import Adapter, account
from tests.bench.ear import Ear
from tests.bench.figures import Bench, Figure, Target
from tests.bench.stamped import StampedSocket
from tests.peers.baresip import Baresip

if TYPE_CHECKING:
    from pathlib import Path

NAME = "start"
DEBOUNCE_MS = 7.0  # hal/slic.py


def measure(bench: Bench) -> list[Figure]:
    ready = Figure(
        "start to ready",
        "s",
        Target(1.0),
        "from starting a fresh process until `ready` is read and its control socket is open; byte code and disk cache warm.",
        "until `baresip is ready` and its control port is open",
    )
    first = Figure(
        "first lift after start to dial tone",
        "ms",
        Target(100),
        "as lift to dial tone, once in each fresh process, half a second after `ready`.",
    )
    with StampedSocket() as server:
        table = account("direct", server.address, register=False, number="100")
        _start(table, bench.folder / NAME / "warm")  # the disk's cache
        for run in range(bench.runs):
            started_s, dial_tone_ms = _start(table, bench.folder / NAME / str(run))
            ready.keepline.append(started_s)
            first.keepline.append(dial_tone_ms)
            ready.baresip.append(_start_baresip(bench.folder / NAME / f"baresip-{run}"))
    return [ready, first]


def _start(table: str, folder: Path) -> tuple[float, float]:
    began_s = time.monotonic()
    with Adapter(folder, table) as device:
        ready_s = time.monotonic() - began_s
        with Ear(device.state / "control.sock") as ear:
            time.sleep(0.5)
            lifted_s = time.monotonic()
            device.lift()
            dial_tone_ms = (ear.wait_sound() - lifted_s) * 1000 - DEBOUNCE_MS
            device.replace()
            device.wait_line("idle")
    return ready_s, dial_tone_ms


def _start_baresip(folder: Path) -> float:
    silence = Baresip(folder / "other", "201")  # its two minutes of silence are written before the clock starts
    silence.stop()
    began_s = time.monotonic()
    with Baresip(folder, "200"):
        return time.monotonic() - began_s
