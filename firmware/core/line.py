"""The life of a line: a table from phase and event to the next state and the orders it gives.

Pure. `step` is the only door: it finds the row, then adds what follows from the change of phase alone (timers of the old phase stop, its tone
ends). It does not know SIP, pins, samples or the clock, and not which account a call uses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from firmware.core.actions import (
    Action,
    AnswerCall,
    DenyLine,
    HangUp,
    PlaceCall,
    PlayTone,
    RejectCall,
    SendDigit,
    SoundDigit,
    StartRinging,
    StartTimer,
    StopRinging,
    StopTimer,
    StopTone,
    ToneName,
)
from firmware.core.causes import TONE_BY_CAUSE
from firmware.core.digit_map import DigitMap, Verdict
from firmware.core.events import (
    CallAnswered,
    CallEnded,
    CallOffered,
    CallRinging,
    DigitDialed,
    DigitStarted,
    EarlyMediaStarted,
    Event,
    FarDigitReceived,
    HookFlashed,
    HookLifted,
    HookReplaced,
    Timer,
    TimerExpired,
)


class Phase(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    DIAL_TONE = "dial tone"
    COLLECTING = "collecting"
    CALLING = "calling"
    """The INVITE left; nothing is heard yet."""
    RINGBACK = "ringback"
    EARLY_MEDIA = "early media"
    IN_CALL = "in call"
    RELEASED = "released"
    """The call is over or never came about; a tone says why until the handset is replaced."""
    HOWLER = "howler"
    DENIED = "denied"
    """Left off hook for long: silent until the handset is replaced."""


@dataclass(frozen=True)
class LineState:
    """One phase and what belongs to it: `digits` while collecting and of the number called, `call` while there is one."""

    phase: Phase = Phase.IDLE
    digits: str = ""
    call: str = ""
    calls_placed: int = 0
    """Counts our own calls, so that each has a handle no other had."""


@dataclass(frozen=True)
class LineRules:
    """The line's settings, in milliseconds."""

    line: int
    """The line's number; call handles carry it, so that no two lines ever name a call alike."""
    digit_map: DigitMap
    first_digit_ms: int = 15_000
    inter_digit_ms: int = 4_000
    no_answer_ms: int = 180_000
    tone_ms: int = 20_000
    howler_ms: int = 60_000

    @property
    def howls(self) -> bool:
        """Whether a handset left off is howled at; without, the tone simply ends (0 in the settings)."""
        return self.tone_ms > 0


@dataclass(frozen=True)
class LineStep:
    state: LineState
    actions: tuple[Action, ...] = ()


E = TypeVar("E", bound=Event)
Handler = Callable[[LineRules, LineState, E], LineStep]


@dataclass(frozen=True)
class Row:
    """One row of the table: what is done, and every phase it can lead to (the diagram is drawn from these)."""

    handler: Callable[..., LineStep]
    leads_to: tuple[Phase, ...]


_TIMERS: dict[Phase, frozenset[Timer]] = {
    Phase.DIAL_TONE: frozenset({Timer.FIRST_DIGIT}),
    Phase.COLLECTING: frozenset({Timer.INTER_DIGIT}),
    Phase.CALLING: frozenset({Timer.NO_ANSWER}),
    Phase.RINGBACK: frozenset({Timer.NO_ANSWER}),
    Phase.EARLY_MEDIA: frozenset({Timer.NO_ANSWER}),
    Phase.RELEASED: frozenset({Timer.TONE}),
    Phase.HOWLER: frozenset({Timer.HOWLER}),
}

_WITH_TONE = frozenset({Phase.DIAL_TONE, Phase.RINGBACK, Phase.RELEASED, Phase.HOWLER})


def _goto(state: LineState, phase: Phase, digits: str = "", call: str = "") -> LineState:
    return LineState(phase, digits, call, state.calls_placed)


def _give_dial_tone(rules: LineRules, state: LineState, _event: Event) -> LineStep:
    actions = (PlayTone(ToneName.DIAL), StartTimer(Timer.FIRST_DIGIT, rules.first_digit_ms))
    return LineStep(_goto(state, Phase.DIAL_TONE), actions)


