"""Ten digits of a rotary dial teach its speed, its break and its direction; whatever is wrong with them is said by name."""

from __future__ import annotations

from random import Random

import pytest

from firmware.core import dial_learning
from firmware.core.dial_learning import GivenUp, KeyHeard, Learned, Learning, NotLearned, Reason
from firmware.core.hook import HookRules, Pulse, PulseDialing, PulseTrain, pulses_of


def train(pulses: int, pps: float = 10, share: float = 0.6, jitter: float = 0.0, chance: Random | None = None) -> PulseTrain:
    at_ms, made = 0.0, []
    for _ in range(pulses):
        period_ms = 1000 / pps * (1 + (chance.uniform(-jitter, jitter) if chance else 0))
        made.append(Pulse(at_ms, at_ms + period_ms * share))
        at_ms += period_ms
    return PulseTrain(tuple(made))


def dialed(*trains: PulseTrain) -> Learning | Learned | NotLearned:
    state: Learning | Learned | NotLearned = Learning()
    for each in trains:
        assert isinstance(state, Learning)
        state = dial_learning.step(state, each)
    return state


def ten(dialing: PulseDialing = PulseDialing.STANDARD, **how: object) -> list[PulseTrain]:
    return [train(pulses_of(digit, dialing), **how) for digit in dial_learning.ORDER]  # type: ignore[arg-type]


@pytest.mark.parametrize("dialing", [PulseDialing.STANDARD, PulseDialing.NEW_ZEALAND, PulseDialing.SWEDISH])
@pytest.mark.parametrize("pps", [8, 10, 16, 20, 22])
@pytest.mark.parametrize("share", [0.25, 0.4, 0.6, 0.67, 0.75])
def test_speed_break_and_direction_are_learned(dialing: PulseDialing, pps: float, share: float) -> None:
    learned = dialed(*ten(dialing, pps=pps, share=share, jitter=0.08, chance=Random(7)))  # noqa: S311
    assert isinstance(learned, Learned)
    assert learned.dialing is dialing
    assert learned.pps == pytest.approx(pps, rel=0.05)
    assert learned.break_share == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize("pps", [8, 22])
@pytest.mark.parametrize("share", [0.25, 0.75])
def test_the_learned_rules_leave_room_on_both_sides_of_every_length(pps: float, share: float) -> None:
    learned = dialed(*ten(pps=pps, share=share))
    assert isinstance(learned, Learned)
    rules = learned.rules(HookRules())
    break_ms, make_ms = 1000 / pps * share, 1000 / pps * (1 - share)
    assert rules.break_min_ms < 0.8 * break_ms
    assert rules.flash_min_ms > 1.2 * break_ms
    assert rules.make_min_ms < 0.8 * make_ms
    assert rules.digit_end_ms > 1.2 * make_ms
    assert rules.flash_max_ms > rules.flash_min_ms


def test_an_ordinary_dial_leaves_the_flash_as_the_owner_set_it() -> None:
    learned = dialed(*ten())
    assert isinstance(learned, Learned)
    assert learned.flash_min_ms is None
    assert learned.rules(HookRules(flash_min_ms=300)).flash_min_ms == 300


def test_nine_digits_are_not_enough_and_the_next_one_is_named() -> None:
    state = dialed(*ten()[:9])
    assert isinstance(state, Learning)
    assert state.next_digit == "0"
    assert dial_learning.step(state, GivenUp()) == NotLearned(Reason.GIVEN_UP, {"came": 9})


def test_a_lost_pulse_names_the_digit() -> None:
    trains = ten()
    trains[6] = train(6)
    lost = dialed(*trains)
    assert isinstance(lost, NotLearned)
    assert lost.sentence == "The 7 came with 6 pulses instead of 7."


@pytest.mark.parametrize(
    ("trains", "reason"),
    [
        (list(reversed(ten())), Reason.WRONG_ORDER),
        ([train(3)] * 10, Reason.WRONG_ORDER),
        (ten(pps=5), Reason.SPEED),
        (ten(pps=30), Reason.SPEED),
        (ten(share=0.15), Reason.RATIO),
        (ten(share=0.9), Reason.RATIO),
        (ten(jitter=0.4, chance=Random(1)), Reason.UNEVEN),  # noqa: S311
    ],
)
def test_a_dial_that_cannot_be_understood_is_refused_by_name(trains: list[PulseTrain], reason: Reason) -> None:
    refused = dialed(*trains)
    assert isinstance(refused, NotLearned)
    assert refused.reason is reason
    assert refused.sentence.endswith(".")
    assert "{" not in refused.sentence


def test_a_keypad_teaches_nothing() -> None:
    assert dial_learning.step(Learning(), KeyHeard()) == NotLearned(Reason.KEYPAD)
