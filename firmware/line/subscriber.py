"""One line's machines on the clock: loop changes and events in, the line's orders out, timers kept.

It joins `core.hook` and `core.line` with a Scheduler and holds their state. It knows neither SIP nor samples nor the SLIC.
"""

from collections.abc import Callable
from dataclasses import replace

from firmware.core import hook, line, line_state
from firmware.core.actions import Action, StartTimer, StopTimer
from firmware.core.dial_learning import LISTENING
from firmware.core.events import Event, TimerExpired
from hal.ports import Scheduler, Timer

_IN_A_DIGIT = frozenset({hook.HookPhase.BREAK, hook.HookPhase.MAKE})
_HEARD_OUT = replace(LISTENING, dialing=hook.PulseDialing.OFF)
"""For the rest of a digit that was dialed for a lesson: a flash or a hang-up may still come of it, but no digit."""


def nobody(_train: hook.PulseTrain) -> None:
    """Nobody learns a dial now."""


class Subscriber:
    """The subscriber's line number `rules.line`. `perform` gets every order that is not a timer, `changed` every new state."""

    def __init__(
        self,
        rules: line_state.LineRules,
        hook_rules: hook.HookRules,
        scheduler: Scheduler,
        perform: Callable[[Action], None],
        changed: Callable[[line_state.LineState], None],
    ) -> None:
        self.rules = rules
        self.hook_rules = hook_rules
        self.state = line_state.LineState()
        self._hook_state = hook.HookState()
        self._scheduler = scheduler
        self._perform = perform
        self._changed = changed
        self._on_train: Callable[[hook.PulseTrain], None] = nobody
        self._lesson_rules: hook.HookRules | None = None
        self._timers: dict[object, Timer] = {}

    def loop_changed(self, closed: bool, at_ms: float) -> None:  # noqa: FBT001 (the SLIC driver's report)
        self._hook_step(hook.LoopClosed(at_ms) if closed else hook.LoopOpened(at_ms))

    def learn_dial(self, learner: Callable[[hook.PulseTrain], None] | None) -> None:
        """Tell the pulses of each digit to somebody, and take almost anything for one meanwhile; None: as ordered again, from the next digit on."""
        self._on_train = learner or nobody
        heard_out = _HEARD_OUT if self._hook_state.phase in _IN_A_DIGIT else None
        self._lesson_rules = LISTENING if learner else heard_out

    def _hook_step(self, event: hook.HookEvent) -> None:
        step = hook.step(self._lesson_rules or self.hook_rules, self._hook_state, event)
        self._hook_state = step.state
        if self._lesson_rules is _HEARD_OUT and step.state.phase not in _IN_A_DIGIT:
            self._lesson_rules = None
        for timer in step.stop:
            self._stop(timer)
        if step.start:
            timer, delay_ms = step.start
            self._start(timer, delay_ms, lambda: self._hook_step(hook.HookTimerExpired(timer)))
        if step.train:
            self._on_train(step.train)
        for line_event in step.events:
            self.take(line_event)

    def take(self, event: Event) -> None:
        """One event, on the deciding thread. Orders may lead to further events, but only through the scheduler."""
        before = self.state
        step = line.step(self.rules, before, event)
        self.state = step.state
        for action in step.actions:
            self._order(action)
        if step.state != before:
            self._changed(step.state)

    def rename_call(self, handle: str, by_handle: str) -> None:
        """One call took another's place: the line's state is the same but for the name."""
        self.state = self.state.renamed(handle, by_handle)
        self._changed(self.state)

    def _order(self, action: Action) -> None:
        match action:
            case StartTimer(timer, delay_ms):
                self._start(timer, delay_ms, lambda: self.take(TimerExpired(timer)))
            case StopTimer(timer):
                self._stop(timer)
            case _:
                self._perform(action)

    def _start(self, timer: object, delay_ms: float, expired: Callable[[], None]) -> None:
        self._stop(timer)
        self._timers[timer] = self._scheduler.later(delay_ms, expired)

    def _stop(self, timer: object) -> None:
        running = self._timers.pop(timer, None)
        if running:
            running.cancel()

    def close(self) -> None:
        for running in self._timers.values():
            running.cancel()
        self._timers.clear()
