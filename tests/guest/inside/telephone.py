"""A telephone at the guest's wires: its hook contact is a line of gpio-sim, its ear and mouth are the other side of the sound loop-back.

It knows the board's description and nothing of the device.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from hal.boards import load_board
from hal.sim.dtmf import ToneDial, tones
from tests.guest.contract import gpio_sim
from tests.guest.contract.outside import Move, OnGpioSim

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.sound import Samples

RATE_HZ = 8000
ROOM = Path("/dev/shm")  # noqa: S108 (the guest's own, and it is thrown away)
HOOK = "shk"
SOUND = 100
"""Samples louder than this are a sound: -50 dBm0."""


class Telephone:
    """On hook when made. Use it as a context."""

    def __init__(self, card: str = "Loopback") -> None:
        self.wires = OnGpioSim(load_board("sim"))
        self._far = f"hw:{card},1,0"
        self._ear = ROOM / f"ear-{card}.raw"
        self._ear.write_bytes(b"")
        self._mouth: subprocess.Popen[bytes] | None = None
        for pin in (HOOK, "button"):
            self.wires.drive(pin, active=False)

    def __enter__(self) -> Self:
        command = ["arecord", "-q", "-D", self._far, *_FORMAT, "--period-size=160", "--buffer-size=1600"]
        with self._ear.open("wb") as ear:  # given a name, it would take the file away for a moment
            self._recorder = subprocess.Popen(command, stdout=ear, stderr=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._recorder, self._mouth):
            if process and process.poll() is None:
                process.terminate()
                process.wait()
        self.wires.close()

    def lift(self) -> float:
        """Take the handset off hook; when, in monotonic seconds."""
        at_s = time.monotonic()
        self.wires.drive(HOOK, active=True)
        return at_s

    def replace(self) -> None:
        self.wires.drive(HOOK, active=False)

    def dial_by_pulses(self, moves: list[Move]) -> None:
        self.wires.play(moves)

    def dial(self, digits: str) -> None:
        """By keys; returns when the last tone is out."""
        self.say(tones(digits, ToneDial()).astype(np.int16))
        self.finish()

    def say(self, samples: Samples) -> None:
        """Begin to say it."""
        spoken = ROOM / "mouth.raw"
        spoken.write_bytes(samples.astype("<i2").tobytes())
        command = ["aplay", "-q", "-D", self._far, *_FORMAT, "--period-size=160", "--buffer-size=640", spoken]
        self._mouth = subprocess.Popen(command)

    def finish(self) -> None:
        """Until it is said."""
        assert self._mouth
        self._mouth.wait(60)

    @property
    def heard_samples(self) -> int:
        """How much was heard since the beginning."""
        return self._ear.stat().st_size // 2

    def heard(self, since: int = 0) -> Samples:
        """All that was heard from that sample on."""
        with self._ear.open("rb") as ear:
            ear.seek(2 * since)
            raw = ear.read()
        return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2")

    def listen(self, seconds: float) -> Samples:
        """The next seconds at the ear."""
        since = self.heard_samples
        self.wait(lambda: self.heard_samples >= since + seconds * RATE_HZ, f"{seconds} s of sound", seconds + 10)
        return self.heard(since)[: round(seconds * RATE_HZ)]

    def wait(self, holds: Callable[[], bool], what: str, timeout_s: float = 10.0) -> float:
        """Until it holds; looked at every 5 ms, for files and simulated wires tell nobody. When it held."""
        end_s = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > end_s:
                raise AssertionError(f"{what} did not happen within {timeout_s:g} s")
            time.sleep(0.005)
        return time.monotonic()

    def rings(self) -> bool:
        return self.wires.means("rm")


_FORMAT = ("-t", "raw", "-f", "S16_LE", "-r", str(RATE_HZ), "-c", "1")


def prepare() -> None:
    """The chip, once a guest, and the words of RPi.GPIO's for whoever is started from here."""
    import os  # noqa: PLC0415 (here alone)

    if not gpio_sim.CHIP.exists():
        gpio_sim.make_chip()
    os.environ.update(gpio_sim.environment())
    sys.stdout.flush()
