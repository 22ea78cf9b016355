"""The time of day, and whether it is known: a box without a clock of its own has none until a time server answered. It sets no clock.

What happens before that is stamped with the time since the boot, which becomes a time of day as soon as there is one. Durations are nobody's affair here:
they are monotonic.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

LOOK_EVERY_MS = 5_000
"""For the time server's answer, while there is none."""

_TIMESYNC = Path("/run/systemd/timesync")
"""systemd-timesyncd makes the folder when it starts and a file in it when a server has answered (systemd-timesyncd.service(8))."""
_CLOCKS = Path("/sys/class/rtc")
_EVER_SET_S = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""A clock on the board that tells less has lost its battery."""


@dataclass(frozen=True)
class Stamp:
    """When something happened: `at` is UTC, ISO 8601 with milliseconds and Z; "" while the time is not known, and then `undated` is what
    `dated` makes a time of later: the boot, and the seconds since it."""

    at: str
    undated: str = ""


class WallClock:
    """Once the time is known it stays so. Where systemd-timesyncd does not run, whoever keeps the clock is believed."""

    def __init__(self, timesync: Path = _TIMESYNC, clocks: Path = _CLOCKS) -> None:
        self._timesync = timesync
        self._clocks = clocks
        self._known = False

    @property
    def is_known(self) -> bool:
        self._known = self._known or self._synchronised() or self._has_its_own()
        return self._known

    def _synchronised(self) -> bool:
        return (self._timesync / "synchronized").exists() or not self._timesync.exists()

    def _has_its_own(self) -> bool:
        for clock in self._clocks.glob("*/since_epoch"):
            with suppress(OSError, ValueError):
                if int(clock.read_text(encoding="ascii")) > _EVER_SET_S:
                    return True
        return False

    def stamp(self) -> Stamp:
        return Stamp(utc(datetime.now(UTC))) if self.is_known else Stamp("", f"{_boot()} {_since_boot_s():.3f}")

    def dated(self, undated: str) -> str:
        """The time of such a stamp; "" while it is not known, and for good if it is of another boot."""
        boot, _, seconds = undated.partition(" ")
        if boot != _boot() or not self.is_known:
            return ""
        return utc(datetime.now(UTC) - timedelta(seconds=_since_boot_s() - float(seconds)))

    def local(self) -> datetime | None:
        """For whoever is shown or told the time of day."""
        return datetime.now().astimezone() if self.is_known else None


def utc(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _since_boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


WALL_CLOCK = WallClock()
"""The machine's: there is one, as there is one time."""
