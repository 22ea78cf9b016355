"""Feeds the service manager's watchdog, and only while the device makes progress: its own thread runs, and samples flow where a line is in use.

A device that hangs is then started anew, instead of leaving a dead telephone. What progress of a line is, the lines tell.
"""

import logging
from collections.abc import Callable, Sequence

from hal.ports import Scheduler, Timer

log = logging.getLogger("keepline.watchdog")


class Watchdog:
    """`progress` gives a number a line that must grow while the line is in use, None while it rests. Without an interval nothing is fed."""

    def __init__(
        self, scheduler: Scheduler, interval_ms: float, progress: Callable[[], Sequence[int | None]], feed: Callable[[str], None]
    ) -> None:
        self._scheduler = scheduler
        self._interval_ms = interval_ms
        self._progress = progress
        self._feed = feed
        self._seen: Sequence[int | None] = ()
        self._timer: Timer | None = None
        if interval_ms:
            self._look()

    def _look(self) -> None:
        seen = self._progress()
        stuck = [
            number
            for number, (before, now) in enumerate(zip(self._seen, seen, strict=False), 1)
            if now is not None and before == now
        ]
        self._seen = seen
        if stuck:
            log.error("no sound moves on line %s: the watchdog is not fed", ", ".join(map(str, stuck)))
        else:
            self._feed("WATCHDOG=1")
        self._timer = self._scheduler.later(self._interval_ms, self._look)

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
