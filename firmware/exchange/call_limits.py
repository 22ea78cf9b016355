"""Ends calls that have lasted or cost as much as the owner allows: each by its own limit, and those that cost together by what is left of the day.

Counts from the answer. What is allowed stands in the dial plan; which calls there are, in the journal.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.exchange.router import Router
from firmware.journal import Journal
from firmware.records.calls import Direction
from hal.ports import Scheduler, Timer


@dataclass
class CallLimits:
    """`end` hangs up a call with a sentence for the log."""

    journal: Journal
    router: Router
    scheduler: Scheduler
    end: Callable[[str, str], None]
    _limits_s: dict[str, float] = field(default_factory=dict)
    _timers: dict[str, Timer] = field(default_factory=dict)
    _budget: Timer | None = None

    def placed(self, handle: str, limit_s: float) -> None:
        """A call of ours leaves; 0: it may last."""
        if limit_s:
            self._limits_s[handle] = limit_s

    def answered(self, handle: str) -> None:
        limit_s = self._limits_s.pop(handle, 0)
        if limit_s:
            over = "the longest time for a call was reached"
            self._timers[handle] = self.scheduler.later(1000 * limit_s, lambda: self.end(handle, over))
        self._review()

    def gone(self, handle: str) -> None:
        self._limits_s.pop(handle, None)
        timer = self._timers.pop(handle, None)
        if timer:
            timer.cancel()
        self._review()

    def _review(self) -> None:
        """Calls in parallel share what is left of the day, so it is counted anew with each that begins or ends."""
        if self._budget:
            self._budget.cancel()
            self._budget = None
        costly = self._costly()
        left_s = self.router.plan.time_left_s(costly.values(), self.router.spent()) if costly else None
        if left_s is not None:
            self._budget = self.scheduler.later(1000 * left_s, self._end_costly)

    def _end_costly(self) -> None:
        self._budget = None
        for handle in self._costly():
            self.end(handle, "the day's limit for the cost of calls was reached")

    def _costly(self) -> dict[str, tuple[str, float, str]]:
        """Running calls that use up the day's limits: number, seconds so far, account."""
        now_s = self.scheduler.now_ms() / 1000
        return {
            handle: (entry.row.number, now_s - entry.answered_s, entry.row.account)
            for handle, entry in self.journal.entries.items()
            if entry.row.direction is Direction.OUT and entry.answered_s is not None and self.router.plan.costs(entry.row.number)
        }
