"""The driver of an AG1171-type SLIC: what happens on the loop, and ringing, over four pins.

The same code runs on a Pi and on the simulator. It knows pins and time only: no sound, no calls, no thread, no sleep.
Source: Silvertel Ag1171 data sheet V1.0 (Dec 2006): 5.3 ringing (RM high, then F/R toggled at the ringing frequency; RM is high
during ringing only), 5.9 polarity (F/R). That PD takes the current off the loop is how the part is used here; how fast, the sheet does not say
(unconfirmed).
"""

from collections.abc import Callable
from dataclasses import dataclass

from hal.errors import PartMisused
from hal.hook_switch import Change, HookSwitch
from hal.ports import Edge, LinePins, Pins, Scheduler, Timer

DEBOUNCE_MS = 6.0
"""Quiet time that settles a change. The shortest make or break we accept is 11.4 ms (22 pulses a second, 3:1) with 5 ms of bounce in it."""

LOST_EDGE_MS = 250.0
"""An edge not heard of so long after the last one is lost, not late: longer than a loaded processor has kept one back (51 ms were seen)."""

WAKE_MS = 100.0
"""After power-down the switch hook is looked at again this late. Our choice: the data sheet gives no start-up time (unconfirmed)."""

RING_HZ_RANGE = (20.0, 25.0)


@dataclass(frozen=True)
class Feeding:
    """Battery on the line."""


@dataclass(frozen=True)
class Ringing:
    """Ringing voltage on the line; the next F/R toggle is number `step`, `half_period_ms` after the one before."""

    started_ms: float
    half_period_ms: float
    step: int
    timer: Timer


@dataclass(frozen=True)
class Denied:
    """No battery: the switch hook tells nothing. `back`, if any, brings the battery back."""

    back: Timer | None = None


@dataclass(frozen=True)
class Waking:
    """Battery is coming back: the switch hook cannot be trusted yet."""

    timer: Timer


LineFeed = Feeding | Ringing | Denied | Waking


