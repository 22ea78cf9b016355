"""Breaks of the loop become digits, flashes and hang-ups by their length alone."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core import hook
from firmware.core.events import DigitDialed, DigitStarted, Event, HookFlashed, HookLifted, HookReplaced
from firmware.core.hook import (
    HookPhase,
    HookRules,
    HookState,
    HookTimer,
    HookTimerExpired,
    LoopClosed,
    LoopOpened,
    PulseDialing,
    PulseTrain,
    pulses_of,
)

RULES = HookRules()


def play(*changes_ms: tuple[str, float], rules: HookRules = RULES, trains: list[PulseTrain] | None = None) -> list[Event]:
    """Live through loop changes at their times with timers that expire by themselves, as the clock would have it."""
    state, timers, heard = HookState(), {}, list[Event]()

    def take(event: hook.HookEvent, now_ms: float) -> None:
        nonlocal state
        done = hook.step(rules, state, event)
        state = done.state
        for timer in done.stop:
            timers.pop(timer, None)
        if done.start:
            timers[done.start[0]] = now_ms + done.start[1]
        heard.extend(done.events)
        if trains is not None and done.train:
            trains.append(done.train)

    def pass_time(until_ms: float) -> None:
        while timers and min(timers.values()) <= until_ms:
            timer = min(timers, key=lambda each: timers[each])
            due_ms = timers.pop(timer)
            take(HookTimerExpired(timer), due_ms)

    for change, at_ms in changes_ms:
        pass_time(at_ms)
        take(LoopClosed(at_ms) if change == "closed" else LoopOpened(at_ms), at_ms)
    pass_time(1e9)
    return heard


def opened_for(*lengths_ms: float, make_ms: float = 40) -> list[tuple[str, float]]:
    """Lift, then open the loop so long each time, closing it for `make_ms` in between."""
    at_ms, changes = 1000.0, [("closed", 0.0)]
    for length_ms in lengths_ms:
        changes += [("opened", at_ms), ("closed", at_ms + length_ms)]
        at_ms += length_ms + make_ms
    return changes


def breaks(*lengths_ms: float, make_ms: float = 40, rules: HookRules = RULES) -> list[Event]:
    """What such breaks mean; without the lifting's own event and the starts of digits."""
    events = play(*opened_for(*lengths_ms, make_ms=make_ms), rules=rules)
    return [event for event in events[1:] if not isinstance(event, DigitStarted)]


def digits(*lengths_ms: float, make_ms: float = 40, rules: HookRules = RULES) -> str:
    return "".join(event.digit for event in breaks(*lengths_ms, make_ms=make_ms, rules=rules) if isinstance(event, DigitDialed))


@pytest.mark.parametrize(("phase", "kind"), [*product(HookPhase, [LoopClosed, LoopOpened, *HookTimer])])
def test_every_phase_and_event_has_a_row_or_is_ignored_by_name(phase: HookPhase, kind: object) -> None:
    assert ((phase, kind) in hook.TABLE) != ((phase, kind) in hook.IGNORED)  # type: ignore[comparison-overlap]


def test_lifting_and_replacing() -> None:
    assert play(("closed", 10), ("opened", 5000)) == [HookLifted(10), HookReplaced(5000)]


@pytest.mark.parametrize("pps", [8, 10, 16, 20, 22])
@pytest.mark.parametrize("ratio", [0.25, 0.33, 0.5, 0.6, 0.67, 0.75])
@pytest.mark.parametrize("digit", "1234567890")
def test_dials_of_every_speed_and_ratio_promised(pps: int, ratio: float, digit: str) -> None:
    period_ms = 1000 / pps
    heard = breaks(*[period_ms * ratio] * (int(digit) or 10), make_ms=period_ms * (1 - ratio))
    assert [event.digit for event in heard if isinstance(event, DigitDialed)] == [digit]
    assert len(heard) == 1


def test_two_digits_are_told_apart_by_the_pause() -> None:
    at_ms, changes = 1000.0, [("closed", 0.0)]
    for _ in range(2):
        for _ in range(3):
            changes += [("opened", at_ms), ("closed", at_ms + 60)]
            at_ms += 100
        at_ms += 300
    assert [event.digit for event in play(*changes) if isinstance(event, DigitDialed)] == ["3", "3"]


