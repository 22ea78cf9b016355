"""The owner's menu: the table is total, everything works with digits alone, and each path says what the owner expects."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core import voicemail as order
from firmware.core.mailbox import IGNORED, TABLE, Phase, Rules, State, Step, step
from firmware.core.voicemail import (
    CallerConnected,
    DigitTaken,
    End,
    Event,
    FellSilent,
    GreetingStored,
    HungUp,
    Kept,
    OwnerConnected,
    PlayedOut,
    PlayMessage,
    Room,
    Say,
    SayOverview,
    Stored,
    Timer,
    TimerExpired,
)

RULES = Rules()
WITH_PIN = Rules(pin="2468", delay_ms=1000)
KINDS: tuple[object, ...] = (*(kind for kind in get_args(Event) if kind is not TimerExpired), *Timer)

MESSAGES = (Kept("a", "600", heard=False), Kept("b", "", heard=False), Kept("c", "700", heard=True))
OPENED = OwnerConnected(MESSAGES)
LISTENING = (OPENED, PlayedOut())
HEARD = (*LISTENING, PlayedOut())


def dial(digits: str) -> list[Event]:
    return [DigitTaken(digit) for digit in digits]


def after(*events: Event, rules: Rules = RULES) -> Step:
    done = Step(State())
    for event in events:
        done = step(rules, done.state, event)
    return done


def everything(*events: Event, rules: Rules = RULES) -> list[order.Action]:
    """All orders of a whole session."""
    done = Step(State())
    orders: list[order.Action] = []
    for event in events:
        done = step(rules, done.state, event)
        orders += done.actions
    return orders


def examples(kind: object) -> list[Event]:
    if isinstance(kind, Timer):
        return [TimerExpired(kind)]
    samples: dict[object, list[Event]] = {
        CallerConnected: [CallerConnected(Room.FREE)],
        DigitTaken: dial("0123456789*#"),
        OwnerConnected: [OwnerConnected(()), OPENED, OwnerConnected((), failures=3)],
        GreetingStored: [GreetingStored(result) for result in Stored],
    }
    return samples.get(kind) or [kind()]  # type: ignore[operator]


STATES = [
    State(messages=messages, place=place, deleted=deleted, digits=digits, tries=tries, asked=asked)
    for messages, place in (((), 0), (MESSAGES, 0), (MESSAGES, 2))
    for deleted in (frozenset[str](), frozenset({"a", "c"}))
    for digits in ("", "24", "246")
    for tries in (0, 2)
    for asked in (0, 2)
]


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("kind", KINDS)
def test_every_phase_and_event_has_a_row_or_is_ignored_by_name(phase: Phase, kind: object) -> None:
    assert ((phase, kind) in TABLE) != ((phase, kind) in IGNORED)


@pytest.mark.parametrize(("phase", "kind"), TABLE)
def test_a_row_leads_everywhere_it_says_and_nowhere_else(phase: Phase, kind: object) -> None:
    seen = {
        step(rules, replace(state, phase=phase), event).state.phase
        for rules in (RULES, WITH_PIN)
        for state in STATES
        for event in examples(kind)
    }
    assert seen - {phase} == set(TABLE[phase, kind].leads_to) - {phase}  # type: ignore[index]


@pytest.mark.parametrize(("phase", "kind"), sorted(IGNORED, key=str))
def test_what_is_ignored_changes_nothing(phase: Phase, kind: object) -> None:
    state = State(phase, MESSAGES)
    for event in examples(kind):
        assert step(RULES, state, event) == Step(state)


ANY_EVENT = st.sampled_from([event for kind in KINDS for event in examples(kind)])


@given(st.lists(ANY_EVENT, max_size=40), st.sampled_from([RULES, WITH_PIN]))
def test_whatever_happens_a_hang_up_ends_the_session_once(events: list[Event], rules: Rules) -> None:
    orders = everything(*events, HungUp(), HungUp(), rules=rules)
    assert sum(isinstance(each, End | order.CallBack) for each in orders) == 1


@given(st.lists(ANY_EVENT, max_size=40))
def test_a_timer_runs_only_while_its_phase_waits(events: list[Event]) -> None:
    running: set[Timer] = set()
    done = Step(State())
    for event in events:
        if isinstance(event, TimerExpired):
            running.discard(event.timer)
        done = step(RULES, done.state, event)
        for action in done.actions:
            if isinstance(action, order.StartTimer):
                running.add(action.timer)
            if isinstance(action, order.StopTimer):
                running.discard(action.timer)
            if isinstance(action, Say | PlayMessage):
                assert Timer.NO_DIGIT not in running
    assert done.state.phase is not Phase.OVER or not running


@given(st.lists(st.sampled_from([*dial("0123456789"), PlayedOut()]), max_size=30))
def test_without_the_right_pin_nothing_is_told(events: list[Event]) -> None:
    secret = Rules(pin="135790")
    orders = everything(OPENED, *events, rules=secret)
    if order.CountFailures(0) not in orders:
        assert not any(isinstance(each, SayOverview | PlayMessage | order.CallBack) for each in orders)


# PIN


def test_the_own_phone_is_told_at_once() -> None:
    assert after(OPENED).actions == (SayOverview(2, 1),)


def test_the_pin_is_complete_with_its_last_digit() -> None:
    assert after(OPENED, rules=WITH_PIN).actions == (Say(("vm_intro_enter_pin",)),)
    assert after(OPENED, *dial("2468"), rules=WITH_PIN).actions[-2:] == (order.CountFailures(0), SayOverview(2, 1))


def test_the_first_digit_of_a_pin_interrupts_the_question() -> None:
    done = after(OPENED, *dial("2"), rules=WITH_PIN)
    assert done.actions[-2:] == (order.StopPlaying(), order.StartTimer(Timer.NO_DIGIT, 8_000))


@pytest.mark.parametrize("attempt", [dial("1111"), dial("24#"), [*dial("24"), TimerExpired(Timer.NO_DIGIT)]])
def test_a_wrong_pin_is_said_and_the_next_attempt_waits(attempt: list[Event]) -> None:
    assert after(OPENED, *attempt, rules=WITH_PIN).actions[-2:] == (order.CountFailures(1), Say(("vm_wrong_pin",)))
    waiting = after(OPENED, *attempt, PlayedOut(), *dial("2468"), rules=WITH_PIN)
    assert waiting.state.phase is Phase.REFUSED
    again = step(WITH_PIN, waiting.state, TimerExpired(Timer.DELAY))
    assert again.actions[-1] == Say(("vm_intro_enter_pin",))
    assert again.state.digits == ""


def test_each_wrong_pin_in_a_row_doubles_the_delay_also_over_calls() -> None:
    def delay_ms(failures: int) -> int:
        done = after(OwnerConnected((), failures), *dial("1111"), PlayedOut(), rules=replace(WITH_PIN, attempts=99))
        return next(action.delay_ms for action in done.actions if isinstance(action, order.StartTimer))

    assert [delay_ms(failures) for failures in (0, 1, 2, 5, 50)] == [1000, 2000, 4000, 32_000, 60_000]


def test_who_guessed_too_often_before_waits_before_the_first_digit() -> None:
    done = after(OwnerConnected(MESSAGES, failures=3), PlayedOut(), rules=WITH_PIN)
    assert done.actions == (order.StartTimer(Timer.DELAY, 4000),)


def test_after_the_last_attempt_the_session_ends() -> None:
    wrong = [*dial("1111"), PlayedOut(), TimerExpired(Timer.DELAY)]
    done = after(OPENED, *wrong, *wrong, *dial("1111"), rules=WITH_PIN)
    assert done.actions[-1] == Say(("vm_wrong_pin", "vm_goodbye"))
    assert after(OPENED, *wrong, *wrong, *dial("1111"), PlayedOut(), rules=WITH_PIN).actions == (End(),)


# Listening


def test_the_first_message_plays_by_itself_and_is_heard_at_its_end() -> None:
    assert after(*LISTENING).actions == (PlayMessage("a", 1),)
    assert after(*HEARD).actions == (order.MarkHeard("a"), Say(("vm_menu",)))


def test_a_digit_interrupts_the_message_and_counts_as_heard() -> None:
    assert after(*LISTENING, *dial("2")).actions == (order.MarkHeard("a"), PlayMessage("b", 2))


def test_hanging_up_in_the_middle_leaves_it_new() -> None:
    assert not any(isinstance(each, order.MarkHeard) for each in everything(*LISTENING, HungUp()))


def test_a_digit_interrupts_the_overview() -> None:
    assert after(OPENED, *dial("2")).actions == (PlayMessage("b", 2),)


def test_again_next_and_previous() -> None:
    assert after(*HEARD, *dial("1")).actions[-1] == PlayMessage("a", 1)
    assert after(*HEARD, *dial("224")).actions[-1] == PlayMessage("b", 2)
    assert after(*HEARD, *dial("4")).actions[-1] == PlayMessage("a", 1)
    assert after(*HEARD, *dial("222")).actions[-1] == Say(("vm_end_of_messages", "vm_menu"))


def test_an_empty_mailbox_says_so() -> None:
    empty = OwnerConnected(())
    assert after(empty).actions == (SayOverview(0, 0),)
    assert after(empty, PlayedOut()).actions == (Say(("vm_menu",)),)
    for digit in "135":
        assert after(empty, *dial(digit)).actions[-1] == Say(("vm_no_messages", "vm_menu"))


# Deleting


def test_a_deleted_message_goes_at_the_end_of_the_session_and_the_next_one_plays() -> None:
    done = after(*HEARD, *dial("3"))
    assert done.actions[-1] == PlayMessage("b", 2, ("vm_deleted",))
    orders = everything(*HEARD, *dial("3"), HungUp())
    assert orders[-2:] == [order.DeleteMessages(("a",)), End()]


def test_three_on_a_deleted_message_takes_it_back() -> None:
    assert after(*HEARD, *dial("34")).actions[-1] == PlayMessage("a", 1, ("vm_deleted",))
    assert after(*HEARD, *dial("343")).actions[-1] == Say(("vm_restored", "vm_menu"))
    assert not any(isinstance(each, order.DeleteMessages) for each in everything(*HEARD, *dial("343"), HungUp()))


def test_deleting_the_last_one() -> None:
    assert after(*HEARD, *dial("223")).actions[-1] == Say(("vm_deleted", "vm_end_of_messages", "vm_menu"))


# Calling back


def test_five_calls_back_and_ends_the_session() -> None:
    done = after(*HEARD, *dial("5"))
    assert done.actions[-1] == order.CallBack("600")
    assert done.state.phase is Phase.OVER


def test_calling_back_carries_out_what_was_deleted() -> None:
    assert after(*HEARD, *dial("325")).actions[-2:] == (order.DeleteMessages(("a",)), order.CallBack("700"))


def test_a_withheld_number_cannot_be_called_back() -> None:
    assert after(*HEARD, *dial("25")).actions[-1] == Say(("vm_unknown_caller", "vm_menu"))


# Greetings

RECORDING = (*HEARD, *dial("7"), PlayedOut(), PlayedOut())


def test_a_greeting_is_recorded_after_a_tone() -> None:
    assert after(*HEARD, *dial("7")).actions[-1] == Say(("vm_record_greeting_after_tone",))
    assert after(*HEARD, *dial("7"), PlayedOut()).actions == (order.PlayBeep(),)
    assert after(*HEARD, *dial("71")).actions == (order.PlayBeep(),)
    assert after(*RECORDING).actions == (order.StartRecording(), order.StartTimer(Timer.LONGEST, 60_000))


@pytest.mark.parametrize("end", [*dial("05#"), FellSilent(), TimerExpired(Timer.LONGEST)])
def test_any_digit_silence_and_time_end_it(end: Event) -> None:
    assert after(*RECORDING, end).actions == (order.StopTimer(Timer.LONGEST), order.KeepRecording())


@pytest.mark.parametrize(
    ("result", "prompt"),
    [
        (Stored.SAVED, "vm_greeting_saved"),
        (Stored.TOO_SHORT, "vm_greeting_not_saved"),
        (Stored.DISK_FULL, "vm_disk_full"),
        (Stored.FAILED, "not_possible"),
    ],
)
def test_the_owner_hears_what_became_of_it(result: Stored, prompt: str) -> None:
    assert after(*RECORDING, *dial("1"), GreetingStored(result)).actions == (Say((prompt, "vm_menu")),)
    assert after(*HEARD, *dial("8"), GreetingStored(result)).actions == (Say((prompt, "vm_menu")),)


def test_hanging_up_drops_a_greeting_that_was_not_finished() -> None:
    assert order.DropRecording() in after(*RECORDING, HungUp()).actions
    assert order.KeepRecording() not in everything(*RECORDING, HungUp())


def test_eight_goes_back_to_the_standard_greeting() -> None:
    assert after(*HEARD, *dial("8")).actions[-2:] == (order.StopPlaying(), order.UseStandardGreeting())


# Help and the end


@pytest.mark.parametrize("digit", "06")
def test_help(digit: str) -> None:
    assert after(*HEARD, *dial(digit)).actions[-1] == Say(("vm_menu",))


@pytest.mark.parametrize("digit", "9*")
def test_nine_says_goodbye_and_ends(digit: str) -> None:
    assert after(*HEARD, *dial(digit)).actions[-1] == Say(("vm_goodbye",))
    assert after(*HEARD, *dial(digit), PlayedOut()).actions == (End(),)


def test_silence_repeats_the_help_then_ends() -> None:
    missed = (PlayedOut(), TimerExpired(Timer.NO_DIGIT))
    assert after(*HEARD, *missed).actions == (Say(("vm_menu",)),)
    assert after(*HEARD, *missed, *missed).actions == (Say(("vm_menu",)),)
    assert after(*HEARD, *missed, *missed, *missed).actions[-1] == Say(("vm_goodbye",))
    assert after(*HEARD, *missed, *missed, *dial("0"), *missed).actions == (Say(("vm_menu",)),)


def test_a_digit_stops_waiting_for_one() -> None:
    assert after(*HEARD, PlayedOut(), *dial("0")).actions == (order.StopTimer(Timer.NO_DIGIT), Say(("vm_menu",)))
