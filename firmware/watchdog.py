"""Feeds the service manager's watchdog, and only while the device makes progress: its own thread runs, the SIP engine takes its turns, and samples flow
where a line is in use.

A device that hangs is then started anew, instead of leaving a dead telephone. What progress is, the parts tell.
"""

import logging
from collections.abc import Callable, Mapping

from hal.ports import Scheduler, Timer

log = logging.getLogger("keepline.watchdog")

Progress = Mapping[str, int | None]
"""By part: a number that must grow while the part is in use, None while it rests."""


class Watchdog:
    """Without an interval nothing is fed. `changed` is told when parts get stuck or move again."""

    def __init__(
        self,
        scheduler: Scheduler,
        interval_ms: float,
        progress: Callable[[], Progress],
        feed: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self.stuck: tuple[str, ...] = ()
        self._scheduler = scheduler
        self._interval_ms = interval_ms
        self._progress = progress
        self._feed = feed
        self._changed = changed
        self._seen: Progress = {}
        self._timer: Timer | None = None
        if interval_ms:
            self._look()

    def _look(self) -> None:
        seen = self._progress()
        before, self._seen = self._seen, seen
        stuck = tuple(part for part, number in seen.items() if number is not None and before.get(part) == number)
        if stuck:
            log.error("no progress of %s: the watchdog is not fed", ", ".join(stuck))
        else:
            self._feed("WATCHDOG=1")
        if stuck != self.stuck:
            self.stuck = stuck
            self._changed()
        self._timer = self._scheduler.later(self._interval_ms, self._look)

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
