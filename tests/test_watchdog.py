"""The watchdog is fed while SIP and the lines that are in use make progress, and not when one of them stands still."""

from __future__ import annotations

import asyncio

import pytest

from firmware.loop import Loop
from firmware.notify import watchdog_interval_ms
from firmware.settings.model import Settings
from firmware.sip.engine import Engine
from firmware.watchdog import Watchdog
from tests.hal.fake_scheduler import FakeScheduler

LINE = "line 2"


class Parts:
    """Frames counted so far; None for a line at rest."""

    def __init__(self, clock: FakeScheduler, interval_ms: float = 1000) -> None:
        self.turns = 0
        self.frames: int | None = None
        self.fed = 0
        self.told: list[tuple[str, ...]] = []
        self.sip_runs = True
        self.watchdog: Watchdog | None = None
        self.watchdog = Watchdog(clock, interval_ms, self.progress, self.feed, self.changed)

    def progress(self) -> dict[str, int | None]:
        self.turns += self.sip_runs
        return {"SIP": self.turns, "line 1": None, LINE: self.frames}

    def feed(self, _state: str) -> None:
        self.fed += 1

    def changed(self) -> None:
        assert self.watchdog
        self.told.append(self.watchdog.stuck)


@pytest.fixture
def clock() -> FakeScheduler:
    return FakeScheduler()


def test_a_device_at_rest_is_alive(clock: FakeScheduler) -> None:
    parts = Parts(clock)
    clock.run(10_500)
    assert parts.fed == 11


def test_a_line_in_use_must_give_samples(clock: FakeScheduler) -> None:
    parts = Parts(clock)
    for frames in (100, 200, 300):
        parts.frames = frames
        clock.run(1000)
    fed = parts.fed
    clock.run(5000)  # 300 for ever
    assert parts.fed == fed
    parts.frames = 301
    clock.run(1000)
    assert parts.fed == fed + 1
    assert parts.told == [(LINE,), ()]


def test_sip_that_stands_still_is_not_fed(clock: FakeScheduler) -> None:
    parts = Parts(clock)
    clock.run(3_500)
    fed, parts.sip_runs = parts.fed, False
    clock.run(5_000)
    assert parts.fed == fed
    assert parts.told == [("SIP",)]


def test_an_idle_engine_takes_its_turns_and_one_whose_loop_is_broken_takes_none() -> None:
    """The real engine: what is seen of it must grow at rest, and must stop when nobody handles its events any more."""

    async def live() -> None:
        engine = Engine(Settings(), ("127.0.0.1",))
        fed: asyncio.Queue[str] = asyncio.Queue()
        stuck = asyncio.Event()
        watchdog = Watchdog(Loop(), 1500, lambda: {"SIP": engine.turns}, fed.put_nowait, stuck.set)
        try:
            async with asyncio.timeout(20):
                for _ in range(3):
                    await fed.get()
                assert not stuck.is_set()
                assert engine._timer
                engine._timer.cancel()
                await stuck.wait()
                assert watchdog.stuck == ("SIP",)
        finally:
            watchdog.close()
            engine.close()

    asyncio.run(live())


def test_nothing_is_fed_where_nobody_asks(clock: FakeScheduler) -> None:
    parts = Parts(clock, 0)
    clock.run(60_000)
    assert parts.fed == 0


@pytest.mark.parametrize(
    ("usec", "pid", "wanted"), [("20000000", "", 10_000), ("", "", 0), ("20000000", "1", 0), ("soon", "", 0)]
)
def test_the_service_manager_says_how_often(monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, wanted: float) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", pid)
    assert watchdog_interval_ms() == wanted
