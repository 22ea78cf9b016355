"""One telephone port put together: SLIC, machines, bell and audio; carries out the orders its line gives.

The line's orders stand in `core.actions`; this room hands each to the part that can do it. Which account, which server and what is written down is
the device's affair (`Exchange`).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from firmware.core import actions as order
from firmware.core.events import Caller, DigitDialed, Event
from firmware.core.hook import HookRules, PulseTrain
from firmware.core.line_state import LineRules, LineState, Phase
from firmware.core.ringing import plan_ringing
from firmware.core.tones import CallerIdKind, CountryTones
from firmware.line.bell import Bell
from firmware.line.ring_test import RingTest
from firmware.line.subscriber import Subscriber
from firmware.line.waiting_caller import WaitingCaller
from firmware.settings.model import Line
from firmware.sip.audio import LinePort, Source
from firmware.sip.engine import Engine
from firmware.sound.caller_id import CallerIdSource
from firmware.sound.fax import FaxTone
from firmware.sound.line_voice import LineVoice
from firmware.sound.message_waiting import MessageWaitingSource
from firmware.sound.tone_source import ToneSource, dtmf_tone
from firmware.wall_clock import WALL_CLOCK
from hal.board import BoardLine
from hal.ports import AlsaSound, Pins, Scheduler
from hal.slic import Slic

log = logging.getLogger("keepline.line")

_DIAL_TONES = {order.ToneName.DIAL, order.ToneName.STUTTER, order.ToneName.RECALL}

_DIGIT_ON_MS = 100
_DIGIT_OFF_MS = 60
_DIGIT_DBM0 = -9.0
"""A digit made by us: ITU-T Q.24 receivers need 40 ms on and off; -9 dBm0 a tone is what adapters send (H3C, Grandstream defaults)."""

_KINDS = {
    "bellcore": CallerIdKind.BELLCORE,
    "etsi": CallerIdKind.ETSI,
    "dtmf": CallerIdKind.DTMF,
    "off": CallerIdKind.NONE,
}


@dataclass(frozen=True)
class Announcement:
    """How a call makes itself known on a line: who calls, and the rhythm of the bell (empty: the country's)."""

    caller: Caller
    ring_cadence_ms: tuple[int, ...] = ()


class Exchange(Protocol):
    """What a line card needs of the rest of the device."""

    def place_call(self, card: "LineCard", handle: str, digits: str) -> None: ...
    def take_call(self, card: "LineCard", handle: str) -> None: ...
    def alert_caller(self, handle: str) -> None: ...
    def end_call(self, handle: str, status: int = 0) -> None: ...
    def hold_call(self, handle: str) -> None: ...
    def resume_call(self, card: "LineCard", handle: str) -> None: ...
    def join_calls(self, card: "LineCard", handles: tuple[str, str]) -> None: ...
    def split_calls(self, handles: tuple[str, str]) -> None: ...
    def transfer_call(self, card: "LineCard", handle: str, to: str) -> None: ...
    def send_digit(self, handle: str, digit: str) -> bool: ...
    def carry_fax(self, handle: str) -> None: ...
    def announcement_of(self, handle: str) -> Announcement: ...
    def line_changed(self, card: "LineCard") -> None: ...
    def phone_rang(self, card: "LineCard") -> None: ...
    def sound_on_hook(self, card: "LineCard", source: Source) -> None: ...


class LineCard:
    """Port `number`, from 1."""

    def __init__(  # noqa: PLR0913, PLR0917 (the parts it joins)
        self,
        number: int,
        settings: Line,
        rules: LineRules,
        hook: HookRules,
        part: BoardLine,
        pins: Pins,
        country: CountryTones,
        scheduler: Scheduler,
        engine: Engine,
        exchange: Exchange,
    ) -> None:
        self.number = number
        self.country = country
        self._settings = settings
        self._scheduler = scheduler
        self._exchange = exchange
        self._engine = engine
        self._voice = LineVoice(self._digit_heard, lambda _digit: None, self._fax_heard)
        sound = engine.open_codec(part.sound) if isinstance(part.sound, AlsaSound) else part.sound
        self.audio = LinePort(f"line-{number}", sound, self._voice, scheduler.post)
        engine.add_port(self.audio, settings.gain_rx_db, settings.gain_tx_db)
        self._subscriber = Subscriber(rules, hook, scheduler, self._perform, self._changed)
        self._slic = Slic(pins, part.names, scheduler, self._subscriber.loop_changed)
        self._bell = Bell(self._slic, scheduler)
        self.ring_test = RingTest(self._bell, lambda: self.country.ring_cadence_ms, self._ring_test_changed)
        self._rules = rules
        self._waiting = WaitingCaller(scheduler, self.audio, country.call_waiting)
        self._lamp_wanted = self._lamp_lit = 0
        self._reversed = self._was_talking = False

    @property
    def rules(self) -> LineRules:
        return self._subscriber.rules

    @rules.setter
    def rules(self, rules: LineRules) -> None:
        """New rules hold from the next event on."""
        self._rules = rules
        self._hold_hotline()

    @property
    def hook_rules(self) -> HookRules:
        return self._subscriber.hook_rules

    @hook_rules.setter
    def hook_rules(self, rules: HookRules) -> None:
        self._subscriber.hook_rules = rules

    def learn_dial(self, learner: Callable[[PulseTrain], None] | None) -> None:
        """Let somebody hear the pulses of each digit; None: nobody any more. A digit on its way then is dialed by nobody."""
        self._subscriber.learn_dial(learner)

    @property
    def state(self) -> LineState:
        return self._subscriber.state

    @property
    def phase(self) -> Phase:
        return self._subscriber.state.phase

    def apply(self, settings: Line, country: CountryTones) -> None:
        """New settings of the line hold from the next event, burst or call on; the loudness at once."""
        self._settings = settings
        self.country = country
        self._engine.set_gains(self.audio, settings.gain_rx_db, settings.gain_tx_db)

    def take(self, event: Event) -> None:
        self._subscriber.take(event)

    def _digit_heard(self, digit: str) -> None:
        """In the media thread: only post."""
        at_ms = self._scheduler.now_ms()
        self._scheduler.post(lambda: self._take_digit(digit, at_ms))

    def _fax_heard(self, tone: FaxTone) -> None:
        """In the media thread: only post."""
        self._scheduler.post(lambda: self._make_fit_for_fax(tone))

    def _make_fit_for_fax(self, tone: FaxTone) -> None:
        """Machines talk: nothing may touch their signals from here to the end of the call."""
        if self.phase is Phase.IN_CALL and self._settings.fax:
            log.info("line %d: %s", self.number, tone.value)
            self._voice.cancels_echo = False
            self._exchange.carry_fax(self.state.call)

    def _take_digit(self, digit: str, at_ms: float) -> None:
        if not self._waiting.digit_heard(digit):
            self.take(DigitDialed(digit, at_ms))

    def begin_call(self, *, inband: bool, canceller: bool) -> None:
        """What holds for the call that begins now: whether keys stay in its voice (accounts with dtmf = "inband"), whether echo is taken out."""
        self._voice.mutes_digits = not inband
        self._voice.cancels_echo = canceller and self._settings.echo_canceller
        self._voice.listen_for_fax()

    def rename_call(self, handle: str, by_handle: str) -> None:
        """Another call stands in this one's place."""
        self._subscriber.rename_call(handle, by_handle)

    def _changed(self, state: LineState) -> None:
        self.ring_test.line_changed(state.phase)
        self._hold_hotline()
        self._show_on_wires(state)
        self._exchange.line_changed(self)
        self._light_lamp()

    def _ring_test_changed(self) -> None:
        self._hold_hotline()
        self._exchange.line_changed(self)
        self._light_lamp()

    def _hold_hotline(self) -> None:
        """Who lifts for a test calls nobody by that."""
        tested = self.ring_test.is_heard(self.phase)
        self._subscriber.rules = replace(self._rules, hotline=None) if tested else self._rules

    def _show_on_wires(self, state: LineState) -> None:
        """Answer and clearing for machines that watch the loop: polarity turned while a call we made is answered, current cut when it is cleared."""
        talking = state.phase in {Phase.IN_CALL, Phase.CONFERENCE}
        if self._settings.polarity_reversal:
            self._reversed = talking and (bool(state.digits) or self._reversed)
            self._slic.set_polarity(self._reversed)
        if self._settings.loop_disconnect_ms and state.phase is Phase.RELEASED and self._was_talking:
            self._slic.disconnect(self._settings.loop_disconnect_ms)
        self._was_talking = talking

    def _perform(self, action: order.Action) -> None:  # noqa: C901 (one line per order)
        match action:
            case order.PlayTone(tone, first):
                self._play_tone(tone, first)
            case order.StopTone() | order.DenyLine():
                self._stop_tone()
            case order.StopWaiting():
                self._waiting.stop()
            case order.PlaceCall(call, digits):
                self._exchange.place_call(self, call, digits)
            case order.RejectCall(call, status):
                self._exchange.end_call(call, status)
            case order.StartRinging(call):
                self._start_ringing(call)
            case order.StopRinging():
                self._stop_ringing()
            case order.SendDigit(call, digit):
                self._send_digit(call, digit)
            case order.SoundDigit(digit):
                self.audio.play(_digit(digit))
            case order.SoundWaiting(call):
                self._sound_waiting(call)
            case _:
                self._perform_on_calls(action)

    def _perform_on_calls(self, action: order.Action) -> None:
        match action:
            case order.AnswerCall(call):
                self._exchange.take_call(self, call)
            case order.HangUp(call):
                self._exchange.end_call(call)
            case order.HoldCall(call):
                self._exchange.hold_call(call)
            case order.ResumeCall(call):
                self._exchange.resume_call(self, call)
            case order.JoinCalls(call, other):
                self._exchange.join_calls(self, (call, other))
            case order.SplitCalls(call, other):
                self._exchange.split_calls((call, other))
            case order.TransferCall(call, to):
                self._exchange.transfer_call(self, call, to)

    def _play_tone(self, name: order.ToneName, first: order.ToneName | None) -> None:
        self._voice.filters_dial_tone = name in _DIAL_TONES
        tone = self.country.tones[name]
        self.audio.play(ToneSource(self.country.tones[first].then(tone) if first else tone))

    def _stop_tone(self) -> None:
        self._voice.filters_dial_tone = False
        self.audio.stop_playing()

    @property
    def _caller_id(self) -> CallerIdKind:
        return self.country.caller_id if self._settings.caller_id == "auto" else _KINDS[self._settings.caller_id]

    def play(self, tone: order.ToneName) -> None:
        """A tone over the call, once: something the subscriber should know."""
        self.audio.play(ToneSource(self.country.tones[tone]))

    def signal(self, tone: order.ToneName) -> None:
        """The same together with the call, of which nothing is lost."""
        self.audio.play_beside(ToneSource(self.country.tones[tone]))

    def hush(self) -> None:
        self.audio.stop_playing()

    def _start_ringing(self, call: str) -> None:
        known = self._exchange.announcement_of(call)
        kind = self._caller_id
        burst = None if kind is CallerIdKind.NONE else CallerIdSource(kind, known.caller, WALL_CLOCK.local())
        cadence_ms = known.ring_cadence_ms or self.country.ring_cadence_ms
        plan = plan_ringing(cadence_ms, kind, burst.duration_ms if burst else 0)
        self._bell.start(plan, lambda: self.audio.play(burst) if burst else None)
        self._exchange.alert_caller(call)
        self._exchange.phone_rang(self)

    def _sound_waiting(self, call: str) -> None:
        caller = self._exchange.announcement_of(call).caller
        self._waiting.start(caller, self._caller_id, WALL_CLOCK.local())
        self._exchange.alert_caller(call)

    def _stop_ringing(self) -> None:
        self._bell.stop()
        self.audio.stop_playing()
        self._exchange.phone_rang(self)

    def _send_digit(self, call: str, digit: str) -> None:
        """A digit that cannot leave out of band leaves as the tone it was, made anew since the original is muted."""
        if self._voice.mutes_digits and not self._exchange.send_digit(call, digit):
            self.audio.send(_digit(digit))

    def show_messages(self, waiting: int) -> None:
        """Light or put out the lamp of a telephone that has one, when the line is at rest."""
        if self._settings.message_waiting in {"fsk", "both"} and self._caller_id in {CallerIdKind.BELLCORE, CallerIdKind.ETSI}:
            self._lamp_wanted = waiting
            self._light_lamp()

    def _light_lamp(self) -> None:
        rests = self.phase is Phase.IDLE and not self.ring_test.rings
        if rests and self._lamp_wanted != self._lamp_lit:
            self._lamp_lit = self._lamp_wanted
            self._exchange.sound_on_hook(self, MessageWaitingSource(self._caller_id, self._lamp_wanted))

    def rest(self) -> None:
        """Fall silent: no bell, no timers."""
        self._bell.stop()
        self._subscriber.close()

    def close(self) -> None:
        """Let the line and its audio port go; before the engine closes."""
        self._slic.close()
        self._subscriber.close()  # again: the handset may have moved since the rest
        self.audio.close()
        del self.audio


def _digit(digit: str) -> ToneSource:
    return ToneSource(dtmf_tone(digit, _DIGIT_ON_MS, _DIGIT_OFF_MS, _DIGIT_DBM0))
