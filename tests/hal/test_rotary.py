"""A dial is turned at the simulated telephone; the real driver and the hook machine must understand it. No part of the exchange is known here."""

from __future__ import annotations

import pytest

from firmware.core import dial_learning
from firmware.core.dial_learning import Learned, Learning
from firmware.core.hook import HookRules, PulseDialing
from hal.sim.rotary import DIRECTIONS, PulseDial
from tests.hal.rotary_listener import dialed

NUMBER = "1234567890"


@pytest.mark.parametrize("pps", [8, 10, 16, 20, 22])
@pytest.mark.parametrize("ratio", [0.25, 0.4, 0.6, 0.67, 0.75])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_digit_is_understood_at_every_speed_and_ratio_through_bounce(pps: float, ratio: float, seed: int) -> None:
    assert dialed(NUMBER, PulseDial(pps=pps, break_ratio=ratio, pause_ms=400), seed=seed).digits == NUMBER


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_dials_of_other_countries_are_understood_with_their_setting(direction: str) -> None:
    rules = HookRules(dialing=PulseDialing(direction))
    assert dialed(NUMBER, PulseDial(direction=direction), rules).digits == NUMBER


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(
    ("pps", "ratio", "jitter", "bounce_ms"), [(8, 0.7, 0.1, 2), (10, 0.6, 0.1, 5), (16, 0.4, 0.08, 5), (22, 0.5, 0.05, 3)]
)
def test_a_dial_is_learned_and_then_understood(direction: str, pps: float, ratio: float, jitter: float, bounce_ms: float) -> None:
    dial = PulseDial(pps, ratio, direction=direction, jitter=jitter, bounce_ms=bounce_ms)
    state: Learning | Learned | dial_learning.NotLearned = Learning()
    for train in dialed(dial_learning.ORDER, dial, dial_learning.LISTENING).trains:
        assert isinstance(state, Learning)
        state = dial_learning.step(state, train)
    assert isinstance(state, Learned), state
    assert (state.dialing.value, state.pps) == (direction, pytest.approx(pps, rel=0.1))
    assert dialed("7025318469", dial, state.rules(HookRules()), seed=5).digits == "7025318469"


def test_learning_helps_a_worn_dial_that_the_ordinary_rules_mistake() -> None:
    """A slow contact that bounces for 24 ms: chance makes of 8 ms and more come between its real ones until its own lengths are known."""
    worn = PulseDial(pps=8, break_ratio=0.5, bounce_ms=24)
    mistaken = [dialed("5", worn, seed=seed).digits != "5" for seed in range(1, 30)]
    learned = HookRules(make_min_ms=31, break_min_ms=31)
    understood = [dialed("5", worn, learned, seed=seed).digits == "5" for seed in range(1, 30)]
    assert any(mistaken)
    assert sum(understood) > sum(not each for each in mistaken)
