"""The earpiece: everybody who listens gets every frame; a recording also ends when no audio clock runs.

Frames come in the media thread, orders on the deciding thread. It must not know whether the handset is lifted.
"""

import threading
from collections.abc import Callable

from hal.ports import SAMPLE_RATE_HZ, Scheduler

OnFrame = Callable[[bytes], None]
BYTES_A_MS = 2 * SAMPLE_RATE_HZ // 1000

GAP_MS = 250.0
"""A frame later than this behind wall clock means that the audio clock stood still: the gap was silence."""


class Recording:
    """Collects exactly `wanted_ms` of sound from now on, silence where no frames came."""

    def __init__(self, scheduler: Scheduler, wanted_ms: int, finished: Callable[[bytes], None]) -> None:
        self._scheduler, self._finished = scheduler, finished
        self._wanted = wanted_ms * BYTES_A_MS
        self._started_ms = scheduler.now_ms()
        self._heard = bytearray()
        self._over = False
        self._lock = threading.Lock()
        scheduler.later(wanted_ms + GAP_MS, lambda: self.take(bytes(self._wanted)))

    def take(self, pcm: bytes) -> None:
        """The next frame (any thread)."""
        with self._lock:
            if self._over:
                return
            self._fill_gap(len(pcm))
            self._heard += pcm
            if len(self._heard) < self._wanted:
                return
            self._over = True
        heard = bytes(self._heard[: self._wanted])
        self._scheduler.post(lambda: self._finished(heard))

    def _fill_gap(self, coming: int) -> None:
        elapsed_ms = self._scheduler.now_ms() - self._started_ms
        missing = int(elapsed_ms) * BYTES_A_MS - len(self._heard) - coming
        if missing > GAP_MS * BYTES_A_MS:
            self._heard += bytes(missing)


class Receiver:
    """Hands each frame to every listener."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._listeners: tuple[OnFrame, ...] = ()

    def take(self, pcm: bytes) -> None:
        """The next frame at the ear (media thread)."""
        for listener in self._listeners:
            listener(pcm)

    def listen(self, on_frame: OnFrame) -> Callable[[], None]:
        """Give every frame to `on_frame` in the media thread until the returned order is called."""
        self._listeners = (*self._listeners, on_frame)

        def stop() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not on_frame)

        return stop

    def record(self, wanted_ms: int, done: OnFrame) -> None:
        """Give the next `wanted_ms` of sound to `done` on the deciding thread."""

        def finished(heard: bytes) -> None:
            stop()
            done(heard)

        recording = Recording(self._scheduler, wanted_ms, finished)
        stop = self.listen(recording.take)
