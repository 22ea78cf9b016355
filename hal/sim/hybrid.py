"""The imperfect two-to-four-wire bridge of a simulated line. It must not know who speaks or listens."""

import threading

import numpy as np

from hal.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ
from hal.sim.level import Samples


class Hybrid:
    """The imperfect two-to-four-wire bridge: the exchange's own sound comes back weaker and later.

    The echo waits in at most two frames, because a 20 ms media clock takes twice, then gives twice.
    """

    def __init__(self, loss_db: float, delay_ms: float) -> None:
        self._gain = np.float32(10 ** (-loss_db / 20))
        self._delay = round(delay_ms * SAMPLE_RATE_HZ / 1000)
        self._memory = np.zeros(self._delay + FRAME_SAMPLES, dtype=np.float32)
        self._waiting = [np.zeros(FRAME_SAMPLES, dtype=np.float32) for _ in range(2)]
        self._first = 0
        self._count = 0
        self._lock = threading.Lock()

    def give(self, pcm: bytes) -> None:
        """The exchange's next frame enters the bridge."""
        memory = self._memory
        memory[: self._delay] = memory[FRAME_SAMPLES:]
        memory[self._delay :] = np.frombuffer(pcm, dtype="<i2")
        with self._lock:
            if self._count == 2:
                self._first, self._count = 1 - self._first, 1
            slot = self._waiting[(self._first + self._count) % 2]
            np.multiply(memory[:FRAME_SAMPLES], self._gain, out=slot)
            self._count += 1

    def take(self, frame: Samples) -> None:
        """Fill `frame` with the echo's next samples."""
        with self._lock:
            if self._count:
                np.copyto(frame, self._waiting[self._first])
                self._first, self._count = 1 - self._first, self._count - 1
            else:
                frame.fill(0)

    def clear(self) -> None:
        """The loop was broken: nothing comes back."""
        if self._count or self._memory.any():
            self._memory.fill(0)
            with self._lock:
                self._count = 0
