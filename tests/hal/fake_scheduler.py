"""Time that moves only when a test says so: a `Scheduler` with nothing behind it, reusable wherever drivers are tested."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class FakeTimer:
    at_ms: float
    order: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class FakeScheduler:
    """Runs timers in order of their deadlines; posted actions run before the next timer, or after all timers that are due."""

    def __init__(self, start_ms: float = 1000.0, *, timers_first: bool = False) -> None:
        self._timers_first = timers_first
        self._now_ms = start_ms
        self._timers: list[FakeTimer] = []
        self._posted: deque[Callable[[], None]] = deque()
        self._order = itertools.count()

    def now_ms(self) -> float:
        return self._now_ms

    def later(self, delay_ms: float, action: Callable[[], None]) -> FakeTimer:
        assert delay_ms >= 0, "a deadline in the past"
        timer = FakeTimer(self._now_ms + delay_ms, next(self._order), action)
        heapq.heappush(self._timers, timer)
        return timer

    def post(self, action: Callable[[], None]) -> None:
        self._posted.append(action)

    def run(self, for_ms: float = 0.0) -> None:
        """Let so much time pass."""
        end_ms = self._now_ms + for_ms
        if not self._timers_first:
            self._run_posted()
        while self._timers and self._timers[0].at_ms <= end_ms:
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                self._now_ms = max(self._now_ms, timer.at_ms)
                timer.action()
            if not (self._timers_first and self._timers and self._timers[0].at_ms <= self._now_ms):
                self._run_posted()
        self._now_ms = end_ms
        self._run_posted()

    def stall(self, for_ms: float) -> None:
        """The machine is busy elsewhere: time passes and nothing runs until the next `run`."""
        self._now_ms += for_ms

    def _run_posted(self) -> None:
        while self._posted:
            self._posted.popleft()()
