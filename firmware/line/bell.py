"""Rings one line by a plan: starts and stops the SLIC's ringing step by step, and sends the caller ID where the plan says.

It puts `core.ringing` on the clock. It knows the SLIC and that something can be played, not who calls or why.
"""

from collections.abc import Callable

from firmware.core.ringing import RingPlan, RingStepKind
from hal.ports import Scheduler, Timer
from hal.slic import Slic


class Bell:
    """The bell of one line. `send_caller_id` starts the burst; it has the step's time to sound."""

    def __init__(self, slic: Slic, scheduler: Scheduler) -> None:
        self._slic = slic
        self._scheduler = scheduler
        self._timer: Timer | None = None

    def start(
        self, plan: RingPlan, send_caller_id: Callable[[], None] = lambda: None, ended: Callable[[], None] = lambda: None
    ) -> None:
        """Whatever rang before rings no more, and its `ended`, for a plan that is over by itself, is never called."""
        self.stop()

        def begin(index: int, due_ms: float) -> None:
            """Deadlines add up from the start, so a late timer does not stretch the cadence."""
            step = plan.step(index)
            if step is None:
                self.stop()
                ended()
                return
            self._take(step.kind, send_caller_id)
            next_ms = due_ms + step.duration_ms
            delay_ms = max(0.0, next_ms - self._scheduler.now_ms())
            self._timer = self._scheduler.later(delay_ms, lambda: begin(index + 1, next_ms))

        begin(0, self._scheduler.now_ms())

    def _take(self, kind: RingStepKind, send_caller_id: Callable[[], None]) -> None:
        if kind is RingStepKind.RING and not self._slic.loop_closed:
            self._slic.start_ring()
        else:
            self._slic.stop_ring()
        if kind is RingStepKind.SEND_CALLER_ID:
            send_caller_id()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._slic.stop_ring()
