"""What must outlive a restart: the user's pin and the month's bytes of metered uplinks. One small JSON file, written seldom, for flash wears out."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.core.budget import Month, counted, grown, month_left_s, month_of
from firmware.state_folder import write_whole

log = logging.getLogger("keepline.uplinks")

WRITE_EVERY_MS = 15 * 60_000
"""A cut of the power costs at most so much of the count."""


@dataclass
class _Kept:
    pin: str = ""
    months: dict[str, dict[str, Month]] = field(default_factory=dict)


class Memory:
    """`today` gives the wall clock's date, which may be wrong until the network is there."""

    def __init__(self, path: Path, today: Callable[[], datetime]) -> None:
        self._path = path
        self._today = today
        self._kept = _read(path)
        self._counters: dict[str, int] = {}
        self._written_ms: float | None = None
        self._unwritten = False

    @property
    def pin(self) -> str:
        return self._kept.pin

    def keep_pin(self, uplink: str) -> None:
        self._kept.pin = uplink
        self.save()

    def month(self, uplink: str) -> Month:
        return self._kept.months.get(uplink, {}).get(month_of(self._today()), Month())

    def left_s(self) -> float:
        """How long this month still lasts."""
        return month_left_s(self._today())

    def count(self, uplink: str, counter: int, *, standby: bool) -> Month:
        """The interface's counter stands at `counter` now; the month with what came since the last look."""
        more = grown(self._counters.get(uplink), counter)
        self._counters[uplink] = counter
        months = self._kept.months.get(uplink, {})
        self._kept.months[uplink] = counted(months, month_of(self._today()), more, standby=standby)
        self._unwritten = self._unwritten or more > 0
        return self.month(uplink)

    def write_seldom(self, now_ms: float) -> None:
        if self._written_ms is None:
            self._written_ms = now_ms
        if self._unwritten and now_ms - self._written_ms >= WRITE_EVERY_MS:
            self._written_ms = now_ms
            self.save()

    def save(self) -> None:
        """Now. A disk that takes no more costs the memory over a restart, and nothing else."""
        months = {name: {month: asdict(each) for month, each in kept.items()} for name, kept in self._kept.months.items()}
        self._unwritten = False
        try:
            write_whole(self._path, json.dumps({"pin": self._kept.pin, "months": months}, indent=1))
        except OSError as error:
            log.warning("the count of bytes and the chosen uplink are not kept over a restart: %s", error.strerror)


def _read(path: Path) -> _Kept:
    try:
        return _from_json(path.read_text(encoding="utf-8")) if path.exists() else _Kept()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s cannot be read (%s): counting begins anew, and no uplink is chosen by hand", path.name, error)
    return _Kept()


def _from_json(text: str) -> _Kept:
    data: Mapping[str, Any] = json.loads(text)
    months = {
        str(name): {str(month): Month(int(each["bytes"]), int(each["standby_bytes"])) for month, each in kept.items()}
        for name, kept in data["months"].items()
    }
    return _Kept(str(data["pin"]), months)
