"""The line's driver on a board: the bell at its frequency, ring trip, rotary digits through a bouncing contact."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from firmware.core import hook
from firmware.core.events import DigitDialed, HookLifted
from firmware.core.hook import HookRules
from hal.ports import LinePins
from hal.sim.contact import bounced
from hal.sim.rotary import PulseDial, pulse_moves
from hal.slic import Slic
from tests.guest.contract.outside import Collected, Move

if TYPE_CHECKING:
    from firmware.core.events import Event
    from tests.guest.contract.conftest import OnWires, Wires

NAMES = LinePins()
LIFT_MS = 300.0


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


def test_the_bell_rings_at_its_frequency_and_stops_at_rest(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        slic = Slic(wires.pins, NAMES, wires.loop, lambda _closed, _at_ms: None, ring_hz=25.0)
        wires.outside.record([NAMES.ring_mode, NAMES.forward_reverse])
        slic.start_ring()
        await asyncio.sleep(1.0)  # a ring of one second is what is looked at
        slic.stop_ring()
        await asyncio.sleep(0.1)
        seen = wires.outside.seen()
        assert [each.active for each in seen if each.pin == NAMES.ring_mode] == [True, False]
        turns = [each.at_ms for each in seen if each.pin == NAMES.forward_reverse]
        hz = 1000 * (len(turns) - 1) / (2 * (turns[-1] - turns[0]))
        assert 20 <= hz <= 26
        assert not wires.outside.means(NAMES.forward_reverse)
        slic.close()

    on_wires(body)


def test_a_lifted_handset_stops_the_bell_by_itself(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        lifted: Collected[float] = Collected(wires.loop, 1)
        slic = Slic(wires.pins, NAMES, wires.loop, lambda _closed, at_ms: lifted.bring(at_ms))
        slic.start_ring()
        assert wires.outside.means(NAMES.ring_mode)
        wires.outside.play([Move(200, NAMES.switch_hook, active=True)])
        await lifted.all()
        assert not slic.ringing
        assert not wires.outside.means(NAMES.ring_mode)
        slic.close()

    on_wires(body)


@pytest.mark.parametrize("pps", [10, 20])
def test_a_rotary_dial_with_bounce_is_understood(on_wires: OnWires, pps: int) -> None:
    async def body(wires: Wires) -> None:
        heard: Collected[Event] = Collected(wires.loop, 4)
        machine = Hook(wires, heard, DigitDialed)
        wires.outside.play(dialing("1703", PulseDial(pps=pps, bounce_ms=3.0, pause_ms=500)))
        assert "".join(event.digit for event in await heard.all() if isinstance(event, DigitDialed)) == "1703"
        machine.slic.close()

    on_wires(body)


def test_a_handset_lifted_before_the_start_is_noticed(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        wires.outside.drive(NAMES.switch_hook, active=True)
        heard: Collected[Event] = Collected(wires.loop, 1)
        machine = Hook(wires, heard, HookLifted)
        await heard.all()
        machine.slic.close()

    on_wires(body)
