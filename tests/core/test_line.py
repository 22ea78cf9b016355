"""The line's table: total, and what it says is what a caller expects."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core import line_state as line
from firmware.core.actions import (
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
from firmware.core.dialing import DialRules
from firmware.core.digit_map import parse
from firmware.core.events import (
    CallAnswered,
    CallEnded,
    CallOffered,
    CallRinging,
    DigitDialed,
    DigitStarted,
    EarlyMediaStarted,
    EndCause,
    Event,
    FarDigitReceived,
    HookFlashed,
    HookLifted,
    HookReplaced,
    ServiceStarted,
    Timer,
    TimerExpired,
)
from firmware.core.line import IGNORED, TABLE, step
from firmware.core.line_state import LineRules, LineState, Phase

RULES = LineRules(line=1, dialing=DialRules(parse("112|x.T")))
KINDS: tuple[object, ...] = (*(kind for kind in get_args(Event) if kind is not TimerExpired), *Timer)


def after(*events: Event, rules: LineRules = RULES) -> line.LineStep:
    """The last step of a line that lived through these events."""
    done = line.LineStep(LineState())
    for event in events:
        done = step(rules, done.state, event)
    return done


LIFTED = HookLifted(0)
REPLACED = HookReplaced(0)


def digits(number: str) -> list[Event]:
    return [DigitDialed(digit, 0) for digit in number]


CALLING = (LIFTED, *digits("112"))
CALL = "1-out-1"
TALKING = (*CALLING, CallAnswered(CALL))
LEFT_OFF = (*CALLING, CallEnded(CALL, EndCause.BUSY))


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("kind", KINDS)
def test_every_phase_and_event_has_a_row_or_is_ignored_by_name(phase: Phase, kind: object) -> None:
    assert ((phase, kind) in TABLE) != ((phase, kind) in IGNORED)  # type: ignore[comparison-overlap]


EVENTS = st.one_of(
    st.just(LIFTED),
    st.just(REPLACED),
    st.just(HookFlashed(0)),
    st.just(DigitStarted(0)),
    st.sampled_from("0123456789*#").map(lambda digit: DigitDialed(digit, 0)),
    st.sampled_from(["1-out-1", "1-out-2", "in-1", "in-2"]).flatmap(
        lambda call: st.sampled_from(
            [
                CallOffered(call),
                CallRinging(call),
                EarlyMediaStarted(call),
                CallAnswered(call),
                ServiceStarted(call),
                FarDigitReceived(call, "5"),
                *(CallEnded(call, cause) for cause in EndCause),
            ]
        )
    ),
    st.sampled_from(Timer).map(TimerExpired),
)


@given(st.lists(EVENTS, max_size=30))
def test_every_step_leads_where_its_row_says(events: list[Event]) -> None:
    state = LineState()
    for event in events:
        following = step(RULES, state, event).state
        key = (state.phase, event.timer if isinstance(event, TimerExpired) else type(event))
        allowed = TABLE[key].leads_to if key in TABLE else ()
        assert following.phase is state.phase or following.phase in allowed
        state = following


@given(st.lists(EVENTS, max_size=30))
def test_replacing_the_handset_always_ends_in_silence_or_rings_back(events: list[Event]) -> None:
    done = after(LIFTED, *(event for event in events if event != REPLACED), REPLACED)
    assert done.state.phase in {Phase.IDLE, Phase.RINGING}


@given(st.lists(EVENTS, max_size=40))
def test_no_timer_outlives_its_phase(events: list[Event]) -> None:
    running: set[Timer] = set()
    state = LineState()
    for event in events:
        if isinstance(event, TimerExpired):
            running.discard(event.timer)
        done = step(RULES, state, event)
        for action in done.actions:
            match action:
                case StopTimer(timer):
                    running.discard(timer)
                case StartTimer(timer):
                    running.add(timer)
        state = done.state
        assert not (state.phase is Phase.IDLE and running)


def test_lifting_gives_dial_tone() -> None:
    assert after(LIFTED).actions == (PlayTone(ToneName.DIAL), StartTimer(Timer.FIRST_DIGIT, 15_000))


def test_the_first_digit_stops_the_tone() -> None:
    done = after(LIFTED, *digits("5"))
    assert done.actions == (StopTone(), StopTimer(Timer.FIRST_DIGIT), StartTimer(Timer.INTER_DIGIT, 4_000))


def test_the_first_pulse_stops_the_tone_and_holds_the_timer() -> None:
    assert StopTone() in after(LIFTED, DigitStarted(0)).actions
    assert StartTimer(Timer.INTER_DIGIT, 4_000) in after(LIFTED, *digits("6"), DigitStarted(0)).actions


def test_a_digit_that_came_to_nothing_is_not_called() -> None:
    assert after(LIFTED, DigitStarted(0), TimerExpired(Timer.INTER_DIGIT)).state.phase is Phase.RELEASED


def test_a_complete_number_is_called_at_once() -> None:
    done = after(LIFTED, *digits("112"))
    assert PlaceCall(CALL, "112") in done.actions
    assert done.state.phase is Phase.CALLING


def test_a_number_that_may_go_on_is_called_when_the_timer_expires() -> None:
    done = after(LIFTED, *digits("600"), TimerExpired(Timer.INTER_DIGIT))
    assert PlaceCall(CALL, "600") in done.actions


def test_square_sends_at_once() -> None:
    assert PlaceCall(CALL, "600") in after(LIFTED, *digits("600#")).actions


def test_square_belongs_to_the_number_where_the_map_has_it() -> None:
    rules = LineRules(line=1, dialing=DialRules(parse("#31#x.T")))
    assert after(LIFTED, *digits("#31#"), rules=rules).state.digits == "#31#"


def test_a_number_the_map_does_not_know_gets_the_special_tone() -> None:
    rules = LineRules(line=1, dialing=DialRules(parse("1xx")))
    assert PlayTone(ToneName.SPECIAL) in after(LIFTED, *digits("2"), rules=rules).actions


def test_a_number_too_short_is_not_called() -> None:
    rules = LineRules(line=1, dialing=DialRules(parse("1xx")))
    done = after(LIFTED, *digits("1"), TimerExpired(Timer.INTER_DIGIT), rules=rules)
    assert done.state.phase is Phase.RELEASED


def test_no_digit_at_all_ends_in_congestion_then_howler_then_silence() -> None:
    waited = (LIFTED, TimerExpired(Timer.FIRST_DIGIT))
    assert PlayTone(ToneName.CONGESTION) in after(*waited).actions
    assert PlayTone(ToneName.HOWLER) in after(*waited, TimerExpired(Timer.TONE)).actions
    assert DenyLine() in after(*waited, TimerExpired(Timer.TONE), TimerExpired(Timer.HOWLER)).actions


def test_180_is_heard_as_ringback_and_early_media_in_its_place() -> None:
    assert PlayTone(ToneName.RINGBACK) in after(*CALLING, CallRinging(CALL)).actions
    assert after(*CALLING, CallRinging(CALL), EarlyMediaStarted(CALL)).actions == (StopTone(),)


def test_the_answer_ends_the_ringback() -> None:
    done = after(*CALLING, CallRinging(CALL), CallAnswered(CALL))
    assert done.actions == (StopTone(), StopTimer(Timer.NO_ANSWER))


@pytest.mark.parametrize(
    ("cause", "tone"),
    [
        (EndCause.BUSY, ToneName.BUSY),
        (EndCause.CONGESTION, ToneName.CONGESTION),
        (EndCause.UNOBTAINABLE, ToneName.SPECIAL),
    ],
)
def test_a_failed_call_is_heard_by_its_cause(cause: EndCause, tone: ToneName) -> None:
    assert PlayTone(tone) in after(*CALLING, CallEnded(CALL, cause)).actions


def test_hanging_up_ends_the_call_in_every_state_of_it() -> None:
    for news in ((), (CallRinging(CALL),), (EarlyMediaStarted(CALL),), (CallAnswered(CALL),)):
        assert HangUp(CALL) in after(*CALLING, *news, REPLACED).actions


def test_late_news_of_an_ended_call_is_ignored() -> None:
    done = after(*CALLING, REPLACED, LIFTED, CallAnswered(CALL))
    assert done == line.LineStep(LineState(Phase.DIAL_TONE, calls_placed=1))


def test_digits_in_a_call_go_to_the_far_end() -> None:
    assert after(*TALKING, *digits("5")).actions == (SendDigit(CALL, "5"),)


def test_digits_of_the_far_end_are_heard() -> None:
    assert after(*TALKING, FarDigitReceived(CALL, "7")).actions == (SoundDigit("7"),)


def test_a_call_nobody_answers_is_given_up() -> None:
    done = after(*CALLING, CallRinging(CALL), TimerExpired(Timer.NO_ANSWER))
    assert HangUp(CALL) in done.actions
    assert PlayTone(ToneName.CONGESTION) in done.actions


def test_an_incoming_call_rings_and_lifting_answers_it() -> None:
    assert after(CallOffered("in-1")).actions == (StartRinging("in-1"),)
    assert after(CallOffered("in-1"), LIFTED).actions == (StopRinging(), AnswerCall("in-1"))


def test_a_caller_who_gives_up_stops_the_bell() -> None:
    assert after(CallOffered("in-1"), CallEnded("in-1", EndCause.CANCELLED)).actions == (StopRinging(),)


def test_a_second_caller_is_refused_where_nobody_talks() -> None:
    for lived in ((LIFTED,), CALLING, (CallOffered("in-1"),), LEFT_OFF):
        assert after(*lived, CallOffered("in-2")).actions == (RejectCall("in-2", 486),)


def test_a_flash_gives_a_new_dial_tone_after_a_call() -> None:
    assert PlayTone(ToneName.DIAL) in after(*LEFT_OFF, HookFlashed(0)).actions


def test_without_a_howler_the_tone_simply_goes_on() -> None:
    rules = LineRules(line=1, dialing=DialRules(parse("112")), tone_ms=0)
    assert after(*LEFT_OFF, rules=rules).actions == (StopTimer(Timer.NO_ANSWER), PlayTone(ToneName.BUSY))
