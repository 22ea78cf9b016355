"""Several calls on one line: waiting, hold, swap, three-way, transfer, ring back, and the box's own services, by the line's table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.actions import (
    Action,
    AnswerCall,
    HangUp,
    HoldCall,
    JoinCalls,
    PlaceCall,
    PlayTone,
    RejectCall,
    ResumeCall,
    SendDigit,
    SoundWaiting,
    SplitCalls,
    StartRinging,
    StopTimer,
    StopWaiting,
    ToneName,
    TransferCall,
)
from firmware.core.dialing import DialRules
from firmware.core.digit_map import parse
from firmware.core.events import (
    CallAnswered,
    CallEnded,
    CallOffered,
    CallRinging,
    EarlyMediaStarted,
    EndCause,
    Event,
    HookFlashed,
    ServiceStarted,
    Timer,
    TimerExpired,
)
from firmware.core.line import step
from firmware.core.line_state import ConferenceEnd, Held, Hotline, LineRules, LineState, Pairing, Phase
from tests.core.test_line import CALL, EVENTS, LIFTED, REPLACED, TALKING, after, digits

FLASH = HookFlashed(0)
SECOND = "1-out-2"
RULES = LineRules(line=1, dialing=DialRules(parse("112|6xx")))
CONSULTING = (*TALKING, FLASH, *digits("601"), TimerExpired(Timer.INTER_DIGIT))
BOTH = (*CONSULTING, CallAnswered(SECOND))
THREE = (*TALKING, FLASH, *digits("*23601#"), CallAnswered(SECOND), FLASH)
WAITING = (*TALKING, CallOffered("in-1"))
CLEARED = EndCause.CLEARED


def orders(*events: Event, rules: LineRules = RULES) -> tuple[Action, ...]:
    """What the last event led to, without the timers that end with a phase."""
    return tuple(action for action in after(*events, rules=rules).actions if not isinstance(action, StopTimer))


def test_a_second_caller_is_announced_in_the_call_until_it_ends() -> None:
    assert orders(*WAITING) == (SoundWaiting("in-1"),)
    assert StopWaiting() in orders(*WAITING, CallEnded("in-1", EndCause.CANCELLED))


def test_a_flash_takes_the_waiting_call_and_the_next_one_swaps() -> None:
    assert (HoldCall(CALL), AnswerCall("in-1")) == orders(*WAITING, FLASH)[-2:]
    assert orders(*WAITING, FLASH, FLASH) == (HoldCall("in-1"), ResumeCall(CALL))
    assert orders(*WAITING, FLASH, FLASH, FLASH) == (HoldCall(CALL), ResumeCall("in-1"))


def test_a_third_caller_and_one_whom_the_settings_forbid_are_busy() -> None:
    assert RejectCall("in-2", 486) in orders(*WAITING, CallOffered("in-2"))
    assert RejectCall("in-2", 486) in orders(*WAITING, FLASH, CallOffered("in-2"))
    assert RejectCall("in-1", 486) in orders(*WAITING, rules=LineRules(1, call_waiting=False))


def test_hanging_up_with_a_call_waiting_lets_it_ring() -> None:
    done = after(*WAITING, REPLACED)
    assert HangUp(CALL) in done.actions
    assert StartRinging("in-1") in done.actions
    assert done.state.phase is Phase.RINGING
    assert AnswerCall("in-1") in orders(*WAITING, REPLACED, LIFTED)


def test_the_waiting_call_is_still_there_when_the_far_end_hangs_up() -> None:
    left = (*WAITING, CallEnded(CALL, CLEARED))
    assert AnswerCall("in-1") in orders(*left, FLASH)
    assert StartRinging("in-1") in orders(*left, REPLACED)


def test_a_flash_holds_the_call_and_gives_a_recall_dial_tone() -> None:
    assert orders(*TALKING, FLASH)[:2] == (HoldCall(CALL), PlayTone(ToneName.RECALL))
    assert PlaceCall(SECOND, "601") in orders(*TALKING, FLASH, *digits("601"))
    assert orders(*TALKING, FLASH, FLASH)[-1] == ResumeCall(CALL)


@pytest.mark.parametrize("news", [(), (CallRinging(SECOND),), (EarlyMediaStarted(SECOND),)])
def test_a_flash_gives_up_the_call_being_placed_and_goes_back(news: tuple[Event, ...]) -> None:
    assert orders(*CONSULTING, *news, FLASH)[-2:] == (HangUp(SECOND), ResumeCall(CALL))


def test_two_calls_swap() -> None:
    assert orders(*BOTH, FLASH) == (HoldCall(SECOND), ResumeCall(CALL))
    assert after(*BOTH, FLASH).state.held == Held(SECOND, Pairing.CONSULTATION)


def test_hanging_up_between_two_connects_them() -> None:
    assert orders(*BOTH, REPLACED) == (TransferCall(CALL, SECOND),)
    assert TransferCall(CALL, SECOND) in orders(*CONSULTING, CallRinging(SECOND), REPLACED)


def test_hanging_up_before_the_second_rings_brings_the_first_back() -> None:
    assert orders(*CONSULTING, REPLACED)[-2:] == (HangUp(SECOND), StartRinging(CALL))


def test_a_line_that_does_not_transfer_rings_back_instead() -> None:
    rules = LineRules(1, DialRules(parse("112|x.T")), transfers_on_hang_up=False)
    assert orders(*BOTH, REPLACED, rules=rules)[-2:] == (HangUp(SECOND), StartRinging(CALL))


def test_a_call_waiting_pair_is_never_connected() -> None:
    assert orders(*WAITING, FLASH, REPLACED)[-2:] == (HangUp("in-1"), StartRinging(CALL))


@pytest.mark.parametrize(
    "lived", [(FLASH,), (FLASH, *digits("6")), (*CONSULTING[len(TALKING) :], CallEnded(SECOND, EndCause.BUSY))]
)
def test_a_held_call_rings_back_where_nobody_is_talked_to(lived: tuple[Event, ...]) -> None:
    assert StartRinging(CALL) in orders(*TALKING, *lived, REPLACED)


def test_a_busy_tone_is_left_by_a_flash_to_the_held_call() -> None:
    assert ResumeCall(CALL) in orders(*CONSULTING, CallEnded(SECOND, EndCause.BUSY), FLASH)


def test_the_held_one_hanging_up_is_not_heard() -> None:
    done = after(*BOTH, CallEnded(CALL, CLEARED))
    assert done.actions == ()
    assert done.state.held is None
    assert orders(*BOTH, CallEnded(CALL, CLEARED), REPLACED) == (HangUp(SECOND),)


def test_a_three_way_call_by_its_code() -> None:
    assert JoinCalls(CALL, SECOND) in orders(*THREE)
    assert after(*THREE).state.phase is Phase.CONFERENCE


def test_a_three_way_call_by_the_second_flash_where_the_line_is_set_so() -> None:
    rules = LineRules(1, DialRules(parse("112|x.T")), pairing=Pairing.CONFERENCE)
    assert JoinCalls(CALL, SECOND) in orders(*BOTH, FLASH, rules=rules)


def test_the_last_to_join_is_let_go_by_a_flash() -> None:
    assert orders(*THREE, FLASH) == (SplitCalls(CALL, SECOND), HangUp(SECOND))
    assert after(*THREE, FLASH).state.call == CALL


@pytest.mark.parametrize(("gone", "stays"), [(CALL, SECOND), (SECOND, CALL)])
def test_a_conference_whose_one_end_leaves_is_a_call(gone: str, stays: str) -> None:
    done = after(*THREE, CallEnded(gone, CLEARED))
    assert (done.state.phase, done.state.call, done.state.held) == (Phase.IN_CALL, stays, None)


def test_hanging_up_ends_a_conference_or_hands_it_over() -> None:
    assert orders(*THREE, REPLACED) == (HangUp(SECOND), HangUp(CALL))
    rules = LineRules(1, DialRules(parse("112|x.T")), conference_end=ConferenceEnd.TRANSFER)
    assert orders(*THREE, REPLACED, rules=rules) == (SplitCalls(CALL, SECOND), TransferCall(CALL, SECOND))


def test_keys_in_a_conference_go_to_both() -> None:
    assert set(orders(*THREE, *digits("5"))) == {SendDigit(CALL, "5"), SendDigit(SECOND, "5")}


def test_a_service_speaks_and_hears_keys_and_gives_dial_tone_when_done() -> None:
    serving = (LIFTED, *digits("*78"), ServiceStarted(CALL))
    assert after(*serving).state.phase is Phase.SERVICE
    assert orders(*serving, *digits("1")) == (SendDigit(CALL, "1"),)
    assert PlayTone(ToneName.DIAL) in orders(*serving, CallEnded(CALL, EndCause.COMPLETED))
    assert orders(*serving, REPLACED) == (HangUp(CALL),)


def test_a_service_may_become_a_call() -> None:
    serving = (LIFTED, *digits("*69"), ServiceStarted(CALL), CallRinging(CALL), CallAnswered(CALL))
    assert after(*serving).state.phase is Phase.IN_CALL


def test_a_hotline_calls_by_lifting_or_after_its_time() -> None:
    assert PlaceCall(CALL, "112") in orders(LIFTED, rules=LineRules(1, hotline=Hotline("112")))
    delayed = LineRules(1, hotline=Hotline("112", 5_000))
    assert PlaceCall(CALL, "112") in orders(LIFTED, TimerExpired(Timer.FIRST_DIGIT), rules=delayed)
    assert after(LIFTED, *digits("6"), TimerExpired(Timer.FIRST_DIGIT), rules=delayed).state.phase is Phase.COLLECTING


def test_a_stuttered_dial_tone_is_given_where_the_rules_say_so() -> None:
    assert PlayTone(ToneName.STUTTER) in orders(LIFTED, rules=LineRules(1, dial_tone=ToneName.STUTTER))


@given(st.lists(st.one_of(EVENTS, st.just(FLASH), st.just(CallAnswered(SECOND))), max_size=40))
def test_no_call_is_ever_lost(events: list[Event]) -> None:
    """Every call of a line stays its own until it ended, was hung up, or was handed over."""
    state = LineState()
    for event in (*TALKING, *events):
        done = step(RULES, state, event)
        ended = {event.call} if isinstance(event, CallEnded) else set()
        for action in done.actions:
            match action:
                case HangUp(call) | RejectCall(call):
                    ended.add(call)
                case TransferCall(call, to):
                    ended |= {call, to}
        assert set(state.calls) - ended <= set(done.state.calls)
        state = done.state
