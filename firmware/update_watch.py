"""Whether the system's updater is installing, for the lamps: looks at what it says, now and then, and only where there is one. It knows no lamp."""

from collections.abc import Callable
from pathlib import Path

from firmware.system.errors import UpdaterUnclear
from firmware.system.updates import Doing, find
from hal.ports import Scheduler, Timer

LOOK_EVERY_MS = 10_000
"""It begins by itself too; an installation takes minutes."""


class UpdateWatch:
    """`changed` is told when it begins and when it ends. An updater that comes later is seen after the next start."""

    def __init__(self, scheduler: Scheduler, state: Path, changed: Callable[[], None]) -> None:
        self.is_installing = False
        self._scheduler = scheduler
        self._state = state
        self._changed = changed
        self._timer: Timer | None = None

    def look(self) -> None:
        """Begin to look, and go on."""
        doing = self._doing()
        if doing is None:
            return
        before, self.is_installing = self.is_installing, doing is Doing.INSTALLING
        if before != self.is_installing:
            self._changed()
        self._timer = self._scheduler.later(LOOK_EVERY_MS, self.look)

    def _doing(self) -> Doing | None:
        try:
            found = find(self._state)
        except UpdaterUnclear:  # the page's card of the software says so
            return Doing.FAILED
        return found.doing if found else None

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
