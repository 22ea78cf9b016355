"""The board under the contract, chosen by KEEPLINE_CONTRACT_BOARD: `sim` unless told otherwise; `pi` needs the guest's gpio-sim."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from firmware.loop import Loop
from hal.boards import load_board
from hal.boards.description import Direction
from hal.pi.pins import PiPins
from hal.sim.pins import SimPins
from tests.guest.contract import gpio_sim
from tests.guest.contract.outside import InMemory, OnGpioSim

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from hal.boards.description import Description
    from hal.ports import Pins
    from tests.guest.contract.outside import Outside

DESCRIPTION = load_board("sim")


@dataclass
class Wires:
    """The board's pins as drivers see them, the world outside, and time."""

    description: Description
    pins: Pins
    outside: Outside
    loop: Loop


OnWires = "Callable[[Callable[[Wires], Coroutine[None, None, None]]], None]"


@pytest.fixture
def on_wires() -> OnWires:
    """Runs a coroutine with the board open and its inputs at rest."""

    def run(body: Callable[[Wires], Coroutine[None, None, None]]) -> None:
        async def whole() -> None:
            with open_wires(Loop()) as wires:
                await body(wires)

        asyncio.run(whole())

    return run


@contextmanager
def open_wires(loop: Loop) -> Iterator[Wires]:
    board = os.environ.get("KEEPLINE_CONTRACT_BOARD", "sim")
    if board == "sim":
        pins = SimPins(loop, _names(Direction.INPUT), _names(Direction.OUTPUT))
        yield Wires(DESCRIPTION, pins, InMemory(pins, loop), loop)
        pins.close()
        return
    assert board == "pi", f"KEEPLINE_CONTRACT_BOARD must be sim or pi, not {board}"
    outside = OnGpioSim(DESCRIPTION)
    for name in _names(Direction.INPUT):
        outside.drive(name, active=False)
    on_chip = PiPins(DESCRIPTION.pins)
    try:
        yield Wires(DESCRIPTION, on_chip, outside, loop)
    finally:
        outside.close()
        on_chip.close()


def _names(direction: Direction) -> list[str]:
    return [pin.name for pin in DESCRIPTION.pins if pin.direction is direction]


def pytest_sessionstart() -> None:
    if os.environ.get("KEEPLINE_CONTRACT_BOARD") == "pi":
        if not gpio_sim.CHIP.exists():
            gpio_sim.make_chip()
        os.environ.update(gpio_sim.environment())
