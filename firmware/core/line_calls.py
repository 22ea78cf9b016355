"""The line's moves with calls: their news, keys in them, flash and hang-up with one, two or three parties. Pure handlers for `core.line`."""

from dataclasses import replace

from firmware.core.actions import (
    Action,
    AnswerCall,
    HangUp,
    HoldCall,
    JoinCalls,
    PlayTone,
    RejectCall,
    ResumeCall,
    SendDigit,
    SoundDigit,
    SoundWaiting,
    SplitCalls,
    StartRinging,
    StopRinging,
    StopWaiting,
    ToneName,
    TransferCall,
)
from firmware.core.causes import TONE_BY_CAUSE
from firmware.core.events import (
    CallAnswered,
    CallEnded,
    CallOffered,
    CallRinging,
    DigitDialed,
    EarlyMediaStarted,
    EndCause,
    FarDigitReceived,
    HookFlashed,
    HookReplaced,
    ServiceStarted,
    TimerExpired,
)
from firmware.core.line_dialing import give_dial_tone, release
from firmware.core.line_state import ConferenceEnd, E, Handler, Held, LineRules, LineState, LineStep, Pairing, Phase

# News of calls


def of_our_call(handler: Handler[E]) -> Handler[E]:
    """News of a call that is not the one heard is late, or of no interest to the listener, and changes nothing."""

    def guarded(rules: LineRules, state: LineState, event: E) -> LineStep:
        if getattr(event, "call", None) != state.call:
            return LineStep(state)
        return handler(rules, state, event)

    return guarded


def ring(_rules: LineRules, state: LineState, event: CallOffered) -> LineStep:
    return LineStep(state.to(Phase.RINGING, call=event.call), (StartRinging(event.call),))


def refuse(_rules: LineRules, state: LineState, event: CallOffered) -> LineStep:
    return LineStep(state, (RejectCall(event.call, 486),))


def can_wait(rules: LineRules, state: LineState) -> bool:
    """Whether a second call may be announced now: one conversation, and nobody else on the line."""
    return rules.call_waiting and state.phase is Phase.IN_CALL and not state.held and not state.waiting


def offer_waiting(rules: LineRules, state: LineState, event: CallOffered) -> LineStep:
    if not can_wait(rules, state):
        return refuse(rules, state, event)
    return LineStep(replace(state, waiting=event.call), (SoundWaiting(event.call),))


def _without_waiting(state: LineState) -> tuple[LineState, tuple[Action, ...]]:
    if not state.waiting:
        return state, ()
    return replace(state, waiting=""), (StopWaiting(),)


def hear_ringback(_rules: LineRules, state: LineState, _event: CallRinging) -> LineStep:
    return LineStep(state.to(Phase.RINGBACK, state.digits, state.call), (PlayTone(ToneName.RINGBACK),))


def hear_network(_rules: LineRules, state: LineState, _event: EarlyMediaStarted) -> LineStep:
    return LineStep(state.to(Phase.EARLY_MEDIA, state.digits, state.call))


def talk(_rules: LineRules, state: LineState, _event: CallAnswered) -> LineStep:
    return LineStep(state.to(Phase.IN_CALL, state.digits, state.call))


def be_served(_rules: LineRules, state: LineState, _event: ServiceStarted) -> LineStep:
    return LineStep(state.to(Phase.SERVICE, state.digits, state.call))


def stop_ringing(_rules: LineRules, state: LineState, event: CallEnded) -> LineStep:
    return LineStep(state.to(Phase.IDLE), (StopRinging(),)) if event.call == state.call else LineStep(state)


def end(rules: LineRules, state: LineState, event: CallEnded) -> LineStep:
    """One of the line's calls is over: the waiting one, the held one, or the one heard."""
    if event.call == state.waiting:
        return LineStep(*_without_waiting(state))
    if state.held and event.call == state.held.call:
        return _end_held(state)
    if event.call != state.call or not state.call:
        return LineStep(state)
    return _end_heard(rules, state, event)


def _end_held(state: LineState) -> LineStep:
    phase = Phase.IN_CALL if state.phase is Phase.CONFERENCE else state.phase
    return LineStep(replace(state, phase=phase, held=None))


def _end_heard(rules: LineRules, state: LineState, event: CallEnded) -> LineStep:
    if state.phase is Phase.CONFERENCE:
        return LineStep(state.resumed())
    if event.cause is EndCause.COMPLETED:
        return give_dial_tone(rules, state, event)
    released = release(rules, state, TONE_BY_CAUSE[event.cause])
    quiet = (StopWaiting(),) if state.waiting else ()
    return LineStep(released.state, (*quiet, *released.actions))


def give_up(rules: LineRules, state: LineState, _event: TimerExpired) -> LineStep:
    released = release(rules, state, ToneName.CONGESTION)
    return LineStep(released.state, (HangUp(state.call), *released.actions))


