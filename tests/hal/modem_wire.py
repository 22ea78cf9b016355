"""A modem's port in memory, for tests that turn the clock by hand: the simulated modem at one end, the driver at the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hal.errors import PartMissing
from hal.modem import Modem, ModemNews, ModemTimes
from hal.sim.cellular import SimModem, World
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from collections.abc import Callable


class Wire:
    """An open port."""

    def __init__(self, name: str, source: WireSource, on_bytes: Callable[[bytes], None], on_gone: Callable[[str], None]) -> None:
        self.name, self.on_bytes, self.on_gone = name, on_bytes, on_gone
        self._source = source

    def write(self, data: bytes) -> None:
        if self._source.wire is not self:
            raise PartMissing(f"{self.name} is gone.")
        self._source.scheduler.post(lambda: self._source.sim.hear(data))

    def close(self) -> None:
        if self._source.wire is self:
            self._source.wire = None


class WireSource:
    """Opens the one wire to the simulated modem while it is plugged in, under the name it has then."""

    def __init__(self, scheduler: FakeScheduler, sim: SimModem) -> None:
        self.scheduler, self.sim = scheduler, sim
        self.name = "/dev/ttyUSB2"
        self.plugged = True
        self.wire: Wire | None = None
        sim.on_bytes = self._said

    def open(self, on_bytes: Callable[[bytes], None], on_gone: Callable[[str], None]) -> Wire:
        if not self.plugged:
            raise PartMissing("No modem is on the USB: neither a known model nor one that shows its AT ports.")
        self.wire = Wire(self.name, self, on_bytes, on_gone)
        return self.wire

    def pull(self) -> None:
        self.plugged = False
        if self.wire:
            gone, self.wire = self.wire, None
            gone.on_gone("the device was unplugged")

    def plug(self, name: str) -> None:
        self.name, self.plugged = name, True

    def _said(self, data: bytes) -> None:
        wire = self.wire
        if wire:
            self.scheduler.post(lambda: wire.on_bytes(data) if self.wire is wire else None)


class ModemBench:
    """The driver, the wire, the simulated modem and a clock turned by hand."""

    def __init__(self, times: ModemTimes | None = None) -> None:
        self.clock = FakeScheduler()
        self.world = World()
        self.sim = SimModem(self.clock, self.world)
        self.source = WireSource(self.clock, self.sim)
        self.news: list[ModemNews] = []
        self.modem = Modem(self.clock, self.source, self.news.append, times)

    def started(self) -> ModemBench:
        self.modem.start()
        self.clock.run(5_000)
        return self
