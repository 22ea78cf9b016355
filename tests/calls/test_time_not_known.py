"""A box without a clock of its own before a time server answered: nothing bears a false time, and what happened gets the right one afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from firmware.wall_clock import WallClock
from tests.adapter import KEEPLINE
from tests.calls.conftest import Trunk
from tests.private_mounts import private_mounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLER = '"Aigerim" <sip:77011234567@provider.test>'
STAMP_S = 0.001
"""A stamp is as fine as that, so it may lie so much ahead."""
MOUNTS = """
mount -t tmpfs none /run && mkdir -p /run/systemd/timesync && mount --bind "$1" /run/systemd/timesync
if [ -d /sys/class/rtc ]; then mount -t tmpfs none /sys/class/rtc; fi
shift; exec "$@"
"""
"""The folder for systemd-timesyncd's, and no clock on the board."""
SYNCHRONISED_S = 15.0


@pytest.fixture
def timesync(tmp_path: Path) -> Path:
    folder = tmp_path / "timesync"
    folder.mkdir()
    return folder


@pytest.fixture
def trunk(tmp_path: Path, timesync: Path) -> Iterator[Trunk]:
    program = (*private_mounts(), "sh", "-c", MOUNTS, "sh", timesync, KEEPLINE)
    with Trunk(tmp_path, program=program) as made:
        yield made


def be_called(trunk: Trunk, *, time_shown: bool) -> None:
    """The display of the telephone shows who calls, and the time or none."""
    with trunk.caller("call_and_cancel", caller=CALLER, pause_ms=5000) as caller:
        trunk.device.wait_line("ringing")
        trunk.device.wait_phone(lambda phone: _fits(phone["caller_id"], time_shown=time_shown), "caller ID")
        caller.wait_passed()
    trunk.device.wait_line("idle")


def _fits(shown: dict[str, str] | None, *, time_shown: bool) -> bool:
    return shown is not None and shown["number"] == "77011234567" and bool(shown["time"]) is time_shown


def seconds_ago(at: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()


def test_a_call_gets_its_time_when_the_box_knows_it(trunk: Trunk, timesync: Path) -> None:
    device, began = trunk.device, datetime.now(UTC)
    assert device.ask("status")["time_known"] is False
    be_called(trunk, time_shown=False)
    (row,) = device.calls()
    assert (row["started_at"], row["time_known"]) == ("", False)
    with trunk.caller("call_until_bye", caller=CALLER):
        device.wait_line("ringing")
        device.lift()
        device.wait_line("in call")
        (timesync / "synchronized").touch()
        device.wait_phone(lambda _phone: all(row["time_known"] for row in device.calls()[1:]), "the row's time", SYNCHRONISED_S)
        trunk.hang_up()
    talked, missed = device.calls()
    assert (talked["outcome"], missed["outcome"]) == ("answered", "missed")
    since_s = seconds_ago(began.isoformat())
    assert since_s > seconds_ago(missed["started_at"]) > seconds_ago(talked["started_at"]) > talked["talk_s"]
    be_called(trunk, time_shown=True)


def test_who_keeps_the_clock_otherwise_is_believed(tmp_path: Path) -> None:
    absent, clocks = tmp_path / "absent", tmp_path / "clocks"
    assert WallClock(absent, clocks).is_known
    timesync = tmp_path / "timesync"
    timesync.mkdir()
    assert not WallClock(timesync, clocks).is_known
    (clocks / "rtc0").mkdir(parents=True)
    (clocks / "rtc0" / "since_epoch").write_text("1234\n")
    assert not WallClock(timesync, clocks).is_known, "a clock whose battery is empty"
    (clocks / "rtc0" / "since_epoch").write_text("1796000000\n")
    assert WallClock(timesync, clocks).is_known


def test_a_stamp_of_another_boot_never_becomes_a_time(tmp_path: Path) -> None:
    timesync = tmp_path / "timesync"
    timesync.mkdir()
    clock = WallClock(timesync, tmp_path)
    stamp = clock.stamp()
    assert stamp.at == ""
    assert clock.dated(stamp.undated) == ""
    assert clock.local() is None
    (timesync / "synchronized").touch()
    assert -STAMP_S <= seconds_ago(clock.dated(stamp.undated)) < 10
    assert clock.dated("another-boot 5.0") == ""
    assert clock.stamp().undated == ""