# Keys


def send_digit(_rules: LineRules, state: LineState, event: DigitDialed) -> LineStep:
    return LineStep(state, (SendDigit(state.call, event.digit),))


def send_digit_to_both(_rules: LineRules, state: LineState, event: DigitDialed) -> LineStep:
    return LineStep(state, tuple(SendDigit(call, event.digit) for call in state.calls))


def sound_digit(_rules: LineRules, state: LineState, event: FarDigitReceived) -> LineStep:
    return LineStep(state, (SoundDigit(event.digit),)) if event.call in state.calls else LineStep(state)


# Flash


def flash_in_call(rules: LineRules, state: LineState, event: HookFlashed) -> LineStep:
    if state.waiting:
        return _take_waiting(state)
    if state.held is None:
        return _consult(rules, state, event)
    if state.held.pairing is Pairing.CONFERENCE:
        joined = replace(state, phase=Phase.CONFERENCE)
        return LineStep(joined, (JoinCalls(state.held.call, state.call),))
    swapped = replace(state, digits="", call=state.held.call, held=Held(state.call, state.held.pairing))
    return LineStep(swapped, (HoldCall(state.call), ResumeCall(state.held.call)))


def _take_waiting(state: LineState) -> LineStep:
    quiet, stop = _without_waiting(state)
    talking = replace(quiet, digits="", call=state.waiting, held=Held(state.call, Pairing.WAITING))
    return LineStep(talking, (*stop, HoldCall(state.call), AnswerCall(state.waiting)))


def _consult(rules: LineRules, state: LineState, event: HookFlashed) -> LineStep:
    holding = replace(state, held=Held(state.call, rules.pairing))
    dialing = give_dial_tone(rules, holding, event)
    return LineStep(dialing.state, (HoldCall(state.call), *dialing.actions))


def flash_before_answer(_rules: LineRules, state: LineState, _event: HookFlashed) -> LineStep:
    """The one being called does not come: back to the one on hold. Without one a flash means nothing yet."""
    if state.held is None:
        return LineStep(state)
    return LineStep(state.resumed(), (HangUp(state.call), ResumeCall(state.held.call)))


def flash_in_service(rules: LineRules, state: LineState, event: HookFlashed) -> LineStep:
    if state.held:
        return flash_before_answer(rules, state, event)
    dialing = give_dial_tone(rules, state, event)
    return LineStep(dialing.state, (HangUp(state.call), *dialing.actions))


def flash_in_conference(_rules: LineRules, state: LineState, _event: HookFlashed) -> LineStep:
    """The last to join is let go."""
    first = state.held.call if state.held else ""
    return LineStep(state.resumed(), (SplitCalls(first, state.call), HangUp(state.call)))


# Hang-up


def replace_alone(_rules: LineRules, state: LineState, _event: HookReplaced) -> LineStep:
    """Nobody is talked to: the call on hold, or the one that waits, rings back."""
    left = state.waiting or (state.held.call if state.held else "")
    return _ring_back(state, left) if left else LineStep(state.to(Phase.IDLE))


def replace_in_call(rules: LineRules, state: LineState, event: HookReplaced) -> LineStep:
    if state.waiting or state.held is None or not _hands_over(rules, state):
        left = replace_alone(rules, state, event)
        return LineStep(left.state, (HangUp(state.call), *left.actions))
    return LineStep(_alone(state), (TransferCall(state.held.call, state.call),))


def _hands_over(rules: LineRules, state: LineState) -> bool:
    """Whether a hang-up connects the two others: only where the subscriber brought them together, and the second is being rung at least."""
    asked = state.held is not None and state.held.pairing is not Pairing.WAITING
    return asked and rules.transfers_on_hang_up and state.phase is not Phase.CALLING


def replace_in_conference(rules: LineRules, state: LineState, _event: HookReplaced) -> LineStep:
    first = state.held.call if state.held else ""
    if rules.conference_end is ConferenceEnd.TRANSFER:
        return LineStep(_alone(state), (SplitCalls(first, state.call), TransferCall(first, state.call)))
    return LineStep(_alone(state), (HangUp(state.call), HangUp(first)))


def replace_in_service(rules: LineRules, state: LineState, event: HookReplaced) -> LineStep:
    left = replace_alone(rules, state, event)
    return LineStep(left.state, (HangUp(state.call), *left.actions))


def _alone(state: LineState) -> LineState:
    return LineState(calls_placed=state.calls_placed)


def _ring_back(state: LineState, call: str) -> LineStep:
    quiet, stop = _without_waiting(state)
    return LineStep(replace(_alone(quiet), phase=Phase.RINGING, call=call), (*stop, StartRinging(call)))
