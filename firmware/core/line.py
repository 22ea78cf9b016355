"""The life of a line: a table from phase and event to the next state and the orders it gives.

Pure. `step` is the only door: it finds the row, then adds what follows from the change of phase alone (timers of the old phase stop, its tone
ends). It does not know SIP, pins, samples or the clock, and not which account a call uses.
"""

from firmware.core import line_calls as calls
from firmware.core import line_dialing as dialing
from firmware.core.actions import Action, StopTimer, StopTone
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
    ServiceStarted,
    Timer,
    TimerExpired,
)
from firmware.core.line_state import LineRules, LineState, LineStep, Phase, Row

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

Key = tuple[Phase, type[Event] | Timer]

_OFF_HOOK = tuple(phase for phase in Phase if phase not in {Phase.IDLE, Phase.RINGING})
_BEFORE_ANSWER = (Phase.CALLING, Phase.RINGBACK, Phase.EARLY_MEDIA)
_ALONE = (Phase.DIAL_TONE, Phase.COLLECTING, Phase.RELEASED, Phase.HOWLER, Phase.DENIED)
"""Off hook with nobody to talk to."""

_LEFT = (Phase.IDLE, Phase.RINGING)
"""Where a hang-up leads: a call that was kept rings back."""
_ENDED_TO = (Phase.RELEASED, Phase.DIAL_TONE, Phase.IN_CALL)
_FIRST_DIGIT_LEADS_TO = (Phase.COLLECTING, Phase.CALLING, Phase.RELEASED)
_REFUSE = Row(calls.refuse, ())
_NO_ANSWER = Row(calls.give_up, (Phase.RELEASED,))
_RINGBACK = Row(calls.of_our_call(calls.hear_ringback), (Phase.RINGBACK,))
_NETWORK = Row(calls.of_our_call(calls.hear_network), (Phase.EARLY_MEDIA,))
_ANSWERED = Row(calls.of_our_call(calls.talk), (Phase.IN_CALL,))
_DIGIT_SENT = Row(calls.send_digit, ())
_FAR_DIGIT = Row(calls.sound_digit, ())

