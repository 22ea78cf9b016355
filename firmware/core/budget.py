"""What a metered uplink may carry in a month: the months' counters, the pace of probing that fits, and when to warn. Pure; the date is given.

Months are kept apart by name ("2026-11"), so a clock that jumps counts into another month and takes nothing from this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

FIRST_YEAR = 2025
"""A box without a battery for its clock begins in 1970; what it counts until it learns the date belongs to the month it then finds."""

MONTH_S = 31 * 86_400.0
"""The longest: what was spared before a box was put to use, late in its month, is not made up for in a few days."""

FASTEST_MS, SLOWEST_MS = 30_000, 900_000
_RESERVE = 0.5
"""Half of what is left is for probes; registrations and keep-alives need the rest."""
_MONTHS_KEPT = 3
_UNDATED = "undated"
WARN_AT_PERCENT = (80, 100)


@dataclass(frozen=True)
class Month:
    """What one uplink carried, both ways; `standby_bytes` of it while another was used."""

    bytes: int = 0
    standby_bytes: int = 0

    def plus(self, count: int, *, standby: bool) -> "Month":
        return replace(self, bytes=self.bytes + count, standby_bytes=self.standby_bytes + (count if standby else 0))


def month_of(date: datetime) -> str:
    return f"{date:%Y-%m}" if date.year >= FIRST_YEAR else _UNDATED


def month_left_s(date: datetime) -> float:
    """Until the next month begins."""
    first = (date.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return max(1.0, (first - date).total_seconds())


def counted(months: Mapping[str, Month], month: str, count: int, *, standby: bool) -> dict[str, Month]:
    """The counters with `count` bytes more; what was counted without a date joins the first month that has one."""
    now = dict(months)
    adrift = now.pop(_UNDATED, Month()) if month != _UNDATED else Month()
    before = now.get(month, Month())
    joined = Month(before.bytes + adrift.bytes, before.standby_bytes + adrift.standby_bytes)
    now[month] = joined.plus(count, standby=standby)
    kept = {*sorted(now)[-_MONTHS_KEPT:], month}
    return {name: each for name, each in now.items() if name in kept}


def grown(before: int | None, now: int) -> int:
    """Bytes since the last look at an interface's counter, which begins anew when the interface does."""
    if before is None:
        return 0
    return now - before if now >= before else now


def standby_interval_ms(left_bytes: int, left_s: float, round_bytes: int) -> int:
    """So seldom that rounds until the end of the month use half of what is left."""
    share = max(0.0, left_bytes) * _RESERVE
    if share * SLOWEST_MS <= left_s * 1000 * round_bytes:
        return SLOWEST_MS
    interval_ms = left_s * 1000 * round_bytes / share
    return min(max(ceil(interval_ms / 10_000) * 10_000, FASTEST_MS), SLOWEST_MS)


def warning(name: str, cap_bytes: int, before_bytes: int, now_bytes: int) -> str:
    """A sentence at the moment when one more mark is passed; "" otherwise."""
    passed = any(before_bytes * 100 < cap_bytes * mark <= now_bytes * 100 for mark in WARN_AT_PERCENT)
    return near_the_cap(name, cap_bytes, now_bytes) if passed else ""


def near_the_cap(name: str, cap_bytes: int, month_bytes: int) -> str:
    """What is to be said of the limit as long as it is near or passed; "" before, and where there is none."""
    percent = month_bytes * 100 // cap_bytes if cap_bytes else 0
    if percent < WARN_AT_PERCENT[0]:
        return ""
    if percent >= 100:
        return f"{name} has reached its limit of {cap_bytes / 1e6:g} MB this month and is used only where nothing else works"
    return f"{name} has used {percent} % of its {cap_bytes / 1e6:g} MB this month"
