"""Pins: outputs at rest from the start, what is written is seen outside, every edge of an input arrives, in order, with the moment it happened."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from hal.boards.description import Direction
from hal.errors import PartMisused
from hal.ports import Edge
from tests.guest.contract.outside import Collected, Move

if TYPE_CHECKING:
    from tests.guest.contract.conftest import OnWires, Wires


def test_outputs_begin_at_rest_and_inputs_are_read(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        outputs = [pin.name for pin in wires.description.pins if pin.direction is Direction.OUTPUT]
        assert not [name for name in outputs if wires.outside.means(name) or wires.pins.read(name)]
        for pin in ("shk", "button"):
            assert not wires.pins.read(pin)
            wires.outside.drive(pin, active=True)
            assert wires.pins.read(pin)

    on_wires(body)


def test_what_is_written_is_seen_outside_and_nowhere_else(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        outputs = [pin.name for pin in wires.description.pins if pin.direction is Direction.OUTPUT]
        for active in outputs:
            for name in outputs:
                wires.pins.write(name, name == active)
            assert [name for name in outputs if wires.outside.means(name)] == [active]

    on_wires(body)


def test_every_edge_arrives_in_order_with_its_own_moment(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        heard: Collected[Edge] = Collected(wires.loop, 40)
        for pin in ("shk", "button"):
            wires.pins.watch(pin, heard.bring)
        began_ms = wires.loop.now_ms()
        wires.outside.play([Move(3, pin, active) for _ in range(10) for active in (True, False) for pin in ("shk", "button")])
        edges = await heard.all()
        for pin in ("shk", "button"):
            of_pin = [edge for edge in edges if edge.pin == pin]
            assert [edge.active for edge in of_pin] == [True, False] * 10
            moments = [began_ms, *(edge.at_ms for edge in of_pin), wires.loop.now_ms()]
            assert all(earlier <= later for earlier, later in pairwise(moments))

    on_wires(body)


def test_two_may_watch_one_pin(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        heard = [Collected[Edge](wires.loop, 2) for _ in range(2)]
        for each in heard:
            wires.pins.watch("shk", each.bring)
        wires.outside.play([Move(3, "shk", active) for active in (True, False)])
        assert [[edge.active for edge in await each.all()] for each in heard] == [[True, False]] * 2

    on_wires(body)


def test_orders_that_make_no_sense_are_refused_in_a_sentence(on_wires: OnWires) -> None:
    async def body(wires: Wires) -> None:
        with pytest.raises(PartMisused, match="shk is an input"):
            wires.pins.write("shk", active=True)
        with pytest.raises(PartMisused, match="rm is an output"):
            wires.pins.watch("rm", lambda _: None)
        with pytest.raises(PartMisused, match="no pin antenna"):
            wires.pins.read("antenna")
        wires.pins.close()
        with pytest.raises(PartMisused, match="closed"):
            wires.pins.read("shk")

    on_wires(body)
