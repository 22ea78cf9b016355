"""Calls end when they have lasted or cost as much as the owner allows; those that cost share what is left of the day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from firmware.exchange.call_limits import CallLimits
from firmware.journal import Journal
from firmware.records.calls import CallRow, Direction
from firmware.sip.news import CallOver, Quality
from tests.exchange.places import EVENING, Place, row
from tests.hal.fake_scheduler import FakeScheduler

MINUTE_MS = 60_000


@dataclass
class Desk:
    """Calls as the exchange would have them; `ended` are those that were hung up, with the minute."""

    place: Place = field(default_factory=Place)
    scheduler: FakeScheduler = field(default_factory=lambda: FakeScheduler(0))
    ended: list[tuple[str, float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = Journal(self._write, lambda: self.scheduler.now_ms() / 1000)
        self.limits = CallLimits(self.journal, self.place.router, self.scheduler, self._end)

    def _write(self, written: CallRow) -> None:
        """The journal writes the date of today; these calls are of the evening."""
        if written.talk_s:
            self.place.router.take_row(replace(written, started_at=now_row(1).started_at))

    def call(self, handle: str, number: str = "87011234567", limit_s: float = 0) -> None:
        self.journal.placed(handle, 1, "city", number)
        self.limits.placed(handle, limit_s)
        self.journal.answered(handle)
        self.limits.answered(handle)

    def _end(self, handle: str, reason: str) -> None:
        self.ended.append((handle, self.scheduler.now_ms() / MINUTE_MS, reason))
        self.over(handle)

    def over(self, handle: str) -> None:
        self.journal.ended(CallOver(handle, 0, by_us=True, quality=Quality()))
        self.limits.gone(handle)

    def minutes(self) -> list[tuple[str, float]]:
        return [(handle, round(minute, 1)) for handle, minute, _ in self.ended]


def now_row(minutes: int) -> CallRow:
    return row(Direction.OUT, "+77011234567", EVENING, talk_s=60 * minutes)


def test_one_call_uses_up_the_day() -> None:
    desk = Desk()
    desk.place.router.take_row(now_row(6))
    desk.call("a")
    desk.scheduler.run(60 * MINUTE_MS)
    assert desk.minutes() == [("a", 4.0)]
    assert "cost" in desk.ended[0][2]


def test_two_in_parallel_share_what_is_left_and_both_end() -> None:
    desk = Desk()
    desk.place.router.take_row(now_row(4))
    desk.call("a")
    desk.call("b", "87017654321")
    desk.scheduler.run(60 * MINUTE_MS)
    assert desk.minutes() == [("a", 3.0), ("b", 3.0)]


def test_the_second_that_ends_leaves_its_share_to_the_first() -> None:
    desk = Desk()
    desk.place.router.take_row(now_row(4))
    desk.call("a")
    desk.call("b", "87017654321")
    desk.scheduler.run(1 * MINUTE_MS)
    desk.over("b")
    desk.scheduler.run(60 * MINUTE_MS)
    assert desk.minutes() == [("a", 5.0)]


def test_a_call_that_costs_nothing_goes_on_where_the_day_is_spent() -> None:
    desk = Desk()
    desk.place.router.take_row(now_row(10))
    desk.call("free", "601")
    desk.scheduler.run(60 * MINUTE_MS)
    assert desk.minutes() == []


def test_the_longest_time_of_a_call_counts_from_its_answer() -> None:
    desk = Desk()
    desk.journal.placed("a", 1, "city", "601")
    desk.limits.placed("a", 120)
    desk.scheduler.run(10 * MINUTE_MS)
    desk.journal.answered("a")
    desk.limits.answered("a")
    desk.scheduler.run(60 * MINUTE_MS)
    assert desk.minutes() == [("a", 12.0)]
    assert "longest" in desk.ended[0][2]


def test_a_call_that_is_over_is_ended_by_no_timer() -> None:
    desk = Desk()
    desk.call("a", limit_s=60)
    desk.over("a")
    desk.scheduler.run(60 * MINUTE_MS)
    assert desk.ended == []
