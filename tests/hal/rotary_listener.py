"""A dial turned at the simulated telephone, and what the real driver and the hook machine make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.core import hook
from firmware.core.events import DigitDialed
from firmware.core.hook import HookRules
from hal.sim.settings import SimLineSettings
from hal.slic import Slic
from tests.hal.bench import Bench

if TYPE_CHECKING:
    from hal.sim.rotary import PulseDial


class Listener:
    """The hook machine on the driver of one line; collects digits and pulse trains."""

    def __init__(self, bench: Bench, rules: HookRules) -> None:
        self.rules = rules
        self.digits = ""
        self.trains: list[hook.PulseTrain] = []
        self._state, self._timers = hook.HookState(), {}
        self._time = bench.time
        bench.slic.close()
        bench.slic = Slic(bench.pins, bench.names, bench.time, self._changed)

    def _changed(self, closed: bool, at_ms: float) -> None:  # noqa: FBT001 (the driver's report)
        self._take(hook.LoopClosed(at_ms) if closed else hook.LoopOpened(at_ms))

    def _take(self, event: hook.HookEvent) -> None:
        done = hook.step(self.rules, self._state, event)
        self._state = done.state
        for timer in done.stop:
            if timer in self._timers:
                self._timers.pop(timer).cancel()
        if done.start:
            timer, delay_ms = done.start
            self._timers[timer] = self._time.later(delay_ms, lambda: self._take(hook.HookTimerExpired(timer)))
        self.digits += "".join(event.digit for event in done.events if isinstance(event, DigitDialed))
        self.trains += [done.train] if done.train else []


def dialed(number: str, dial: PulseDial, rules: HookRules | None = None, seed: int = 1) -> Listener:
    bench = Bench(SimLineSettings(seed=seed))
    listener = Listener(bench, rules or HookRules())
    bench.lift()
    bench.handset.dial(number, dial)
    bench.time.run(40_000)
    return listener
