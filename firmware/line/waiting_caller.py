"""Tells the person at one line that another call waits, and a telephone with a display who it is; puts `core.call_waiting_id` on the clock.

It knows the line's audio and that a digit was heard, not which calls there are.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from firmware.core.call_waiting_id import (
    ACKNOWLEDGEMENT_WAIT_MS,
    ACKNOWLEDGEMENTS,
    QUIET_AFTER_DATA_MS,
    QUIET_BEFORE_DATA_MS,
    WaitingEvent,
    WaitingOrder,
    WaitingPhase,
    step,
    waiting_pause_ms,
    waiting_signal,
    with_alert,
)
from firmware.core.events import Caller
from firmware.core.tones import CallerIdKind, Tone
from firmware.sound.caller_id import ALERT_DBM0, waiting_caller_burst
from firmware.sound.held_sound import HeldSound, Sound
from firmware.sound.tone_source import tone_pcm
from hal.ports import Scheduler, Timer


class SoundingLine(Protocol):
    """What is asked of the line's audio port (`firmware.sip.audio.LinePort`)."""

    def play(self, source: Sound, on_end: Callable[[], None] | None = None) -> None: ...
    def stop_playing(self) -> None: ...
    def send(self, source: Sound) -> None: ...


class WaitingCaller:
    """One line's call waiting, all of it on the deciding thread. `stop` it before anything else is played on the line."""

    def __init__(self, scheduler: Scheduler, line: SoundingLine, tone: Tone) -> None:
        """`tone` is the country's call waiting tone."""
        self._scheduler = scheduler
        self._line = line
        self._tone = tone
        self._phase = WaitingPhase.IDLE
        self._level_dbm0 = 0.0
        self._data = b""
        self._timer: Timer | None = None
        self._to_phone: HeldSound | None = None
        self._to_far_end: HeldSound | None = None

    @property
    def phase(self) -> WaitingPhase:
        return self._phase

    def start(self, caller: Caller, kind: CallerIdKind, when: datetime | None) -> None:
        """A call waits. `kind` is how caller ID is told on this line: only FSK can be told off hook; `when` is local time, None while it is not known."""
        if kind in ALERT_DBM0:
            self._level_dbm0 = ALERT_DBM0[kind]
            self._data = waiting_caller_burst(kind, caller, when)
            self._take(WaitingEvent.OFFERED_WITH_ID)
        else:
            self._take(WaitingEvent.OFFERED)

    def stop(self) -> None:
        """It waits no longer: the line is as if nothing had been."""
        self._take(WaitingEvent.WITHDRAWN)

    def digit_heard(self, digit: str) -> bool:
        """Whether `digit` came from the telephone itself, acknowledging, and is nobody's dialing."""
        if self._phase is WaitingPhase.IDLE or digit not in ACKNOWLEDGEMENTS:
            return False
        self._take(WaitingEvent.ACKNOWLEDGED)
        return True

    def _take(self, event: WaitingEvent) -> None:
        self._phase, orders = step(self._phase, event)
        for order in orders:
            self._perform(order)

    def _perform(self, order: WaitingOrder) -> None:
        match order:
            case WaitingOrder.MUTE:
                self._mute()
            case WaitingOrder.UNMUTE:
                self._unmute()
            case WaitingOrder.PLAY_ALERT:
                self._play(tone_pcm(with_alert(self._tone, self._level_dbm0)), held=True)
            case WaitingOrder.PLAY_DATA:
                self._play(self._data + bytes(16 * QUIET_AFTER_DATA_MS), held=True)
            case WaitingOrder.PLAY_TONE:
                self._play(tone_pcm(waiting_signal(self._tone)), held=False)
            case WaitingOrder.WAIT_FOR_ACKNOWLEDGEMENT:
                self._wait(ACKNOWLEDGEMENT_WAIT_MS)
            case WaitingOrder.WAIT_BEFORE_DATA:
                self._wait(QUIET_BEFORE_DATA_MS)
            case WaitingOrder.WAIT_BETWEEN_TONES:
                self._wait(waiting_pause_ms(self._tone))
            case WaitingOrder.STOP:
                self._stop()

    def _mute(self) -> None:
        """The far end hears silence in place of this line; the line hears nothing but what `_play` holds."""
        self._to_far_end = HeldSound(b"")
        self._line.send(self._to_far_end)

    def _unmute(self) -> None:
        if self._to_far_end is not None:
            self._to_far_end.let_go()
            self._to_far_end = None
        self._fall_silent()

    def _play(self, pcm: bytes, *, held: bool) -> None:
        sound = HeldSound(pcm, lambda: self._scheduler.post(lambda: self._sound_ended(sound)))
        if not held:
            sound.let_go()
        self._to_phone = sound
        self._line.play(sound)

    def _sound_ended(self, sound: HeldSound) -> None:
        """The end of a sound that was stopped or replaced meanwhile is nobody's affair."""
        if sound is not self._to_phone:
            return
        if sound.finished:
            self._to_phone = None
        self._take(WaitingEvent.SOUND_ENDED)

    def _wait(self, delay_ms: int) -> None:
        self._cancel()
        self._timer = self._scheduler.later(delay_ms, lambda: self._take(WaitingEvent.TIMER_EXPIRED))

    def _stop(self) -> None:
        self._cancel()
        self._fall_silent()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fall_silent(self) -> None:
        if self._to_phone is not None:
            self._to_phone = None
            self._line.stop_playing()