TABLE: dict[Key, Row] = {
    (Phase.IDLE, HookLifted): Row(dialing.lift, (Phase.DIAL_TONE, Phase.CALLING)),
    (Phase.IDLE, CallOffered): Row(calls.ring, (Phase.RINGING,)),
    (Phase.RINGING, HookLifted): Row(dialing.answer, (Phase.IN_CALL,)),
    (Phase.RINGING, CallEnded): Row(calls.stop_ringing, (Phase.IDLE,)),
    (Phase.DIAL_TONE, DigitStarted): Row(dialing.await_digit, (Phase.COLLECTING,)),
    (Phase.DIAL_TONE, DigitDialed): Row(dialing.collect, _FIRST_DIGIT_LEADS_TO),
    (Phase.DIAL_TONE, Timer.FIRST_DIGIT): Row(dialing.end_first_digit, (Phase.CALLING, Phase.RELEASED)),
    (Phase.COLLECTING, DigitStarted): Row(dialing.await_digit, ()),
    (Phase.COLLECTING, DigitDialed): Row(dialing.collect, _FIRST_DIGIT_LEADS_TO),
    (Phase.COLLECTING, Timer.INTER_DIGIT): Row(dialing.end_collecting, (Phase.CALLING, Phase.RELEASED)),
    (Phase.CALLING, CallRinging): _RINGBACK,
    (Phase.CALLING, EarlyMediaStarted): _NETWORK,
    (Phase.CALLING, CallAnswered): _ANSWERED,
    (Phase.CALLING, ServiceStarted): Row(calls.of_our_call(calls.be_served), (Phase.SERVICE,)),
    (Phase.RINGBACK, EarlyMediaStarted): _NETWORK,
    (Phase.RINGBACK, CallAnswered): _ANSWERED,
    (Phase.EARLY_MEDIA, DigitDialed): _DIGIT_SENT,
    (Phase.EARLY_MEDIA, CallAnswered): _ANSWERED,
    (Phase.IN_CALL, DigitDialed): _DIGIT_SENT,
    (Phase.IN_CALL, FarDigitReceived): _FAR_DIGIT,
    (Phase.IN_CALL, HookFlashed): Row(calls.flash_in_call, (Phase.DIAL_TONE, Phase.CONFERENCE)),
    (Phase.CONFERENCE, DigitDialed): Row(calls.send_digit_to_both, ()),
    (Phase.CONFERENCE, FarDigitReceived): _FAR_DIGIT,
    (Phase.CONFERENCE, HookFlashed): Row(calls.flash_in_conference, (Phase.IN_CALL,)),
    (Phase.CONFERENCE, HookReplaced): Row(calls.replace_in_conference, (Phase.IDLE,)),
    (Phase.SERVICE, DigitDialed): _DIGIT_SENT,
    (Phase.SERVICE, CallRinging): _RINGBACK,
    (Phase.SERVICE, EarlyMediaStarted): _NETWORK,
    (Phase.SERVICE, CallAnswered): _ANSWERED,
    (Phase.SERVICE, HookFlashed): Row(calls.flash_in_service, (Phase.DIAL_TONE, Phase.IN_CALL)),
    (Phase.SERVICE, HookReplaced): Row(calls.replace_in_service, _LEFT),
    (Phase.RELEASED, Timer.TONE): Row(dialing.howl, (Phase.HOWLER,)),
    (Phase.HOWLER, Timer.HOWLER): Row(dialing.deny, (Phase.DENIED,)),
    **{(phase, Timer.NO_ANSWER): _NO_ANSWER for phase in _BEFORE_ANSWER},
    **{(phase, HookFlashed): Row(calls.flash_before_answer, (Phase.IN_CALL,)) for phase in _BEFORE_ANSWER},
    **{(phase, HookFlashed): Row(dialing.flash_for_other, (Phase.DIAL_TONE, Phase.IN_CALL)) for phase in _ALONE},
    **{(phase, HookReplaced): Row(calls.replace_in_call, _LEFT) for phase in (*_BEFORE_ANSWER, Phase.IN_CALL)},
    **{(phase, HookReplaced): Row(calls.replace_alone, _LEFT) for phase in _ALONE},
    **{
        (phase, CallEnded): Row(calls.end, _ENDED_TO)
        for phase in (*_BEFORE_ANSWER, Phase.IN_CALL, Phase.CONFERENCE, Phase.SERVICE)
    },
    **{(phase, CallEnded): Row(calls.end, ()) for phase in _ALONE},
    **{(phase, CallOffered): _REFUSE for phase in Phase if phase not in {Phase.IDLE, Phase.IN_CALL}},
    (Phase.IN_CALL, CallOffered): Row(calls.offer_waiting, ()),
}


def _everywhere_but(kind: type[Event] | Timer, *phases: Phase) -> frozenset[Key]:
    return frozenset((phase, kind) for phase in Phase if phase not in phases)


IGNORED: frozenset[Key] = (
    # The hook is where we already knew it to be; the hook machine reports changes only.
    _everywhere_but(HookLifted, Phase.IDLE, Phase.RINGING)
    | _everywhere_but(HookReplaced, *_OFF_HOOK)
    | _everywhere_but(HookFlashed, *_OFF_HOOK)
    # Digits nobody listens to: on hook, while the far end is being reached, and against a busy tone.
    | _everywhere_but(DigitStarted, Phase.DIAL_TONE, Phase.COLLECTING)
    | _everywhere_but(
        DigitDialed,
        Phase.DIAL_TONE,
        Phase.COLLECTING,
        Phase.EARLY_MEDIA,
        Phase.IN_CALL,
        Phase.CONFERENCE,
        Phase.SERVICE,
    )
    # News of a call that came too late or twice: after hang-up, a second 180, a 180 after media began.
    | _everywhere_but(CallRinging, Phase.CALLING, Phase.SERVICE)
    | _everywhere_but(EarlyMediaStarted, Phase.CALLING, Phase.RINGBACK, Phase.SERVICE)
    | _everywhere_but(CallAnswered, *_BEFORE_ANSWER, Phase.SERVICE)
    | _everywhere_but(ServiceStarted, Phase.CALLING)
    | frozenset({(Phase.IDLE, CallEnded)})
    | _everywhere_but(FarDigitReceived, Phase.IN_CALL, Phase.CONFERENCE)
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
