"""Rotary dials by speed, make to break, direction and bounce: how many of their digits are not understood. In simulated time, on the real driver."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from firmware.core import dial_learning
from firmware.core.dial_learning import Learned, Learning
from firmware.core.hook import HookRules, PulseDialing
from hal.sim.rotary import DIRECTIONS, PulseDial
from tests.bench.figures import Figure, Target
from tests.hal.rotary_listener import dialed

if TYPE_CHECKING:
    from tests.bench.figures import Bench

NAME = "pulses"
NUMBER = "1234567890"
PPS = (8, 10, 12, 16, 20, 22)
RATIOS = (0.25, 0.33, 0.5, 0.6, 0.67, 0.75)
BOUNCES_MS = (0.0, 2.0, 5.0)


def measure(bench: Bench) -> list[Figure]:
    seeds = range(1, 2 + bench.windows)
    return [_matrix(seeds), _learned(seeds)]


def _matrix(seeds: range) -> Figure:
    figure = Figure(
        "rotary numbers not understood",
        "%",
        Target(0),
        f"ten digits at {PPS[0]} to {PPS[-1]} pulses a second, break to make 1:3 to 3:1, "
        f"contact bounce 0 to {BOUNCES_MS[-1]:g} ms, three directions with their setting.",
    )
    wrong = [
        dialed(
            NUMBER, PulseDial(pps, ratio, 400, direction, bounce_ms=bounce), HookRules(dialing=PulseDialing(direction)), seed
        ).digits
        != NUMBER
        for pps, ratio, bounce, direction, seed in product(PPS, RATIOS, BOUNCES_MS, DIRECTIONS, seeds)
    ]
    figure.keepline = [100 * sum(wrong) / len(wrong)]
    return figure


def _learned(seeds: range) -> Figure:
    figure = Figure(
        "dials not learned, or not understood after it",
        "%",
        Target(0),
        "ten known digits, then another number by what was learned; the same dials with pulses up to 8 % uneven, 2 ms of bounce.",
    )
    wrong = [
        not _learns(PulseDial(pps, ratio, 800, direction, 0.08, 2.0), seed)
        for pps, ratio, direction, seed in product(PPS, RATIOS, DIRECTIONS, seeds)
    ]
    figure.keepline = [100 * sum(wrong) / len(wrong)]
    return figure


def _learns(dial: PulseDial, seed: int) -> bool:
    state: Learning | Learned | dial_learning.NotLearned = Learning()
    for train in dialed(dial_learning.ORDER, dial, dial_learning.LISTENING, seed).trains:
        if isinstance(state, Learning):
            state = dial_learning.step(state, train)
    return isinstance(state, Learned) and dialed("7025318469", dial, state.rules(HookRules()), seed + 100).digits == "7025318469"
