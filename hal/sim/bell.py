"""The telephone's bell: it rings only while ringing voltage is there and alternates at a ringing frequency.

It watches the pair as a bell would, through the ring-mode and forward/reverse pins, and notes the cadence. It must not know who
ordered the ring.
"""

from collections import deque
from collections.abc import Callable

from hal.ports import Edge, Scheduler, Timer

RINGER_HZ = (15.0, 68.0)
"""What a bell answers to: about the range of a type B ringer, 15.3 to 68 Hz (47 CFR 68.312; from memory, unconfirmed)."""

LULL_MS = 150.0
"""Alternations further apart are no ring any more; shorter gaps are a busy computer."""

LONGEST_PAUSE_MS = 7000.0
"""A pause this long ends the ringing as long as the cadence is unknown. The longest pause in our tone table is 4 s (US, DE, RU)."""

PAUSE_AT_LEAST_MS = 1500
"""A silence this long is the cadence's main pause; shorter ones stand inside a double ring (400/200/400/2000)."""

MOST_DURATIONS = 24

SAME = 0.15
"""Durations that differ by less are the same duration."""


def same_cadence(seen: list[int], wanted: list[int]) -> bool:
    """Every duration wanted was seen, in order, within 15 % or 30 ms."""
    pairs = zip(seen, wanted, strict=False)
    return len(seen) >= len(wanted) and all(abs(a - b) <= max(30, SAME * b) for a, b in pairs)


def shortest_cadence(durations: list[int]) -> list[int]:
    """The shortest on/off pattern that explains all durations seen so far; the last may be short, for a caller gave up."""
    whole, last = durations[:-1], durations[-1:]
    for length in range(2, len(durations), 2):
        expected = [durations[index % length] for index in range(len(durations))]
        if same_cadence(whole, expected[:-1]) and (same_cadence(last, expected[-1:]) or last[0] < expected[-1]):
            return durations[:length]
    return durations


class Bell:
    """One bell. `on_ringing` is called when a new ringing begins (not at each ring of it)."""

    def __init__(self, scheduler: Scheduler, on_ringing: Callable[[], None]) -> None:
        self._scheduler, self._on_ringing = scheduler, on_ringing
        self._voltage = False
        self._turns: deque[float] = deque(maxlen=6)
        self._since_ms: float | None = None
        self._ended_ms: float | None = None
        self._durations: list[int] = []
        self._lull: Timer | None = None

    @property
    def ringing(self) -> bool:
        """Sounding, or in the pause of a cadence that may go on."""
        if self._since_ms is not None:
            return True
        return self._ended_ms is not None and self._scheduler.now_ms() - self._ended_ms <= self._patience_ms()

    @property
    def cadence_ms(self) -> list[int]:
        """On and off durations of the latest ringing, on first, as far as they have ended; one period once it repeats."""
        return shortest_cadence(list(self._durations))

    def voltage(self, edge: Edge) -> None:
        """Ringing voltage came or went."""
        self._voltage = edge.active
        self._turns.clear()
        if not edge.active:
            self._end(edge.at_ms)

    def turn(self, edge: Edge) -> None:
        """The pair's polarity turned."""
        if not self._voltage:
            return
        self._turns.append(edge.at_ms)
        if len(self._turns) < 3 or not RINGER_HZ[0] <= self._frequency_hz() <= RINGER_HZ[1]:
            return
        if self._since_ms is None:
            self._begin(self._turns[0])
        self._wait_for_lull(edge.at_ms)

    def stop(self) -> None:
        """The handset was lifted: this ringing is over, and the ring it cut short tells nothing about the cadence."""
        self._since_ms, self._ended_ms = None, None
        self._stop_waiting()

    def _frequency_hz(self) -> float:
        span_ms = self._turns[-1] - self._turns[0]
        return 1000 * (len(self._turns) - 1) / (2 * span_ms) if span_ms > 0 else 0.0

    def _begin(self, since_ms: float) -> None:
        if self.ringing and self._ended_ms is not None:
            self._note(since_ms - self._ended_ms)
        else:
            self._durations.clear()
            self._on_ringing()
        self._since_ms = since_ms

    def _end(self, at_ms: float) -> None:
        if self._since_ms is not None:
            self._note(at_ms - self._since_ms)
            self._since_ms, self._ended_ms = None, at_ms
        self._stop_waiting()

    def _note(self, duration_ms: float) -> None:
        if len(self._durations) > MOST_DURATIONS:
            del self._durations[:4]  # four keeps the phase of single and double rings
        self._durations.append(round(duration_ms))

    def _wait_for_lull(self, last_ms: float) -> None:
        self._stop_waiting()
        self._lull = self._scheduler.later(LULL_MS, lambda: self._end(last_ms))

    def _stop_waiting(self) -> None:
        if self._lull is not None:
            self._lull.cancel()
            self._lull = None

    def _patience_ms(self) -> float:
        pause_ms = max(self._durations[1::2], default=0)
        return pause_ms * 1.25 + 200 if pause_ms >= PAUSE_AT_LEAST_MS else LONGEST_PAUSE_MS
