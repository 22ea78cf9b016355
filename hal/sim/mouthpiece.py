"""What the person puts into the mouthpiece: queued sound, mixed into the line frame by frame in sample time.

Orders come from the deciding thread, frames from the media thread; a short lock stands between them. It must not know the hook.
"""

import threading
from collections import deque
from dataclasses import dataclass

from hal.ports import Scheduler, Timer
from hal.sim.level import Samples
from hal.sim.outcome import COMPLETED, CUT_SHORT, Done

STALL_MS = 3000.0
"""No frame taken for this long means that no audio clock runs: what waits to be said is given up."""


@dataclass
class Utterance:
    """A piece of sound and how much of it has left."""

    samples: Samples
    done: Done
    at: int = 0


class SpeechQueue:
    """One utterance after the other; several queues may sound at once."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._waiting: deque[Utterance] = deque()
        self._lock = threading.Lock()
        self._frames = 0
        self._watch: Timer | None = None

    def say(self, samples: Samples, done: Done) -> None:
        """Queue a piece (deciding thread); `done` is told there when its last sample has left, or that it never will."""
        with self._lock:
            self._waiting.append(Utterance(samples, done))
        if self._watch is None:
            self._watch_clock(self._frames)

    def mix_into(self, frame: Samples) -> None:
        """Add the next samples to `frame` (media thread)."""
        self._frames += 1
        if not self._waiting:
            return
        with self._lock:
            filled = 0
            while self._waiting and filled < len(frame):
                filled += self._mix_first(frame, filled)

    def drop(self) -> None:
        """Fall silent at once (deciding thread); whoever waits is told."""
        with self._lock:
            dropped, self._waiting = self._waiting, deque()
        self._stop_watch()
        for utterance in dropped:
            utterance.done(CUT_SHORT)

    def _mix_first(self, frame: Samples, filled: int) -> int:
        utterance = self._waiting[0]
        piece = utterance.samples[utterance.at : utterance.at + len(frame) - filled]
        frame[filled : filled + len(piece)] += piece
        utterance.at += len(piece)
        if utterance.at >= len(utterance.samples):
            done = self._waiting.popleft().done
            self._scheduler.post(lambda: done(COMPLETED))
        return len(piece)

    def _watch_clock(self, frames_seen: int) -> None:
        self._watch = self._scheduler.later(STALL_MS, lambda: self._check_clock(frames_seen))

    def _check_clock(self, frames_seen: int) -> None:
        self._watch = None
        if not self._waiting:
            return
        if self._frames == frames_seen:
            self.drop()
        else:
            self._watch_clock(self._frames)

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
