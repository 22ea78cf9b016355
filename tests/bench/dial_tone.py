"""From the lifted handset to the dial tone."""

from __future__ import annotations

import time

from tests.adapter import Adapter, account
from tests.bench.ear import Ear
from tests.bench.figures import Bench, Figure, Target
from tests.bench.stamped import StampedSocket

DEBOUNCE_MS = 6.0  # hal/slic.py
NAME = "dial_tone"


def measure(bench: Bench) -> list[Figure]:
    figure = Figure(
        "lift to dial tone",
        "ms",
        Target(100),
        "from the order to lift until the first audible sample is given to the receiver, less 6 ms of debounce; bounce counts.",
    )
    with StampedSocket() as server:
        table = account("direct", server.address, register=False, number="100")
        with (
            Adapter(bench.folder / NAME, table) as device,
            Ear(device.state / "control.sock") as ear,
        ):
            figure.keepline = [_lift(device, ear) for _ in range(bench.runs)]
    return [figure]


def _lift(device: Adapter, ear: Ear) -> float:
    device.wait_line("idle")
    ear.forget()
    lifted_s = time.monotonic()
    device.lift()
    heard_s = ear.wait_sound()
    device.replace()
    return (heard_s - lifted_s) * 1000 - DEBOUNCE_MS