class Slic:
    """One telephone line. Call everything from the deciding thread; `on_loop(closed, at_ms)` comes back on it.

    A handset already lifted at the start is reported like any other. `ring_hz` is 20 to 25.
    """

    def __init__(  # noqa: PLR0913  (one setting per property of the part)
        self,
        pins: Pins,
        names: LinePins,
        scheduler: Scheduler,
        on_loop: Callable[[bool, float], None],
        *,
        ring_hz: float = 25.0,
        debounce_ms: float = DEBOUNCE_MS,
    ) -> None:
        low_hz, high_hz = RING_HZ_RANGE
        if not low_hz <= ring_hz <= high_hz:
            raise PartMisused(f"The ringing frequency must be {low_hz:g} to {high_hz:g} Hz, not {ring_hz:g} Hz.")
        self._pins, self._scheduler, self._on_loop, self._names = pins, scheduler, on_loop, names
        self._half_period_ms = 1000 / (2 * ring_hz)
        self._hook = HookSwitch(debounce_ms)
        self._settling: Timer | None = None
        self._reversed = False
        self._feed: LineFeed = Feeding()
        self._closed = False
        self._rest_outputs()
        pins.watch(names.switch_hook, lambda edge: scheduler.post(lambda: self._take_edge(edge)))
        self._look()

    @property
    def loop_closed(self) -> bool:
        """The loop as last reported."""
        return self._hook.closed

    @property
    def ringing(self) -> bool:
        return isinstance(self._feed, Ringing)

    def start_ring(self) -> None:
        """Ring until `stop_ring` or until the handset is lifted; already ringing is fine."""
        if isinstance(self._feed, Ringing):
            return
        if isinstance(self._feed, Denied):
            raise PartMisused("A denied line cannot ring: feed it first.")
        if self._hook.closed:
            raise PartMisused("A lifted telephone cannot ring.")
        if isinstance(self._feed, Waking):
            self._end_waking(self._feed)
        self._pins.write(self._names.ring_mode, active=True)
        self._toggle(self._scheduler.now_ms(), 0)

    def stop_ring(self) -> None:
        """Back to plain battery in the ordered polarity; not ringing is fine."""
        if isinstance(self._feed, Ringing):
            self._feed.timer.cancel()
            self._feed = Feeding()
            self._pins.write(self._names.ring_mode, active=False)
            self._pins.write(self._names.forward_reverse, self._reversed)

    def deny(self) -> None:
        """Take the battery off the line. Until `feed` has brought it back the loop is not reported: nobody can see it."""
        self._lose_battery(None)

    def disconnect(self, ms: float) -> None:
        """Cut the loop current for so long, by which answering machines and PBX trunks notice that the far end hung up (open switching interval).

        A handset replaced meanwhile is reported once the battery is back. A denied line stays denied; a ringing one is refused.
        """
        if isinstance(self._feed, Ringing):
            raise PartMisused("A ringing line cannot be disconnected: stop the ring first.")
        if isinstance(self._feed, Denied):
            return
        self._lose_battery(self._scheduler.later(ms, self.feed))

    def feed(self) -> None:
        """Put the battery back; a handset lifted or replaced meanwhile is reported once the part has woken."""
        if isinstance(self._feed, Denied):
            self._forget_return(self._feed)
            self._pins.write(self._names.power_down, active=False)
            self._feed = Waking(self._scheduler.later(WAKE_MS, self._wake))

    def set_polarity(self, reversed: bool) -> None:  # noqa: A002, FBT001  (polarity has two states, and this is its word)
        """Normal or reversed battery, steadily, as exchanges show that a call was answered; during ringing it takes effect when ringing ends."""
        self._reversed = reversed
        if not isinstance(self._feed, Ringing):
            self._pins.write(self._names.forward_reverse, reversed)

    def close(self) -> None:
        """Stop everything and put the outputs to rest; the pins stay open for whoever opened them."""
        self._closed = True
        self._cancel_settling()
        if isinstance(self._feed, Ringing | Waking):
            self._feed.timer.cancel()
        elif isinstance(self._feed, Denied):
            self._forget_return(self._feed)
        self._feed = Feeding()
        self._rest_outputs()

    def _lose_battery(self, back: Timer | None) -> None:
        self.stop_ring()
        if isinstance(self._feed, Waking):
            self._feed.timer.cancel()
        elif isinstance(self._feed, Denied):
            self._forget_return(self._feed)
        self._cancel_settling()
        self._hook.forget()
        self._feed = Denied(back)
        self._pins.write(self._names.power_down, active=True)

    def _forget_return(self, denied: Denied) -> None:
        if denied.back is not None:
            denied.back.cancel()

    def _rest_outputs(self) -> None:
        for pin in (self._names.ring_mode, self._names.forward_reverse, self._names.power_down):
            self._pins.write(pin, active=False)

    def _toggle(self, started_ms: float, step: int) -> None:
        """Deadlines count from the start of the ring, so lateness never adds up; a toggle missed by a whole half is left out."""
        self._pins.write(self._names.forward_reverse, not self._pins.read(self._names.forward_reverse))
        now_ms = self._scheduler.now_ms()
        following = max(step + 1, int((now_ms - started_ms) / self._half_period_ms) + 1)
        delay_ms = max(0.0, started_ms + following * self._half_period_ms - now_ms)
        timer = self._scheduler.later(delay_ms, lambda: self._toggle(started_ms, following))
        self._feed = Ringing(started_ms, self._half_period_ms, following, timer)

    def _take_edge(self, edge: Edge) -> None:
        if self._sees_the_loop():
            self._advance(self._hook.edge(edge.active, edge.at_ms))

    def _look(self) -> None:
        """Notice a state whose edge nobody saw: at the start, after power-down, or lost by the pins' driver."""
        closed = self._pins.read(self._names.switch_hook)
        if closed != self._hook.level:
            self._advance(self._hook.look(closed, self._scheduler.now_ms()))

    def _settle(self) -> None:
        """By what the edges tell alone: the pin as it is now would mix what is with what was, for edges come late where the processor is busy."""
        if self._sees_the_loop():
            self._advance(self._hook.settle(self._scheduler.now_ms()))

    def _look_for_a_lost_edge(self) -> None:
        if self._sees_the_loop():
            self._look()

    def _sees_the_loop(self) -> bool:
        return not self._closed and isinstance(self._feed, Feeding | Ringing)

    def _advance(self, change: Change | None) -> None:
        self._cancel_settling()
        if self._hook.due_ms is not None:
            wait_ms = max(0.0, self._hook.due_ms - self._scheduler.now_ms())
            # Posted once more, so that edges which happened earlier but still wait in the inbox are heard first.
            self._settling = self._scheduler.later(wait_ms, lambda: self._scheduler.post(self._settle))
        else:
            self._settling = self._scheduler.later(LOST_EDGE_MS, lambda: self._scheduler.post(self._look_for_a_lost_edge))
        if change is not None:
            self._report(change)

    def _report(self, change: Change) -> None:
        if change.closed:
            self.stop_ring()
        self._on_loop(change.closed, change.at_ms)

    def _wake(self) -> None:
        if isinstance(self._feed, Waking):
            self._end_waking(self._feed)

    def _end_waking(self, waking: Waking) -> None:
        waking.timer.cancel()
        self._feed = Feeding()
        self._look()

    def _cancel_settling(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
