"""The thread that decides: time, timers and the one door through which other threads bring their news.

A thin coat over asyncio in the shape of `hal.ports.Scheduler`. It knows no line, no call and no setting; tests of the drivers and the core use
a scheduler of their own with a clock they turn by hand.
"""

import asyncio
from collections.abc import Callable


class Loop:
    """asyncio's loop as a Scheduler; make it inside the running loop."""

    def __init__(self) -> None:
        self._asyncio = asyncio.get_running_loop()

    def now_ms(self) -> float:
        """Monotonic milliseconds (CLOCK_MONOTONIC, the clock of the kernel's edge timestamps too)."""
        return self._asyncio.time() * 1000

    def later(self, delay_ms: float, action: Callable[[], None]) -> asyncio.TimerHandle:
        return self._asyncio.call_later(delay_ms / 1000, action)

    def post(self, action: Callable[[], None]) -> None:
        """The only thread crossing. After the loop has closed, news has no reader and is dropped."""
        if not self._asyncio.is_closed():
            self._asyncio.call_soon_threadsafe(action)
