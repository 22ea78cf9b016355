"""The watchdog is fed while lines that are in use make progress, and not when one of them stands still."""

from __future__ import annotations

import pytest

from firmware.notify import watchdog_interval_ms
from firmware.watchdog import Watchdog
from tests.hal.fake_scheduler import FakeScheduler


class Lines:
    """Frames counted so far; None for a line at rest."""

    def __init__(self) -> None:
        self.frames: list[int | None] = [None, None]
        self.fed = 0

    def feed(self, _state: str) -> None:
        self.fed += 1


@pytest.fixture
def lines() -> Lines:
    return Lines()


def test_a_device_at_rest_is_alive(lines: Lines) -> None:
    clock = FakeScheduler()
    Watchdog(clock, 1000, lambda: list(lines.frames), lines.feed)
    clock.run(10_500)
    assert lines.fed == 11


def test_a_line_in_use_must_give_samples(lines: Lines) -> None:
    clock = FakeScheduler()
    Watchdog(clock, 1000, lambda: list(lines.frames), lines.feed)
    for frames in (100, 200, 300):
        lines.frames = [None, frames]
        clock.run(1000)
    fed = lines.fed
    clock.run(5000)  # 300 for ever
    assert lines.fed == fed
    lines.frames = [None, 301]
    clock.run(1000)
    assert lines.fed == fed + 1


def test_nothing_is_fed_where_nobody_asks(lines: Lines) -> None:
    clock = FakeScheduler()
    Watchdog(clock, 0, lambda: list(lines.frames), lines.feed)
    clock.run(60_000)
    assert lines.fed == 0


@pytest.mark.parametrize(
    ("usec", "pid", "wanted"), [("20000000", "", 10_000), ("", "", 0), ("20000000", "1", 0), ("soon", "", 0)]
)
def test_the_service_manager_says_how_often(monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, wanted: float) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", pid)
    assert watchdog_interval_ms() == wanted
