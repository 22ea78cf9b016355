"""The state folder belongs to one device at a time, whatever happened to the last one."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.state_folder import FolderError, FolderInUse, StateFolder

ROOT = Path(__file__).parents[2]

HOLDER = """
import pathlib, sys
from firmware.state_folder import StateFolder
folder = StateFolder.open(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_folder_is_made_and_private(tmp_path: Path) -> None:
    folder = StateFolder.open(tmp_path / "a" / "state")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    folder.close()


def test_a_second_device_is_told_who_holds_it_and_kill_9_lets_it_go(tmp_path: Path) -> None:
    holder = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(
            FolderInUse, match=rf"another Keepline \(process {child.pid}\) already runs on the state folder {tmp_path}"
        ):
            StateFolder.open(tmp_path)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    StateFolder.open(tmp_path).close()


def test_closing_lets_it_go(tmp_path: Path) -> None:
    StateFolder.open(tmp_path).close()
    StateFolder.open(tmp_path).close()


@pytest.mark.parametrize("wrong", ["/dev/null", "/proc/keepline", "/dev/null/state", "a\0b"])
def test_a_folder_that_cannot_be_is_a_sentence(wrong: str) -> None:
    with pytest.raises(FolderError, match=r"the state folder .* cannot be used"):
        StateFolder.open(Path(wrong))
