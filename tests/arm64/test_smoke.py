"""The project as the device has it, its arm64 code run by qemu: it starts, says ready, registers, and a call is heard both ways.

Relaxed for emulation: how long starting, registering and answering may take. Not relaxed: what is heard. The peers are this machine's own.
"""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.arm64.emulated import emulated, entering
from tests.demo.call import NEAR_HZ, talk, tell
from tests.demo.far_end import FAR_NUMBER, far_side

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 60.0
pytestmark = pytest.mark.timeout(3600)

LOOK = """
import platform, struct, sys
import argon2, cffi, cryptography, lgpio, msgspec, netifaces, pjsua2, serial, uvicorn, websockets
print(platform.machine(), "%d.%d" % sys.version_info[:2], pjsua2.__file__)
"""


def test_every_compiled_part_is_taken_by_the_devices_python(root: Path, tmp_path: Path) -> None:
    python = entering(root, tmp_path, "/usr/lib/keepline/bin/python3")
    done = subprocess.run([python, "-c", LOOK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    machine, version, engine = done.stdout.split()
    assert (machine, version) == ("aarch64", "3.13")
    assert engine.startswith("/usr/lib/keepline/")


def test_a_call_is_heard_both_ways(root: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    with far_side(tmp_path) as side, emulated(root, tmp_path / "d", side.account) as device:
        tell("ready", f"{time.monotonic() - began:.1f} s after the start, emulated, the peers' start included")
        device.wait_registered(timeout_s=PATIENCE_S)
        tell("registered", f"at Kamailio {side.kamailio.server}")
        device.lift()
        dial = device.hear(2.0)
        tell(
            "handset lifted, heard",
            f"{dial.name} tone, {'+'.join(f'{hz:.0f}' for hz in dial.tones_hz)} Hz, {dial.level_dbm0:.1f} dBm0",
        )
        assert dial.name == "dial"
        device.dial(f"{FAR_NUMBER}#")
        device.wait_line("in call", timeout_s=PATIENCE_S)
        tell("answered", f"codec {device.ask('status')['calls'][0]['codec']}")
        talk(device, side)
        device.replace()
        device.wait_line("idle", timeout_s=PATIENCE_S)
        row = device.calls()[0]
        assert (row["number"], row["outcome"]) == (FAR_NUMBER, "answered")
        tell(
            "sound was heard both ways", f"{NEAR_HZ:.0f} Hz there, call log: {row['number']} {row['outcome']}, {row['talk_s']} s"
        )
