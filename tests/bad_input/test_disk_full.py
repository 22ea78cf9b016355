"""A state folder without a byte left: calls go on, the owner is told in a sentence, and with space again records go on. The folder is a small tmpfs."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.bad_input.dialogs import plain_sdp
from tests.bad_input.far_end import FarEnd
from tests.bad_input.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = "1m"
MOST_CALLS = 12


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Where the rig's first device keeps its state: mounted before it starts, given back after it has stopped. Needs root, as the device's tests do."""
    state = tmp_path / "device-1" / "state"
    state.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "keepline-test", state], check=True)
    try:
        yield state
    finally:
        subprocess.run(["umount", state], check=True)


def fill(ballast: Path) -> None:
    """Until not a byte more goes in."""
    with ballast.open("ab", buffering=0) as file:
        size = 1 << 16
        while size:
            try:
                file.write(b"x" * size)
            except OSError:
                size //= 2


def a_whole_call(far_end: FarEnd) -> None:
    """Out, answered, and hung up, with sound of the far end's choice."""
    call = far_end.call("udp")
    call.reply("200 OK", plain_sdp(49210))
    call.request("ACK")
    assert call.settle("in call") == "in call"
    call.hang_up()


def test_calls_go_on_and_records_come_back(tmp_path: Path, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with Rig(tmp_path) as rig, FarEnd(rig) as far_end:
        a_whole_call(far_end)
        assert len(rig.device.calls()) == 1
        fill(ballast)
        calls = fill_the_log(rig, far_end, ballast)
        ballast.unlink()
        before = len(rig.device.calls())
        a_whole_call(far_end)
        rows = rig.device.calls()
        assert len(rows) == before + 1
        assert (rows[0]["outcome"], rows[0]["reason"]) == ("answered", "hung up here")
        assert before <= calls + 1
        rig.check("a full disk")


def fill_the_log(rig: Rig, far_end: FarEnd, ballast: Path) -> int:
    """Call until the log says that it is full: a file already long enough takes some rows more."""
    for number in range(1, MOST_CALLS + 1):
        a_whole_call(far_end)
        fill(ballast)
        if any("no space left for the call log" in line and "calls go on" in line for line in rig.device.process.lines):
            a_whole_call(far_end)  # and calls do go on
            return number + 1
    raise AssertionError(f"{MOST_CALLS} calls on a full disk and no sentence about it in the log:\n{rig.log}")
