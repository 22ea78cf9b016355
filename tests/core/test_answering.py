"""A caller at the mailbox: the table is total, and what it says is what a caller lives through."""

from __future__ import annotations

from typing import get_args

import pytest

from firmware.core import voicemail as order
from firmware.core.answering import IGNORED, TABLE, Phase, Rules, Step, step, worth_keeping
from firmware.core.voicemail import (
    CallerConnected,
    DigitTaken,
    DiskFilled,
    End,
    Event,
    FellSilent,
    HungUp,
    PlayedOut,
    Room,
    Say,
    Timer,
    TimerExpired,
)

RULES = Rules(longest_ms=60_000)
KINDS: tuple[object, ...] = (*(kind for kind in get_args(Event) if kind is not TimerExpired), *Timer)


def after(*events: Event) -> Step:
    done = Step(Phase.WAITING)
    for event in events:
        done = step(RULES, done.phase, event)
    return done


GREETED = (CallerConnected(Room.FREE),)
SPEAKING = (*GREETED, PlayedOut(), PlayedOut())


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("kind", KINDS)
def test_every_phase_and_event_has_a_row_or_is_ignored_by_name(phase: Phase, kind: object) -> None:
    assert ((phase, kind) in TABLE) != ((phase, kind) in IGNORED)


@pytest.mark.parametrize(("phase", "kind"), TABLE)
def test_a_row_leads_only_where_it_says(phase: Phase, kind: object) -> None:
    for event in _examples(kind):
        assert step(RULES, phase, event).phase in {phase, *TABLE[phase, kind].leads_to}  # type: ignore[index]


@pytest.mark.parametrize(("phase", "kind"), sorted(IGNORED, key=str))
def test_what_is_ignored_changes_nothing(phase: Phase, kind: object) -> None:
    for event in _examples(kind):
        assert step(RULES, phase, event) == Step(phase)


def _examples(kind: object) -> list[Event]:
    if isinstance(kind, Timer):
        return [TimerExpired(kind)]
    samples: dict[object, list[Event]] = {
        CallerConnected: [CallerConnected(room) for room in Room],
        DigitTaken: [DigitTaken(digit) for digit in "0123456789*#"],
        order.OwnerConnected: [order.OwnerConnected(())],
        order.GreetingStored: [order.GreetingStored(result) for result in order.Stored],
    }
    return samples.get(kind) or [kind()]  # type: ignore[operator]


def test_a_caller_hears_the_greeting_then_the_beep_then_is_recorded() -> None:
    assert after(*GREETED).actions == (order.PlayGreeting(),)
    assert after(*GREETED, PlayedOut()).actions == (order.PlayBeep(),)
    assert after(*SPEAKING).actions == (order.StartRecording(), order.StartTimer(Timer.LONGEST, 60_000))


def test_hash_skips_the_greeting_and_another_key_does_not() -> None:
    assert after(*GREETED, DigitTaken("#")).actions == (order.PlayBeep(),)
    assert after(*GREETED, DigitTaken("5")) == Step(Phase.GREETING)


@pytest.mark.parametrize("end", [FellSilent(), DigitTaken("#"), TimerExpired(Timer.LONGEST)])
def test_silence_hash_and_the_longest_message_end_it_with_a_goodbye(end: Event) -> None:
    done = after(*SPEAKING, end)
    assert done.actions == (order.StopTimer(Timer.LONGEST), order.KeepRecording(), Say(("vm_goodbye",)))
    assert after(*SPEAKING, end, PlayedOut()) == Step(Phase.OVER, (End(),))


def test_a_full_disk_keeps_what_was_said_and_is_told() -> None:
    assert after(*SPEAKING, DiskFilled()).actions == (
        order.StopTimer(Timer.LONGEST),
        order.KeepRecording(),
        Say(("vm_disk_full",)),
    )


@pytest.mark.parametrize(("room", "prompt"), [(Room.MAILBOX_FULL, "vm_full"), (Room.DISK_FULL, "vm_disk_full")])
def test_without_room_the_caller_hears_it_instead_of_a_tone_and_is_let_go(room: Room, prompt: str) -> None:
    assert after(CallerConnected(room)) == Step(Phase.FAREWELL, (Say((prompt,)),))
    assert after(CallerConnected(room), PlayedOut()).actions == (End(),)


def test_who_hangs_up_while_speaking_leaves_a_message() -> None:
    assert after(*SPEAKING, HungUp()).actions == (order.StopTimer(Timer.LONGEST), order.KeepRecording(), End())


@pytest.mark.parametrize("before", [(), GREETED, (*GREETED, PlayedOut()), (*SPEAKING, FellSilent())])
def test_who_hangs_up_before_or_after_leaves_none(before: tuple[Event, ...]) -> None:
    assert after(*before, HungUp()) == Step(Phase.OVER, (order.StopPlaying(), End()))


def test_a_short_or_silent_message_is_not_worth_keeping() -> None:
    assert not worth_keeping(0.9, 0.9)
    assert not worth_keeping(30, 0.2)
    assert worth_keeping(1.0, 0.3)
