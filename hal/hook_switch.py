"""Tells a real change of a bouncing contact from its bounce, by the edges' own timestamps.

Pure: no pins, no timers. An edge noticed late counts at the time it happened, so a busy processor never bends a dial pulse.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Change:
    """The contact came to rest in a new state; `at_ms` is the first edge of that change."""

    closed: bool
    at_ms: float


@dataclass(frozen=True)
class Burst:
    """Edges closer together than the quiet time: one change, or one glitch, still undecided."""

    closed: bool
    first_ms: float
    last_ms: float
    anticipated: bool = False
    """Seen by a look at the contact; its edge may still bring the true moment."""


class HookSwitch:
    """Feed it every edge in order; it answers with the changes that lasted `quiet_ms` without another edge."""

    def __init__(self, quiet_ms: float) -> None:
        self._quiet_ms = quiet_ms
        self._burst: Burst | None = None
        self._seen_ms = float("-inf")
        self.closed = False

    @property
    def due_ms(self) -> float | None:
        """When `settle` can decide the pending burst; None with nothing pending."""
        return None if self._burst is None else self._burst.last_ms + self._quiet_ms

    @property
    def level(self) -> bool:
        """The contact as the last edge left it, settled or not."""
        return self.closed if self._burst is None else self._burst.closed

    def edge(self, closed: bool, at_ms: float) -> Change | None:  # noqa: FBT001  (a contact has two states)
        """Take one edge; the answer is the change before it, if that one had already lasted long enough. One from before a look that counted is old news."""
        if at_ms < self._seen_ms:
            return None
        earlier = self.settle(at_ms)
        burst = self._burst
        if burst is None:
            self._burst = Burst(closed, at_ms, at_ms)
        elif burst.anticipated:
            self._burst = Burst(closed, min(at_ms, burst.first_ms), at_ms)
        else:
            self._burst = replace(burst, closed=closed, last_ms=max(at_ms, burst.last_ms))
        return earlier

    def look(self, closed: bool, now_ms: float) -> Change | None:  # noqa: FBT001  (same)
        """The contact as somebody sees it; a state whose edge was not heard begins now, unless the edge is heard yet."""
        if closed == self.level:
            return None
        earlier = self.settle(now_ms)
        if self._burst is None:
            self._burst = Burst(closed, now_ms, now_ms, anticipated=True)
        else:
            self._burst = replace(self._burst, closed=closed, last_ms=max(now_ms, self._burst.last_ms))
        return earlier

    def settle(self, now_ms: float) -> Change | None:
        """Decide the pending burst if it has been quiet long enough at `now_ms`."""
        burst = self._burst
        if burst is None or now_ms < burst.last_ms + self._quiet_ms:
            return None
        self._burst = None
        if burst.closed == self.closed:
            return None
        if burst.anticipated:
            self._seen_ms = burst.first_ms
        self.closed = burst.closed
        return Change(burst.closed, burst.first_ms)

    def forget(self) -> None:
        """Drop an undecided burst: the part went blind in the middle of it."""
        self._burst = None
