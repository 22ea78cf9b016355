"""What both sessions have in common: timers by name, a player, a recorder, and an end that comes once. Knows no table."""

from collections.abc import Callable

from firmware.core.voicemail import DigitTaken, Event, FellSilent, HungUp, PlayedOut, StartTimer, StopTimer, TimerExpired
from firmware.core.voicemail import Timer as TimerName
from firmware.voicemail.box import QUIET_S
from firmware.voicemail.desk import Desk, Player
from firmware.voicemail.recorder import Recorder
from hal.ports import Scheduler, Timer


class Session:
    """Events in by `take`, on the deciding thread."""

    def __init__(self, desk: Desk, scheduler: Scheduler) -> None:
        self.desk = desk
        self.scheduler = scheduler
        self.player = Player(desk, lambda: self.take(PlayedOut()))
        self._timers: dict[TimerName, Timer] = {}

    def take(self, event: Event) -> None:
        raise NotImplementedError

    def take_digit(self, digit: str) -> None:
        self.take(DigitTaken(digit))

    def hung_up(self) -> None:
        """Whoever was connected has gone; nothing is reported any more."""
        self.take(HungUp())

    def keep_time(self, order: StartTimer | StopTimer) -> None:
        running = self._timers.pop(order.timer, None)
        if running:
            running.cancel()
        if isinstance(order, StartTimer):
            name = order.timer
            self._timers[name] = self.scheduler.later(order.delay_ms, lambda: self.take(TimerExpired(name)))

    def start_recording(self, on_piece: Callable[[bytes], None]) -> Recorder:
        recorder = Recorder(self.scheduler.post, on_piece, lambda: self.take(FellSilent()), QUIET_S)
        self.desk.record(recorder)
        return recorder

    def stop_recording(self, recorder: Recorder) -> None:
        self.desk.record(None)
        recorder.stop()

    def rest(self) -> None:
        for running in self._timers.values():
            running.cancel()
        self._timers.clear()
