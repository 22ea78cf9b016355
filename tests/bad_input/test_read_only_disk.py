"""A state folder whose disk takes no writes from the start: dial tone all the same, what was kept holds, and the owner is told. The disk is a tmpfs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from firmware import stand_in
from firmware.state_folder import FolderInUse, StateFolder
from tests.adapter import KEEPLINE, Adapter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = (
    '[device]\ncountry = "GB"\n[[line]]\ndigit_map = "xxx"\n'
    '[[account]]\nid = "a"\nserver = "127.0.0.1:9"\nuser = "u"\nregister = false\n'
)
TOLD = (
    "the state folder {folder} cannot be written (its disk is {how}); calls go on, "
    "but what changes from now on is forgotten at the next start"
)


class Disk:
    """Mounted where a device keeps its state. Needs root, as the device's tests do."""

    def __init__(self, state: Path) -> None:
        self.state = state
        state.mkdir(parents=True)
        self._mount("mode=700", "keepline-test")

    def _mount(self, options: str, *source: str) -> None:
        subprocess.run(["mount", *(("-t", "tmpfs") if source else ()), "-o", options, *source, self.state], check=True)

    def lock(self) -> None:
        self._mount("remount,ro")

    def unlock(self) -> None:
        self._mount("remount,rw")

    def fill(self) -> None:
        """Not one name more."""
        inodes = subprocess.run(["stat", "-f", "-c", "%c %d", self.state], capture_output=True, text=True, check=True)
        total, free = map(int, inodes.stdout.split())
        self._mount(f"remount,nr_inodes={total - free}")

    def take_away(self) -> None:
        subprocess.run(["umount", self.state], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "box" / "state")
    try:
        yield made
    finally:
        made.take_away()
        stand_in.forget(made.state)


def call_nobody(device: Adapter, number: str) -> None:
    """A call given up is a row all the same."""
    device.lift()
    device.wait_line("dial tone")
    assert device.hear(1.0).name in {"dial", "stutter"}
    device.dial(number)
    device.wait_line("calling")
    device.replace()
    device.wait_line("idle")


def numbers(device: Adapter) -> list[str]:
    return [row["number"] for row in device.calls()]


def start(disk: Disk) -> Adapter:
    return Adapter(disk.state.parent, SETTINGS)


def test_a_disk_that_is_read_only_from_the_start_costs_no_call(disk: Disk) -> None:
    with start(disk) as device:
        assert device.ask("status")["trouble"] == ""
        call_nobody(device, "123")
        device.ask("services.block", number="+77010000001")
    disk.lock()
    told = TOLD.format(folder=disk.state, how="read-only")
    with start(disk) as device:
        status = device.ask("status")
        assert status["trouble"] == told
        assert status["panel"]["power"] == "fast"
        assert device.process.wait_for_line(f".*WARNING.*{disk.state}.*")
        call_nobody(device, "456")
        assert numbers(device) == ["456", "123"]
        assert device.ask("services")["blocked"] == ["+77010000001"]
        said = subprocess.run([KEEPLINE, "status", "--state", disk.state], capture_output=True, text=True, check=True)
        assert told in said.stdout
        with pytest.raises(FolderInUse):
            StateFolder.open(disk.state)
        disk.unlock()
        with pytest.raises(FolderInUse):
            StateFolder.open(disk.state)
        disk.lock()
        assert "Traceback" not in device.process.log_tail
    with start(disk) as device:
        assert numbers(device) == ["456", "123"], "memory holds it as long as the machine runs"
    disk.unlock()
    with start(disk) as device:
        assert device.ask("status")["trouble"] == ""
        assert numbers(device) == ["123"]
        assert stand_in.find(disk.state) is None


def test_an_empty_disk_that_is_read_only_has_dial_tone(disk: Disk) -> None:
    disk.lock()
    with start(disk) as device:
        call_nobody(device, "123")
        assert numbers(device) == ["123"]


def test_a_disk_with_room_for_no_name_has_dial_tone(disk: Disk) -> None:
    with start(disk) as device:
        call_nobody(device, "123")
    disk.fill()
    with start(disk) as device:
        assert device.ask("status")["trouble"] == TOLD.format(folder=disk.state, how="full")
        call_nobody(device, "456")
        assert numbers(device) == ["456", "123"]


def test_a_folder_of_somebody_else_stands_in_for_nothing(disk: Disk) -> None:
    """Whoever may write to /dev/shm could lay out a call log and a password there."""
    disk.lock()
    made = stand_in.make(disk.state)
    assert stand_in.find(disk.state) == made
    subprocess.run(["chown", "65534", made], check=True)
    try:
        assert stand_in.find(disk.state) is None
        assert stand_in.place_of(disk.state / "control.sock") == disk.state / "control.sock"
    finally:
        subprocess.run(["chown", "0", made], check=True)


def test_recordings_are_pointed_at_and_a_socket_of_before_is_left(disk: Disk) -> None:
    (disk.state / "voicemail" / "home").mkdir(parents=True)
    (disk.state / "voicemail" / "home" / "a.wav").write_bytes(b"RIFF")
    (disk.state / "control.sock").touch()
    (disk.state / "update").mkdir()
    disk.lock()
    made = stand_in.make(disk.state)
    assert (made / "voicemail" / "home" / "a.wav").readlink() == disk.state / "voicemail" / "home" / "a.wav"
    assert (made / "update").readlink() == disk.state / "update"
    assert not (made / "control.sock").exists()