def test_the_first_pulse_is_told_at_once_and_only_once() -> None:
    heard = play(
        ("closed", 0), *[(change, 1000 + at) for n in range(3) for change, at in (("opened", n * 100), ("closed", n * 100 + 60))]
    )
    assert [event for event in heard if isinstance(event, DigitStarted)] == [DigitStarted(1060)]


@pytest.mark.parametrize("length_ms", [95, 100, 300, 500, 699])
def test_a_longer_break_is_a_flash(length_ms: float) -> None:
    assert breaks(length_ms) == [HookFlashed(1000 + length_ms)]


@pytest.mark.parametrize("length_ms", [10, 12, 30, 94])
def test_a_shorter_break_is_a_pulse(length_ms: float) -> None:
    assert breaks(length_ms) == [DigitDialed("1", 1000 + length_ms)]


def test_a_break_longer_than_a_flash_hangs_up_without_waiting_for_its_end() -> None:
    assert play(("closed", 0), ("opened", 1000))[1:] == [HookReplaced(1000)]


def test_contact_trouble_is_no_digit() -> None:
    assert breaks(5) == []


def test_a_make_too_short_to_be_one_is_bounce_within_the_pulse() -> None:
    """A worn contact closes for a moment in the middle of a break of 60 ms: still one pulse, and its whole length."""
    trains: list[PulseTrain] = []
    worn = [
        (change, 1000 + 100 * pulse + at)
        for pulse in range(4)
        for change, at in zip(["opened", "closed"] * 2, [0, 25, 32, 60], strict=True)
    ]
    heard = play(("closed", 0), *worn, trains=trains)
    assert [event.digit for event in heard if isinstance(event, DigitDialed)] == ["4"]
    assert [train.breaks_ms for train in trains] == [(60, 60, 60, 60)]
    assert [train.makes_ms for train in trains] == [(40, 40, 40)]


def test_a_break_that_bounced_still_becomes_a_hang_up_at_its_time() -> None:
    assert play(("closed", 0), ("opened", 1000), ("closed", 1050), ("opened", 1055))[-1] == HookReplaced(1000)


@pytest.mark.parametrize(
    ("dialing", "wanted"),
    [
        (PulseDialing.STANDARD, "1234567890"),
        (PulseDialing.NEW_ZEALAND, "9876543210"),
        (PulseDialing.SWEDISH, "0123456789"),
    ],
)
def test_dials_of_other_countries_count_their_own_way(dialing: PulseDialing, wanted: str) -> None:
    rules = HookRules(dialing=dialing)
    assert "".join(digits(*[60] * pulses, rules=rules) for pulses in range(1, 11)) == wanted
    assert [pulses_of(digit, dialing) for digit in wanted] == list(range(1, 11))


def test_with_pulse_dialing_off_breaks_say_nothing_and_flashes_still_work() -> None:
    rules = HookRules(dialing=PulseDialing.OFF)
    assert play(*opened_for(60, 60, 60), rules=rules) == [HookLifted(0)]
    assert breaks(300, rules=rules) == [HookFlashed(1300)]


def test_the_pulses_of_a_digit_are_told_with_their_lengths() -> None:
    trains: list[PulseTrain] = []
    play(*opened_for(50, 60, 70, make_ms=33), trains=trains)
    assert [(train.breaks_ms, train.makes_ms) for train in trains] == [((50, 60, 70), (33, 33))]


def test_more_than_ten_pulses_are_no_digit() -> None:
    assert breaks(*[60] * 11) == []


@given(st.lists(st.floats(1, 3000), max_size=30))
def test_lifted_and_replaced_alternate_whatever_the_contact_does(steps_ms: list[float]) -> None:
    at_ms, changes = 0.0, []
    for index, step_ms in enumerate(steps_ms):
        at_ms += step_ms
        changes.append(("opened" if index % 2 else "closed", at_ms))
    hooks = [type(event) for event in play(*changes) if isinstance(event, HookLifted | HookReplaced)]
    assert hooks == [HookLifted if index % 2 == 0 else HookReplaced for index in range(len(hooks))]