def _release(rules: LineRules, state: LineState, tone: ToneName) -> LineStep:
    end = (StartTimer(Timer.TONE, rules.tone_ms),) if rules.howls else ()
    return LineStep(_goto(state, Phase.RELEASED), (PlayTone(tone), *end))


def _ring(_rules: LineRules, state: LineState, event: CallOffered) -> LineStep:
    return LineStep(_goto(state, Phase.RINGING, call=event.call), (StartRinging(event.caller),))


def _refuse_second(_rules: LineRules, state: LineState, event: CallOffered) -> LineStep:
    return LineStep(state, (RejectCall(event.call, 486),))


def _answer(_rules: LineRules, state: LineState, _event: HookLifted) -> LineStep:
    return LineStep(_goto(state, Phase.IN_CALL, call=state.call), (StopRinging(), AnswerCall(state.call)))


def _stop_ringing(_rules: LineRules, state: LineState, event: CallEnded) -> LineStep:
    return LineStep(_goto(state, Phase.IDLE), (StopRinging(),)) if event.call == state.call else LineStep(state)


def _collect(rules: LineRules, state: LineState, event: DigitDialed) -> LineStep:
    if event.digit == "#" and state.digits and not rules.digit_map.accepts(state.digits, "#"):
        return _send_now(rules, state)
    digits = state.digits + event.digit
    match rules.digit_map.judge(digits):
        case Verdict.COMPLETE:
            return _place(rules, state, digits)
        case Verdict.IMPOSSIBLE:
            return _release(rules, state, ToneName.SPECIAL)
        case Verdict.INCOMPLETE | Verdict.AMBIGUOUS:
            wait = StartTimer(Timer.INTER_DIGIT, rules.inter_digit_ms)
            return LineStep(_goto(state, Phase.COLLECTING, digits), (wait,))


def _await_digit(rules: LineRules, state: LineState, _event: DigitStarted) -> LineStep:
    """A digit is on its way by pulses: the dial tone stops, and the timer counts from here."""
    return LineStep(_goto(state, Phase.COLLECTING, state.digits), (StartTimer(Timer.INTER_DIGIT, rules.inter_digit_ms),))


def _send_now(rules: LineRules, state: LineState) -> LineStep:
    """The caller says that the number is complete: then the map's verdict "may be longer" does not count, "too short" does."""
    if not state.digits or rules.digit_map.judge(state.digits) is Verdict.INCOMPLETE:
        return _release(rules, state, ToneName.SPECIAL)
    return _place(rules, state, state.digits)


