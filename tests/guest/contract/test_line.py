"""The line's driver on a board: the bell at its frequency, ring trip, rotary digits through a bouncing contact."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from firmware.core.events import DigitDialed, HookLifted
from hal.sim.rotary import PulseDial
from hal.slic import Slic
from tests.guest.contract.outside import Collected, Move
from tests.guest.contract.rotary import NAMES, TRIPPED_WITHIN_MS, Hook, dialing

if TYPE_CHECKING:
    from firmware.core.events import Event
    from tests.guest.contract.conftest import OnWires, Wires


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
        wires.outside.record([NAMES.ring_mode])
        slic.start_ring()
        assert wires.outside.means(NAMES.ring_mode)
        wires.outside.play([Move(200, NAMES.switch_hook, active=True)])
        [lifted_ms] = await lifted.all()
        assert not slic.ringing
        assert not wires.outside.means(NAMES.ring_mode)
        *_, quiet = wires.outside.seen()
        assert not quiet.active
        assert quiet.at_ms - lifted_ms < TRIPPED_WITHIN_MS
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
