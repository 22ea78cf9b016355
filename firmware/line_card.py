"""One telephone port put together: SLIC, machines, bell and audio; carries out the orders its line gives.

The line's orders stand in `core.actions`; this room hands each to the part that can do it. Which account, which server and what is written down is
the device's affair (`Exchange`).
"""

from datetime import datetime
from typing import Protocol

from firmware.bell import Bell
from firmware.core import actions as order
from firmware.core.digit_map import parse
from firmware.core.events import Caller, DigitDialed, Event
from firmware.core.hook import HookRules
from firmware.core.line import LineRules, LineState, Phase
from firmware.core.ringing import plan_ringing
from firmware.core.tones import CallerIdKind, CountryTones
from firmware.settings.model import Line
from firmware.sip.audio import LinePort
from firmware.sip.engine import Engine
from firmware.sound.caller_id import CallerIdSource
from firmware.sound.line_voice import LineVoice
from firmware.sound.tone_source import ToneSource, dtmf_tone
from firmware.subscriber import Subscriber
from hal.board import BoardLine
from hal.errors import PartMissing
from hal.ports import AlsaSound, Pins, Scheduler
from hal.slic import Slic

DEFAULT_DIGIT_MAP = "112|x.T|[*#]x.T"
"""Until the dial plan knows countries: 112 at once (GSM 02.30 and national rules), anything else when the caller stops or presses #."""

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


class Exchange(Protocol):
    """What a line card needs of the rest of the device."""

    def place_call(self, card: "LineCard", handle: str, digits: str) -> None: ...
    def ring_back(self, card: "LineCard", handle: str) -> None: ...
    def answer_call(self, handle: str) -> None: ...
    def end_call(self, handle: str, status: int = 0) -> None: ...
    def send_digit(self, handle: str, digit: str) -> bool: ...
    def line_changed(self, card: "LineCard") -> None: ...
    def phone_rang(self, card: "LineCard") -> None: ...


class LineCard:
    """Port `number`, from 1."""

    def __init__(  # noqa: PLR0913, PLR0917 (the parts it joins)
        self,
        number: int,
        settings: Line,
        part: BoardLine,
        pins: Pins,
        country: CountryTones,
        scheduler: Scheduler,
        engine: Engine,
        exchange: Exchange,
    ) -> None:
        if isinstance(part.sound, AlsaSound):
            raise PartMissing(f"line {number}: the sound card {part.sound.card} is not supported yet: use board sim")
        self.number = number
        self.country = country
        self._settings = settings
        self._scheduler = scheduler
        self._exchange = exchange
        self._voice = LineVoice(self._digit_heard, lambda _digit: None)
        self.audio = LinePort(f"line-{number}", part.sound, self._voice, scheduler.post)
        engine.add_port(self.audio, settings.gain_rx_db, settings.gain_tx_db)
        self._subscriber = Subscriber(
            _line_rules(number, settings), _hook_rules(settings), scheduler, self._perform, self._changed
        )
        self._slic = Slic(pins, part.names, scheduler, self._subscriber.loop_changed)
        self._bell = Bell(self._slic, scheduler)

    @property
    def state(self) -> LineState:
        return self._subscriber.state

    @property
    def phase(self) -> Phase:
        return self._subscriber.state.phase

    def take(self, event: Event) -> None:
        self._subscriber.take(event)

    def _digit_heard(self, digit: str) -> None:
        """In the media thread: only post."""
        at_ms = self._scheduler.now_ms()
        self._scheduler.post(lambda: self.take(DigitDialed(digit, at_ms)))

    def let_keys_pass(self, *, wanted: bool) -> None:
        """Whether keys stay in the voice of the call that begins now (accounts with dtmf = "inband")."""
        self._voice.mutes_digits = not wanted

    def _changed(self, _state: LineState) -> None:
        self._exchange.line_changed(self)

    def _perform(self, action: order.Action) -> None:  # noqa: C901 (one line per order)
        match action:
            case order.PlayTone(tone):
                self._play_tone(tone)
            case order.StopTone() | order.DenyLine():
                self._stop_tone()
            case order.PlaceCall(call, digits):
                self._exchange.place_call(self, call, digits)
            case order.AnswerCall(call):
                self._exchange.answer_call(call)
            case order.RejectCall(call, status):
                self._exchange.end_call(call, status)
            case order.HangUp(call):
                self._exchange.end_call(call)
            case order.StartRinging(caller):
                self._start_ringing(caller)
            case order.StopRinging():
                self._stop_ringing()
            case order.SendDigit(call, digit):
                self._send_digit(call, digit)
            case order.SoundDigit(digit):
                self.audio.play(_digit(digit))

    def _play_tone(self, tone: order.ToneName) -> None:
        self._voice.filters_dial_tone = tone in {order.ToneName.DIAL, order.ToneName.STUTTER}
        self.audio.play(ToneSource(self.country.tones[tone]))

    def _stop_tone(self) -> None:
        self._voice.filters_dial_tone = False
        self.audio.stop_playing()

    def _start_ringing(self, caller: Caller) -> None:
        kind = self.country.caller_id if self._settings.caller_id == "auto" else _KINDS[self._settings.caller_id]
        burst = None if kind is CallerIdKind.NONE else CallerIdSource(kind, caller, datetime.now().astimezone())
        plan = plan_ringing(self.country.ring_cadence_ms, kind, burst.duration_ms if burst else 0)
        self._bell.start(plan, lambda: self.audio.play(burst) if burst else None)
        self._exchange.ring_back(self, self.state.call)
        self._exchange.phone_rang(self)

    def _stop_ringing(self) -> None:
        self._bell.stop()
        self.audio.stop_playing()
        self._exchange.phone_rang(self)

    def _send_digit(self, call: str, digit: str) -> None:
        """A digit that cannot leave out of band leaves as the tone it was, made anew since the original is muted."""
        if self._voice.mutes_digits and not self._exchange.send_digit(call, digit):
            self.audio.send(_digit(digit))

    def rest(self) -> None:
        """Fall silent: no bell, no timers."""
        self._bell.stop()
        self._subscriber.close()

    def close(self) -> None:
        """Let the line and its audio port go; before the engine closes."""
        self._slic.close()
        del self.audio


def _digit(digit: str) -> ToneSource:
    return ToneSource(dtmf_tone(digit, _DIGIT_ON_MS, _DIGIT_OFF_MS, _DIGIT_DBM0))


def _line_rules(number: int, settings: Line) -> LineRules:
    return LineRules(
        line=number,
        digit_map=parse(settings.digit_map or DEFAULT_DIGIT_MAP),
        first_digit_ms=round(settings.first_digit_s * 1000),
        inter_digit_ms=round(settings.inter_digit_s * 1000),
        no_answer_ms=round(settings.no_answer_s * 1000),
        tone_ms=round(settings.howler_after_s * 1000),
    )


def _hook_rules(settings: Line) -> HookRules:
    return HookRules(flash_min_ms=settings.flash_min_ms, flash_max_ms=settings.flash_max_ms)
