"""Rings the telephone of one line without a call, so that somebody can see that it is plugged in and works.

Whatever rings stands in the bell's one plan: a call that comes meanwhile takes its place, and nothing of the test can silence it. It knows no caller.
"""

from collections.abc import Callable
from enum import Enum

from firmware.core.line_state import Phase
from firmware.core.ringing import plan_ring_test
from firmware.line.bell import Bell


class RingTestState(Enum):
    """How the latest test of a line stands; the values are those of the status."""

    NONE = ""
    RINGING = "ringing"
    PICKED_UP = "picked up"
    NOT_PICKED_UP = "not picked up"
    CANCELLED = "cancelled"
    CALL_CAME = "a call came"


class RingTest:
    """`cadence_ms` gives the country's as it now stands; `changed` is told of a begin and of an end that the line itself does not bring."""

    def __init__(self, bell: Bell, cadence_ms: Callable[[], tuple[int, ...]], changed: Callable[[], None]) -> None:
        self._bell = bell
        self._cadence_ms = cadence_ms
        self._changed = changed
        self.state = RingTestState.NONE

    @property
    def rings(self) -> bool:
        return self.state is RingTestState.RINGING

    def is_heard(self, phase: Phase) -> bool:
        """Whether a handset lifted now, or a moment ago, was lifted for the test: it shall hear dial tone, whatever else lifting means."""
        return self.rings or (self.state is RingTestState.PICKED_UP and phase is Phase.DIAL_TONE)

    def begin(self) -> None:
        """Ring; the line must be idle. A test that rings already begins anew."""
        self.state = RingTestState.RINGING
        self._bell.start(plan_ring_test(self._cadence_ms()), ended=lambda: self._end(RingTestState.NOT_PICKED_UP))
        self._changed()

    def cancel(self) -> None:
        """Ring no more; without a test nothing happens."""
        if self.rings:
            self._bell.stop()
            self._end(RingTestState.CANCELLED)

    def line_changed(self, phase: Phase) -> None:
        """The line took a step: a call has taken the bell already, a lifted handset has not."""
        if self.rings and phase is Phase.RINGING:
            self.state = RingTestState.CALL_CAME
        elif self.rings and phase is not Phase.IDLE:
            self._bell.stop()
            self.state = RingTestState.PICKED_UP

    def _end(self, state: RingTestState) -> None:
        self.state = state
        self._changed()
