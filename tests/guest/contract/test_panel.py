"""Lamps and button on a board."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hal.panel import Button, Lamps
from tests.guest.contract.outside import Collected, Move

if TYPE_CHECKING:
    from tests.guest.contract.conftest import OnWires, Wires


def test_lamps_light_blink_and_go_dark(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        names = wires.description.panel.lamps
        lamps = Lamps(wires.pins, names, wires.loop)
        wires.outside.record([names["line"]])
        lamps.show("power", lit=True)
        lamps.show("line", lit=False, steps_ms=(100, 100))
        assert wires.outside.means(names["power"])
        await asyncio.sleep(1.0)  # five turns of the lamp are what is looked at
        lamps.close()
        seen = [each.active for each in wires.outside.seen()]
        assert seen[:6] == [True, False] * 3
        assert not any(wires.outside.means(pin) for pin in names.values())

    on_wires(body)


def test_a_bouncing_button_is_pressed_once_and_released_once(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        changes: Collected[bool] = Collected(wires.loop, 2)
        button = Button(wires.pins, wires.description.panel, wires.loop, changes.bring)
        bounce = [Move(2, "button", active) for active in (True, False, True)]
        release = [Move(300, "button", active=False), Move(2, "button", active=True), Move(2, "button", active=False)]
        wires.outside.play([*bounce, *release])
        assert await changes.all() == [True, False]
        button.close()

    on_wires(body)
