"""Somebody sets the clock while a call is up: the device goes by time that only runs forward, so nothing dies, nothing moves, and what follows still works.

The kernel's clock is the whole machine's, so the device alone is given another one by `clock.c`; its monotonic clock stays as it is.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.lab.decisions import decisions, wait_decision
from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.lab.test_call_survives import LONGEST_HOLE_MS

DAY_S = 86_400
SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The device's wall clock."""

    def __init__(self, folder: Path) -> None:
        self._file, self._library = folder / "clock", folder / "clock.so"
        command = ["cc", "-shared", "-fPIC", "-O2", "-o", self._library, SOURCE, "-ldl"]
        subprocess.run(command, check=True)
        self.set(0)

    @property
    def words(self) -> tuple[str, ...]:
        """Before the command that is to go by it."""
        return ("env", f"LD_PRELOAD={self._library}", f"KEEPLINE_CLOCK={self._file}")

    def set(self, ahead_s: int) -> float:
        """So far ahead of the right time, or behind it; returns when."""
        whole = self._file.with_suffix(".new")
        whole.write_text(f"{ahead_s:+d}\n")
        whole.replace(self._file)
        return time.monotonic()


def test_a_clock_set_forth_and_back_in_a_call_moves_nothing(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    with Stage(tmp_path, (ETHERNET, WIFI), enter=clock.words) as stage:
        stage.call()
        talk, lines = stage.talk(), len(stage.device.process.lines)
        for ahead_s in (DAY_S, -DAY_S, 0, 10, DAY_S):
            set_s, far_from = clock.set(ahead_s), len(stage.far.heard())
            talk.wait_live(since_s=set_s + 1.0)
            assert talk.near_gap(set_s).hole_ms < LONGEST_HOLE_MS
            assert talk.far_gap(far_from).hole_ms < LONGEST_HOLE_MS
        assert not decisions(stage.device.process, lines)
        cut_s, far_from = stage.lab["eth0"].silence(), len(stage.far.heard())
        decision = wait_decision(stage.device.process, lines)
        assert decision.uplink == "wlan0"
        assert decision.at_s - cut_s > DAY_S / 2  # by the log's stamp: the clock did jump
        clock.set(-DAY_S)
        talk.wait_live(since_s=time.monotonic())
        assert talk.near_gap(cut_s).hole_ms < LONGEST_HOLE_MS
        assert talk.far_gap(far_from).hole_ms < LONGEST_HOLE_MS
        row = stage.hang_up()
        assert row["outcome"] == "answered"
        assert 0 < row["talk_s"] < time.monotonic() - cut_s + 120


def test_with_the_clock_set_back_it_still_registers_moves_and_rings(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    with Stage(tmp_path, (ETHERNET, WIFI), enter=clock.words) as stage:
        stage.wait_active("eth0")
        clock.set(-DAY_S)
        lines = len(stage.device.process.lines)
        stage.lab["eth0"].unplug()
        assert wait_decision(stage.device.process, lines).uplink == "wlan0"
        stage.wait_contact("wlan0")
        clock.set(DAY_S)
        stage.far.order(f"call sip:alice@{stage.exchange.server}")
        stage.device.wait_ringing(5.0)
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.talk()
