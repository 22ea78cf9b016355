"""The line's moves from lifting to a call on its way: dial tone, digits, hotline, and the tones that end in a howler. Pure handlers for `core.line`."""

from dataclasses import replace

from firmware.core.actions import (
    AnswerCall,
    DenyLine,
    PlaceCall,
    PlayTone,
    ResumeCall,
    StartTimer,
    StopRinging,
    ToneName,
)
from firmware.core.digit_map import Verdict
from firmware.core.events import DigitDialed, DigitStarted, Event, HookFlashed, HookLifted, Timer, TimerExpired
from firmware.core.line_state import Held, Hotline, LineRules, LineState, LineStep, Pairing, Phase
from firmware.core.star_codes import Feature


def lift(rules: LineRules, state: LineState, event: HookLifted) -> LineStep:
    if rules.hotline and not rules.hotline.after_ms:
        return _place(rules, state, rules.hotline.digits)
    return give_dial_tone(rules, state, event)


def give_dial_tone(rules: LineRules, state: LineState, _event: Event) -> LineStep:
    tone = ToneName.RECALL if state.held else rules.dial_tone
    wait = StartTimer(Timer.FIRST_DIGIT, _first_digit_ms(rules, state))
    return LineStep(state.to(Phase.DIAL_TONE), (PlayTone(tone, rules.bearer_signal), wait))


def _first_digit_ms(rules: LineRules, state: LineState) -> int:
    hotline = _hotline_of(rules, state)
    return hotline.after_ms if hotline else rules.first_digit_ms


def _hotline_of(rules: LineRules, state: LineState) -> Hotline | None:
    """The hotline is for a telephone just lifted, not for a second call."""
    return None if state.held else rules.hotline


def release(rules: LineRules, state: LineState, tone: ToneName) -> LineStep:
    """The line's call is over; a tone says why."""
    end = (StartTimer(Timer.TONE, rules.tone_ms),) if rules.howls else ()
    return LineStep(state.to(Phase.RELEASED), (PlayTone(tone), *end))


def collect(rules: LineRules, state: LineState, event: DigitDialed) -> LineStep:
    dialing, holding = rules.dialing, state.held is not None
    if event.digit == "#" and state.digits and not dialing.accepts(state.digits, "#"):
        return _send_now(rules, state)
    digits = state.digits + event.digit
    match dialing.judge(digits, holding=holding):
        case Verdict.COMPLETE:
            return _place(rules, state, digits)
        case Verdict.IMPOSSIBLE:
            return release(rules, state, ToneName.SPECIAL)
        case Verdict.INCOMPLETE | Verdict.AMBIGUOUS:
            wait = StartTimer(Timer.INTER_DIGIT, rules.inter_digit_ms)
            return LineStep(state.to(Phase.COLLECTING, digits), (wait,))


def await_digit(rules: LineRules, state: LineState, _event: DigitStarted) -> LineStep:
    """A digit is on its way by pulses: the dial tone stops, and the timer counts from here."""
    wait = StartTimer(Timer.INTER_DIGIT, rules.inter_digit_ms)
    return LineStep(state.to(Phase.COLLECTING, state.digits), (wait,))


def _send_now(rules: LineRules, state: LineState) -> LineStep:
    """The caller says that the number is complete."""
    if not rules.dialing.complete_if_sent(state.digits, holding=state.held is not None):
        return release(rules, state, ToneName.SPECIAL)
    return _place(rules, state, state.digits)


def end_collecting(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    return _send_now(rules, state)


def _place(rules: LineRules, state: LineState, digits: str) -> LineStep:
    call = f"{rules.line}-out-{state.calls_placed + 1}"
    held = Held(state.held.call, _pairing(rules, digits)) if state.held else None
    calling = replace(state, phase=Phase.CALLING, digits=digits, call=call, held=held, calls_placed=state.calls_placed + 1)
    return LineStep(calling, (PlaceCall(call, digits), StartTimer(Timer.NO_ANSWER, rules.no_answer_ms)))


def _pairing(rules: LineRules, digits: str) -> Pairing:
    order = rules.dialing.read(digits, holding=True)
    return Pairing.CONFERENCE if order and order.feature is Feature.CONFERENCE else rules.pairing


def end_first_digit(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    """Nobody dials: the hotline's moment, or a tone that says to hang up."""
    hotline = _hotline_of(rules, state)
    return _place(rules, state, hotline.digits) if hotline else release(rules, state, ToneName.CONGESTION)


def flash_for_other(rules: LineRules, state: LineState, event: HookFlashed) -> LineStep:
    """A flash where nobody is talked to: to the call that waits, back to the one on hold, or to a new dial tone."""
    if state.waiting:
        talking = replace(state, phase=Phase.IN_CALL, digits="", call=state.waiting, waiting="")
        return LineStep(talking, (AnswerCall(state.waiting),))
    if state.held:
        return LineStep(state.resumed(), (ResumeCall(state.held.call),))
    if state.phase is Phase.DENIED:
        return LineStep(state)
    return give_dial_tone(rules, state, event)


def howl(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    return LineStep(state.to(Phase.HOWLER), (PlayTone(ToneName.HOWLER), StartTimer(Timer.HOWLER, rules.howler_ms)))


def deny(_rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    return LineStep(state.to(Phase.DENIED), (DenyLine(),))


def answer(_rules: LineRules, state: LineState, _event: HookLifted) -> LineStep:
    talking = replace(state, phase=Phase.IN_CALL, digits="")
    return LineStep(talking, (StopRinging(), AnswerCall(state.call)))
