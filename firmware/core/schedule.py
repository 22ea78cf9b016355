"""When something holds: a span of the day, which may pass midnight, on some days of the week. Pure; it is told the time and knows no clock."""

from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Moment:
    """A local time: `weekday` 0 is Monday, `minute` of the day 0 to 1439."""

    weekday: int
    minute: int

    def __str__(self) -> str:
        return f"{DAYS[self.weekday]} {clock(self.minute)}"


def clock(minute: int) -> str:
    """ "07:05" of 425."""
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True)
class Schedule:
    """`first` belongs to it, `last` no longer: 22:00 to 07:00 ends as the clock turns 07:00. Without days it holds on all, without hours all day."""

    hours: tuple[int, int] | None = None
    days: frozenset[str] = frozenset()

    def holds(self, now: Moment) -> bool:
        """A night belongs to the day on which it begins: Monday's 22:00 to 07:00 holds on Tuesday at 03:00."""
        if self.hours is None:
            return self._on(now.weekday)
        first, last = self.hours
        if first < last:
            return first <= now.minute < last and self._on(now.weekday)
        evening = now.minute >= first and self._on(now.weekday)
        morning = now.minute < last and self._on(now.weekday - 1)
        return evening or morning

    def _on(self, weekday: int) -> bool:
        return not self.days or DAYS[weekday % 7] in self.days

    def __str__(self) -> str:
        days = ", ".join(day for day in DAYS if day in self.days)
        hours = f"{clock(self.hours[0])} to {clock(self.hours[1])}" if self.hours else ""
        return " ".join(part for part in (days, hours) if part) or "always"


def schedule_of(hours: str, days: tuple[str, ...] = ()) -> Schedule:
    """Of the settings' texts, such as "22:00-07:00" and ("mon", "fri"); both may be empty."""
    first, _, last = hours.partition("-")
    return Schedule((_minute(first), _minute(last)) if hours else None, frozenset(days))


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)
