"""Rotary dials through real edges of gpio-sim: how many numbers are understood, and how late the driver hears of an edge and the bell of an order; and how
soon a lifted handset stops the bell.

python -m tests.guest.inside.pulses [loaded]      loaded: a busy loop runs beside it
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
from itertools import product
from typing import TYPE_CHECKING

from firmware.core.events import DigitDialed
from firmware.loop import Loop
from hal.sim.rotary import PulseDial
from hal.slic import Slic
from tests.guest.contract.conftest import open_wires
from tests.guest.contract.outside import Collected
from tests.guest.contract.rotary import NAMES, Hook, dialing
from tests.guest.inside.telephone import prepare

if TYPE_CHECKING:
    from firmware.core.events import Event
    from hal.ports import Edge
    from tests.guest.contract.conftest import Wires

NUMBER = "1590"
HAND_LATE_MS, MOST_ANEW = 15.0, 10
"""A hand that the host kept from its contact for longer dials what no dial does, a break of 95 ms or more: it dials anew."""
RINGS, RING_S = 20, 0.2
TRIPS, TRIP_LATER_S, SILENT_S = 20, 0.0023, 0.15
"""Each trip comes that much later in the ring than the one before, so that all of a ring's period of 40 ms is met."""
PPS, BOUNCES_MS = (8, 10, 12, 16, 20, 22), (0.0, 2.0, 5.0)


async def understood(wires: Wires, dial: PulseDial, late_ms: list[float]) -> str:
    """The digits that were heard."""
    heard: Collected[Event] = Collected(wires.loop, len(NUMBER))
    machine = Hook(wires, heard, DigitDialed)

    def note(edge: Edge) -> None:
        wires.loop.post(lambda: late_ms.append(wires.loop.now_ms() - edge.at_ms))

    wires.pins.watch(NAMES.switch_hook, note)
    wires.outside.play(dialing(NUMBER, dial))
    try:
        await heard.all()
    except AssertionError as missing:
        print(missing, file=sys.stderr)  # noqa: T201 (the bench keeps it)
    machine.slic.close()
    wires.outside.drive(NAMES.switch_hook, active=False)
    return "".join(event.digit for event in heard.things if isinstance(event, DigitDialed))


async def measure() -> dict[str, object]:
    late_ms: list[float] = []
    failed: list[str] = []
    anew = 0
    dials = [PulseDial(pps=pps, bounce_ms=bounce, pause_ms=400) for pps, bounce in product(PPS, BOUNCES_MS)]
    for dial in dials:
        digits, hand_ms = await dialed(dial, late_ms)
        while hand_ms > HAND_LATE_MS and anew < MOST_ANEW:
            anew += 1
            digits, hand_ms = await dialed(dial, late_ms)
        if digits != NUMBER:
            failed.append(f"{dial.pps:g} pps, {dial.bounce_ms:g} ms of bounce: {digits}; the hand was late by {hand_ms:g} ms")
    late_ms.sort()
    return {
        "numbers": len(dials),
        "understood_percent": round(100 * (1 - len(failed) / len(dials)), 1),
        "failed": failed,
        "hand_too_late": anew,
        "edges": len(late_ms),
        "edge_to_event_ms_median": round(statistics.median(late_ms), 2),
        "edge_to_event_ms_p99": round(late_ms[int(len(late_ms) * 0.99)], 2),
        "edge_to_event_ms_most": round(late_ms[-1], 2),
    }


async def dialed(dial: PulseDial, late_ms: list[float]) -> tuple[str, float]:
    """What was understood, and how late the hand was at worst."""
    with open_wires(Loop()) as wires:
        return await understood(wires, dial, late_ms), wires.outside.played_late_ms()


async def bell() -> dict[str, float]:
    """From the order to ring and to stop to what the pin outside does, in milliseconds."""
    ordered_ms: list[float] = []
    with open_wires(Loop()) as wires:
        slic = Slic(wires.pins, NAMES, wires.loop, lambda _closed, _at_ms: None)
        wires.outside.record([NAMES.ring_mode])
        for order in (slic.start_ring, slic.stop_ring) * RINGS:
            ordered_ms.append(wires.loop.now_ms())
            order()
            await asyncio.sleep(RING_S)  # a short ring, a short rest
        seen_ms = [each.at_ms for each in wires.outside.seen()]
        slic.close()
    assert len(seen_ms) == len(ordered_ms), (
        f"{len(seen_ms)} changes of {NAMES.ring_mode} were seen, {len(ordered_ms)} were ordered"
    )
    late_ms = [seen - ordered for seen, ordered in zip(seen_ms, ordered_ms, strict=True)]
    return {"ring_start_to_pin_ms_most": round(max(late_ms[::2]), 2), "ring_stop_to_pin_ms_most": round(max(late_ms[1::2]), 2)}


async def trip() -> dict[str, float]:
    """Lifted while it rings: from the contact's edge, by the kernel's own clock, to the last that moves at ring mode or forward/reverse."""
    tripped_ms: list[float] = []
    with open_wires(Loop()) as wires:
        for number in range(TRIPS):
            lifted: Collected[float] = Collected(wires.loop, 1)
            slic = Slic(
                wires.pins, NAMES, wires.loop, lambda closed, at_ms, lifted=lifted: lifted.bring(at_ms) if closed else None
            )
            wires.outside.record([NAMES.ring_mode, NAMES.forward_reverse])
            slic.start_ring()
            await asyncio.sleep(RING_S + number * TRIP_LATER_S)  # part of the ring
            wires.outside.drive(NAMES.switch_hook, active=True)
            [edge_ms] = await lifted.all()
            await asyncio.sleep(SILENT_S)  # in which a bell that still rang would be seen
            seen = wires.outside.seen()
            assert not any(wires.outside.means(pin) for pin in (NAMES.ring_mode, NAMES.forward_reverse))
            tripped_ms.append(seen[-1].at_ms - edge_ms)
            slic.close()
            wires.outside.drive(NAMES.switch_hook, active=False)
    return {
        "ring_trips": TRIPS,
        "ring_trip_to_pins_ms_median": round(statistics.median(tripped_ms), 1),
        "ring_trip_to_pins_ms_most": round(max(tripped_ms), 1),
    }


async def figures() -> dict[str, object]:
    return await measure() | await bell() | await trip()


def main() -> int:
    os.environ["KEEPLINE_CONTRACT_BOARD"] = "pi"
    prepare()
    load = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if "loaded" in sys.argv else None
    try:
        print(json.dumps(asyncio.run(figures())))  # noqa: T201 (its answer)
    finally:
        if load:
            load.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
