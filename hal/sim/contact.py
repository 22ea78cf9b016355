"""The telephone's hook contact: a plan of openings and closings, played at their own times, with bounce.

Times are those the person meant, not those the machine managed: an edge played late still carries its planned time.
It must not know what the loop is for.
"""

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hal.ports import Scheduler, Timer
from hal.sim.outcome import COMPLETED, CUT_SHORT, Done
from hal.sim.settings import SimLineSettings


@dataclass(frozen=True)
class Move:
    """The contact moves `after_ms` after the move before it, and bounces there: for `bounce_ms`, or None as contacts of this line do."""

    after_ms: float
    closed: bool
    bounce_ms: float | None = None


@dataclass(frozen=True)
class PlannedEdge:
    at_ms: float
    closed: bool


@dataclass(frozen=True)
class PlannedEnd:
    """The plan up to here is played: tell whoever ordered it."""

    at_ms: float
    done: Done


def bounced(at_ms: float, move: Move, bounce_ms: float, most_edges: int, chance: random.Random) -> list[PlannedEdge]:
    """One change as the contact makes it: an odd number of edges within the bounce time, the last one to stay."""
    pairs = chance.randint(1, (most_edges - 1) // 2) if bounce_ms > 0 else 0
    times = [at_ms, *sorted(at_ms + chance.uniform(0, bounce_ms) for _ in range(2 * pairs))]
    return [PlannedEdge(when_ms, move.closed == (index % 2 == 0)) for index, when_ms in enumerate(times)]


class Contact:
    """Plays moves one after the other through `on_edge(closed, at_ms)`; a new order starts when the one before has ended."""

    def __init__(self, scheduler: Scheduler, settings: SimLineSettings, on_edge: Callable[[bool, float], None]) -> None:
        self._scheduler, self._settings, self._on_edge = scheduler, settings, on_edge
        self._chance = random.Random(settings.seed)  # noqa: S311  (bounce, not secrets)
        self._plan: deque[PlannedEdge | PlannedEnd] = deque()
        self._planned_until_ms = 0.0
        self._timer: Timer | None = None
        self.closed = False

    @property
    def busy(self) -> bool:
        return bool(self._plan)

    def move(self, moves: Iterator[Move] | list[Move], done: Done) -> None:
        """Append moves to the plan; `done` after the last has come to rest, or when the plan is dropped."""
        at_ms = max(self._scheduler.now_ms(), self._planned_until_ms if self.busy else 0.0)
        bounce_ms = self._settings.bounce_ms
        for move in moves:
            at_ms += move.after_ms
            bounce_ms = self._settings.bounce_ms if move.bounce_ms is None else move.bounce_ms
            self._plan.extend(bounced(at_ms, move, bounce_ms, self._settings.bounce_edges, self._chance))
        self._planned_until_ms = at_ms + bounce_ms
        self._plan.append(PlannedEnd(self._planned_until_ms, done))
        self._play()

    def drop(self) -> None:
        """Forget what has not been played; whoever waits for it is told."""
        dropped, self._plan = self._plan, deque()
        self._disarm()
        for step in dropped:
            if isinstance(step, PlannedEnd):
                step.done(CUT_SHORT)

    def _play(self) -> None:
        """Play everything due at once, so that lateness never shows between two edges; then wait for the next."""
        while self._plan and self._plan[0].at_ms <= self._scheduler.now_ms():
            step = self._plan.popleft()
            if isinstance(step, PlannedEnd):
                step.done(COMPLETED)
            elif step.closed != self.closed:
                self.closed = step.closed
                self._on_edge(step.closed, step.at_ms)
        self._disarm()
        if self._plan:
            self._timer = self._scheduler.later(max(0.0, self._plan[0].at_ms - self._scheduler.now_ms()), self._play)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
