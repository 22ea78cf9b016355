"""The pin and the month's bytes: counted from the interfaces, kept over a restart, written seldom, and never a reason to stop."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from firmware.uplinks.memory import Memory
from tests.uplinks.world import MODEM, WIRE, Box

if TYPE_CHECKING:
    from pathlib import Path

NOVEMBER = datetime(2026, 11, 25, tzinfo=UTC)


def test_an_hour_of_standby_fits_the_budget_of_the_month(tmp_path: Path) -> None:
    box = Box(tmp_path, WIRE, MODEM)
    box.date = datetime(2026, 10, 1, tzinfo=UTC)
    box.start().run(3_600_000)
    month = box.memory.month("wwan0")
    assert 0 < month.standby_bytes == month.bytes
    assert month.standby_bytes * 24 * 31 < 5_000_000


def test_what_is_carried_in_use_is_not_standby(tmp_path: Path) -> None:
    box = Box(tmp_path, WIRE, MODEM).start()
    box.network.cut("eth0")
    box.run(20_000)
    waited = box.memory.month("wwan0").standby_bytes
    box.network.change("wwan0", rx_bytes=box.network.states["wwan0"].rx_bytes + 1_000_000)
    box.run(20_000)
    month = box.memory.month("wwan0")
    assert month.bytes > 1_000_000
    assert month.standby_bytes == waited
    assert box.controller.status()[0]["month_bytes"] == month.bytes


def test_the_cap_warns_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    box = Box(tmp_path, WIRE, replace(MODEM, cap_bytes=2_000_000)).start()
    box.network.change("wwan0", rx_bytes=1_700_000)
    box.run(10_000)
    assert "wwan0 has used 85 % of its 2 MB this month" in caplog.text


def test_it_is_written_seldom_and_survives(tmp_path: Path) -> None:
    box = Box(tmp_path, WIRE, MODEM).start()
    box.run(10 * 60_000)
    assert not box.file.exists()
    box.run(20 * 60_000)
    assert box.file.exists()
    box.controller.close()
    kept = Memory(box.file, lambda: NOVEMBER)
    assert kept.month("wwan0") == box.memory.month("wwan0")


def test_a_new_month_begins_at_nothing(tmp_path: Path) -> None:
    box = Box(tmp_path, WIRE, MODEM).start()
    assert box.memory.month("wwan0").bytes
    box.date = datetime(2026, 12, 1, 0, 1, tzinfo=UTC)
    assert box.memory.month("wwan0").bytes == 0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"pin": 1}', '{"pin": "", "months": {"a": {"b": 3}}}', '{"pin": "", "months": 4}']
)
def test_a_spoiled_file_costs_the_memory_and_nothing_else(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "uplinks.json"
    file.write_text(text)
    memory = Memory(file, lambda: NOVEMBER)
    assert memory.pin == ""
    assert "cannot be read" in caplog.text
    memory.keep_pin("eth0")
    assert json.loads(file.read_text())["pin"] == "eth0"


def test_a_disk_that_takes_nothing_is_a_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    memory = Memory(tmp_path / "missing" / "uplinks.json", lambda: NOVEMBER)
    memory.keep_pin("eth0")
    assert memory.pin == "eth0"
    assert "not kept over a restart" in caplog.text