def _end_collecting(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    return _send_now(rules, state)


def _place(rules: LineRules, state: LineState, digits: str) -> LineStep:
    call = f"{rules.line}-out-{state.calls_placed + 1}"
    calling = LineState(Phase.CALLING, digits, call, state.calls_placed + 1)
    return LineStep(calling, (PlaceCall(call, digits), StartTimer(Timer.NO_ANSWER, rules.no_answer_ms)))


def _of_our_call(handler: Handler[E]) -> Handler[E]:
    """News of a call that is not the line's present one is late and changes nothing."""

    def guarded(rules: LineRules, state: LineState, event: E) -> LineStep:
        if getattr(event, "call", None) != state.call:
            return LineStep(state)
        return handler(rules, state, event)

    return guarded


def _hear_ringback(_rules: LineRules, state: LineState, _event: CallRinging) -> LineStep:
    return LineStep(_goto(state, Phase.RINGBACK, state.digits, state.call), (PlayTone(ToneName.RINGBACK),))


def _hear_network(_rules: LineRules, state: LineState, _event: EarlyMediaStarted) -> LineStep:
    return LineStep(_goto(state, Phase.EARLY_MEDIA, state.digits, state.call))


def _talk(_rules: LineRules, state: LineState, _event: CallAnswered) -> LineStep:
    return LineStep(_goto(state, Phase.IN_CALL, state.digits, state.call))


def _hear_why(rules: LineRules, state: LineState, event: CallEnded) -> LineStep:
    return _release(rules, state, TONE_BY_CAUSE[event.cause])


def _give_up(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    released = _release(rules, state, ToneName.CONGESTION)
    return LineStep(released.state, (HangUp(state.call), *released.actions))


def _send_digit(_rules: LineRules, state: LineState, event: DigitDialed) -> LineStep:
    return LineStep(state, (SendDigit(state.call, event.digit),))


def _sound_digit(_rules: LineRules, state: LineState, event: FarDigitReceived) -> LineStep:
    return LineStep(state, (SoundDigit(event.digit),))


def _replace(_rules: LineRules, state: LineState, _event: HookReplaced) -> LineStep:
    return LineStep(_goto(state, Phase.IDLE), (HangUp(state.call),) if state.call else ())


def _refuse_dialing(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    return _release(rules, state, ToneName.CONGESTION)


def _howl(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    return LineStep(_goto(state, Phase.HOWLER), (PlayTone(ToneName.HOWLER), StartTimer(Timer.HOWLER, rules.howler_ms)))


def _deny(_rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    return LineStep(_goto(state, Phase.DENIED), (DenyLine(),))


Key = tuple[Phase, type[Event] | Timer]

_FIRST_DIGIT_LEADS_TO = (Phase.COLLECTING, Phase.CALLING, Phase.RELEASED)
_TO_IDLE = Row(_replace, (Phase.IDLE,))
_TO_DIAL_TONE = Row(_give_dial_tone, (Phase.DIAL_TONE,))
_REFUSE = Row(_refuse_second, ())
_ENDED = Row(_of_our_call(_hear_why), (Phase.RELEASED,))
_NO_ANSWER = Row(_give_up, (Phase.RELEASED,))
_NETWORK = Row(_of_our_call(_hear_network), (Phase.EARLY_MEDIA,))
_ANSWERED = Row(_of_our_call(_talk), (Phase.IN_CALL,))
_OFF_HOOK = tuple(phase for phase in Phase if phase not in {Phase.IDLE, Phase.RINGING})

TABLE: dict[Key, Row] = {
    (Phase.IDLE, HookLifted): _TO_DIAL_TONE,
    (Phase.IDLE, CallOffered): Row(_ring, (Phase.RINGING,)),
    (Phase.RINGING, HookLifted): Row(_answer, (Phase.IN_CALL,)),
    (Phase.RINGING, CallEnded): Row(_stop_ringing, (Phase.IDLE,)),
    (Phase.DIAL_TONE, DigitStarted): Row(_await_digit, (Phase.COLLECTING,)),
    (Phase.DIAL_TONE, DigitDialed): Row(_collect, _FIRST_DIGIT_LEADS_TO),
    (Phase.DIAL_TONE, HookFlashed): _TO_DIAL_TONE,
    (Phase.DIAL_TONE, Timer.FIRST_DIGIT): Row(_refuse_dialing, (Phase.RELEASED,)),
    (Phase.COLLECTING, DigitStarted): Row(_await_digit, ()),
    (Phase.COLLECTING, DigitDialed): Row(_collect, _FIRST_DIGIT_LEADS_TO),
    (Phase.COLLECTING, HookFlashed): _TO_DIAL_TONE,
    (Phase.COLLECTING, Timer.INTER_DIGIT): Row(_end_collecting, (Phase.CALLING, Phase.RELEASED)),
    (Phase.CALLING, CallRinging): Row(_of_our_call(_hear_ringback), (Phase.RINGBACK,)),
    (Phase.CALLING, EarlyMediaStarted): _NETWORK,
    (Phase.CALLING, CallAnswered): _ANSWERED,
    (Phase.CALLING, CallEnded): _ENDED,
    (Phase.CALLING, Timer.NO_ANSWER): _NO_ANSWER,
    (Phase.RINGBACK, EarlyMediaStarted): _NETWORK,
    (Phase.RINGBACK, CallAnswered): _ANSWERED,
    (Phase.RINGBACK, CallEnded): _ENDED,
    (Phase.RINGBACK, Timer.NO_ANSWER): _NO_ANSWER,
    (Phase.EARLY_MEDIA, DigitDialed): Row(_send_digit, ()),
    (Phase.EARLY_MEDIA, CallAnswered): _ANSWERED,
    (Phase.EARLY_MEDIA, CallEnded): _ENDED,
    (Phase.EARLY_MEDIA, Timer.NO_ANSWER): _NO_ANSWER,
    (Phase.IN_CALL, DigitDialed): Row(_send_digit, ()),
    (Phase.IN_CALL, FarDigitReceived): Row(_of_our_call(_sound_digit), ()),
    (Phase.IN_CALL, CallEnded): _ENDED,
    (Phase.RELEASED, HookFlashed): _TO_DIAL_TONE,
    (Phase.RELEASED, Timer.TONE): Row(_howl, (Phase.HOWLER,)),
    (Phase.HOWLER, HookFlashed): _TO_DIAL_TONE,
    (Phase.HOWLER, Timer.HOWLER): Row(_deny, (Phase.DENIED,)),
    **{(phase, HookReplaced): _TO_IDLE for phase in _OFF_HOOK},
    **{(phase, CallOffered): _REFUSE for phase in Phase if phase is not Phase.IDLE},
}


def _everywhere_but(kind: type[Event] | Timer, *phases: Phase) -> frozenset[Key]:
    return frozenset((phase, kind) for phase in Phase if phase not in phases)


_WITH_CALL = (Phase.CALLING, Phase.RINGBACK, Phase.EARLY_MEDIA, Phase.IN_CALL)
_BEFORE_ANSWER = (Phase.CALLING, Phase.RINGBACK, Phase.EARLY_MEDIA)

IGNORED: frozenset[Key] = (
    # The hook is where we already knew it to be; the hook machine reports changes only.
    _everywhere_but(HookLifted, Phase.IDLE, Phase.RINGING)
    | _everywhere_but(HookReplaced, *_OFF_HOOK)
    # A flash has a meaning only where there is a dial tone to be had; in a call it belongs to the call features.
    | _everywhere_but(HookFlashed, Phase.DIAL_TONE, Phase.COLLECTING, Phase.RELEASED, Phase.HOWLER)
    # Digits nobody listens to: on hook, while the far end is being reached, and against a busy tone.
    | _everywhere_but(DigitStarted, Phase.DIAL_TONE, Phase.COLLECTING)
    | _everywhere_but(DigitDialed, Phase.DIAL_TONE, Phase.COLLECTING, Phase.EARLY_MEDIA, Phase.IN_CALL)
    # News of a call that came too late or twice: after hang-up, a second 180, a 180 after media began.
    | _everywhere_but(CallRinging, Phase.CALLING)
    | _everywhere_but(EarlyMediaStarted, Phase.CALLING, Phase.RINGBACK)
    | _everywhere_but(CallAnswered, *_BEFORE_ANSWER)
    | _everywhere_but(CallEnded, Phase.RINGING, *_WITH_CALL)
    | _everywhere_but(FarDigitReceived, Phase.IN_CALL)
    # A timer that expired while its cancellation was on the way.
    | _everywhere_but(Timer.FIRST_DIGIT, Phase.DIAL_TONE)
    | _everywhere_but(Timer.INTER_DIGIT, Phase.COLLECTING)
    | _everywhere_but(Timer.NO_ANSWER, *_BEFORE_ANSWER)
    | _everywhere_but(Timer.TONE, Phase.RELEASED)
    | _everywhere_but(Timer.HOWLER, Phase.HOWLER)
)


def step(rules: LineRules, state: LineState, event: Event) -> LineStep:
    """One event. Total: every pair of phase and event stands in TABLE or IGNORED (tests/core/test_line.py proves it)."""
    key: Key = (state.phase, event.timer if isinstance(event, TimerExpired) else type(event))
    if key in IGNORED:
        return LineStep(state)
    done = TABLE[key].handler(rules, state, event)
    return LineStep(done.state, _leaving(state.phase, done.state.phase) + done.actions)


def _leaving(old: Phase, new: Phase) -> tuple[Action, ...]:
    """What follows from the change of phase alone: the old phase's timers stop, its tone ends."""
    if old is new:
        return ()
    stopped = sorted(_TIMERS.get(old, frozenset()) - _TIMERS.get(new, frozenset()), key=lambda timer: timer.value)
    silence: tuple[Action, ...] = (StopTone(),) if old in _WITH_TONE else ()
    return silence + tuple(StopTimer(timer) for timer in stopped)
