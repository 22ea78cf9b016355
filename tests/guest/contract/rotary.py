"""A rotary dial at a board's wires, and what the line's driver and the hook machine make of it."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING

from firmware.core import hook
from firmware.core.hook import HookRules
from hal.ports import LinePins
from hal.sim.contact import bounced
from hal.sim.rotary import PulseDial, pulse_moves
from hal.slic import Slic
from tests.guest.contract.outside import Collected, Move

if TYPE_CHECKING:
    from firmware.core.events import Event
    from tests.guest.contract.conftest import Wires

NAMES = LinePins()
LIFT_MS = 300.0
TRIPPED_WITHIN_MS = 100
"""From the contact's edge to the end of the ringing voltage, as the SLIC asks (docs/wiring.md)."""


class Hook:
    """The hook machine on the driver; `events` are collected."""

    def __init__(self, wires: Wires, heard: Collected[Event], waits_for: type) -> None:
        self._wires, self._heard, self._waits_for = wires, heard, waits_for
        self._state, self._timers = hook.HookState(), {}
        self.slic = Slic(wires.pins, NAMES, wires.loop, self._changed)

    def _changed(self, closed: bool, at_ms: float) -> None:  # noqa: FBT001 (the driver's report)
        self._take(hook.LoopClosed(at_ms) if closed else hook.LoopOpened(at_ms))

    def _take(self, event: hook.HookEvent) -> None:
        done = hook.step(HookRules(), self._state, event)
        self._state = done.state
        for timer in done.stop:
            if timer in self._timers:
                self._timers.pop(timer).cancel()
        if done.start:
            timer, delay_ms = done.start
            self._timers[timer] = self._wires.loop.later(delay_ms, lambda: self._take(hook.HookTimerExpired(timer)))
        for each in done.events:
            if isinstance(each, self._waits_for):
                self._heard.bring(each)


def dialing(number: str, dial: PulseDial, seed: int = 1) -> list[Move]:
    """The handset lifted, then the number, with the contact's bounce, as moves of the switch-hook pin."""
    chance = random.Random(seed)  # noqa: S311 (bounce, not secrets)
    at_ms, edges = LIFT_MS, [(0.0, True)]
    for move in pulse_moves(number, dial, chance):
        at_ms += move.after_ms
        edges += [(edge.at_ms, edge.closed) for edge in bounced(at_ms, move, dial.bounce_ms or 0.0, 8, chance)]
    return [Move(0.0, NAMES.switch_hook, active=True)] + [
        Move(later - earlier, NAMES.switch_hook, active) for (earlier, _), (later, active) in pairwise(edges)
    ]
