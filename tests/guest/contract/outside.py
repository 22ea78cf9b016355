"""The world outside a board's pins: it moves inputs at planned moments and writes down what the outputs do. One for memory, one for gpio-sim."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from hal.boards.description import Level
from tests.guest.contract import gpio_sim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hal.boards.description import Description
    from hal.ports import Scheduler
    from hal.sim.pins import SimPins

Thing = TypeVar("Thing")

AWAITED_S = 30.0


@dataclass(frozen=True)
class Move:
    """An input is moved `after_ms` after the move before it."""

    after_ms: float
    pin: str
    active: bool


@dataclass(frozen=True)
class Seen:
    """An output changed; in milliseconds of the monotonic clock."""

    at_ms: float
    pin: str
    active: bool


class Outside(Protocol):
    """Everything is in meanings, not voltages: whoever stands outside applies the polarity of the description himself."""

    def drive(self, pin: str, *, active: bool) -> None: ...
    def means(self, pin: str) -> bool: ...
    def play(self, moves: Sequence[Move]) -> None:
        """Begin to move inputs; returns at once."""

    def record(self, pins: Sequence[str]) -> None:
        """Write down every change of these outputs from now on."""

    def seen(self) -> list[Seen]:
        """Stop writing down; what was seen."""


class InMemory:
    """Outside the simulated board."""

    def __init__(self, pins: SimPins, scheduler: Scheduler) -> None:
        self._pins, self._scheduler = pins, scheduler
        self._seen: list[Seen] = []

    def drive(self, pin: str, *, active: bool) -> None:
        self._pins.drive(pin, active=active)

    def means(self, pin: str) -> bool:
        return self._pins.read(pin)

    def play(self, moves: Sequence[Move]) -> None:
        """The moments are the planned ones: in memory nothing is late."""
        at_ms = begin_ms = self._scheduler.now_ms()
        for move in moves:
            at_ms += move.after_ms
            self._later(move, at_ms, at_ms - begin_ms)

    def _later(self, move: Move, at_ms: float, delay_ms: float) -> None:
        self._scheduler.later(delay_ms, lambda: self._pins.drive(move.pin, active=move.active, at_ms=at_ms))

    def record(self, pins: Sequence[str]) -> None:
        self._seen = []
        for pin in pins:
            self._pins.on_write(pin, lambda edge: self._seen.append(Seen(edge.at_ms, edge.pin, edge.active)))

    def seen(self) -> list[Seen]:
        return list(self._seen)


class OnGpioSim:
    """Outside the guest's simulated chip, by a process of its own, so that the driver under test makes nobody late but itself."""

    def __init__(self, description: Description) -> None:
        self._pins = {pin.name: pin for pin in description.pins}
        self._hands: list[subprocess.Popen[str]] = []
        self._eye: subprocess.Popen[str] | None = None

    def drive(self, pin: str, *, active: bool) -> None:
        gpio_sim.pull(self._pins[pin].gpio, high=self._high(pin, active=active))

    def means(self, pin: str) -> bool:
        return self._high(pin, active=True) == gpio_sim.is_high(self._pins[pin].gpio)

    def play(self, moves: Sequence[Move]) -> None:
        plan = [(each.after_ms, self._pins[each.pin].gpio, self._high(each.pin, active=each.active)) for each in moves]
        command = [sys.executable, "-m", gpio_sim.__name__, "play"]
        hand = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._hands.append(hand)
        assert hand.stdin
        hand.stdin.write(json.dumps(plan))
        hand.stdin.close()

    def played_late_ms(self) -> float:
        """By how much the latest of the last moves came after its time, once all are made."""
        told = self._hands[-1].stdout
        assert told
        return float(told.read())

    def record(self, pins: Sequence[str]) -> None:
        self._names = {self._pins[pin].gpio: pin for pin in pins}
        command = [sys.executable, "-m", gpio_sim.__name__, "record", *map(str, self._names)]
        self._eye = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._eye.stdout
        assert self._eye.stdout.readline() == "looking\n"

    def seen(self) -> list[Seen]:
        assert self._eye
        told, _ = self._eye.communicate("")
        changes = [json.loads(line) for line in told.splitlines()]
        return [
            Seen(at_ms, self._names[gpio], high == self._high(self._names[gpio], active=True)) for at_ms, gpio, high in changes
        ]

    def close(self) -> None:
        for process in (*self._hands, *([self._eye] if self._eye else [])):
            if process.poll() is None:
                process.kill()
            process.wait()

    def _high(self, pin: str, *, active: bool) -> bool:
        return active == (self._pins[pin].active is Level.HIGH)


class Collected(Generic[Thing]):
    """Things that any thread brings, awaited on the deciding one until so many are there."""

    def __init__(self, loop: Scheduler, count: int) -> None:
        self._loop, self._count = loop, count
        self.things: list[Thing] = []
        self._full = asyncio.Event()

    def bring(self, thing: Thing) -> None:
        self._loop.post(lambda: self._take(thing))

    def _take(self, thing: Thing) -> None:
        self.things.append(thing)
        if len(self.things) >= self._count:
            self._full.set()

    async def all(self) -> list[Thing]:
        try:
            async with asyncio.timeout(AWAITED_S):
                await self._full.wait()
        except TimeoutError:
            raise AssertionError(f"{len(self.things)} of {self._count} came: {self.things}") from None
        return self.things
