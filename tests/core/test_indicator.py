"""The lamps and the button, as somebody in front of the box sees and uses them."""

from __future__ import annotations

import itertools

import pytest

from firmware.core import button
from firmware.core.button import Event, Order
from firmware.core.indicator import (
    COUNTDOWN_S,
    STEPS,
    Condition,
    Health,
    Lamp,
    LineUse,
    Pattern,
    Reach,
    countdown,
    show,
)

EVERYTHING = [Condition(*each) for each in itertools.product(Health, Reach, LineUse, (False, True))]


@pytest.mark.parametrize("condition", EVERYTHING, ids=str)
def test_every_condition_is_shown_on_every_lamp(condition: Condition) -> None:
    assert set(show(condition)) == set(Lamp)


def test_what_one_must_tell_apart_looks_different() -> None:
    working = [condition for condition in EVERYTHING if condition.health is Health.WORKING]
    assert len({tuple(show(condition).values()) for condition in working}) == len(working)
    assert len({show(Condition(health))[Lamp.POWER] for health in Health}) == len(Health)


def test_patterns_that_blink_differ_in_rhythm() -> None:
    rhythms = [steps for steps in STEPS.values() if steps]
    assert len(set(rhythms)) == len(rhythms)
    assert set(STEPS) == set(Pattern)


def test_the_lamps_go_out_one_by_one_before_a_reset() -> None:
    lit = [sum(pattern is not Pattern.DARK for pattern in countdown(left).values()) for left in range(COUNTDOWN_S, -1, -1)]
    assert lit[0] == len(Lamp)
    assert lit[-1] == 0
    assert lit == sorted(lit, reverse=True)


def orders(*events: Event) -> list[Order]:
    state, given = button.State(), []
    for event in events:
        done = button.step(state, event)
        state = done.state
        given += done.orders
    return given


def test_a_short_press_shows_the_box() -> None:
    assert orders(Event.PRESSED, Event.RELEASED) == [Order.IDENTIFY]


def test_three_seconds_open_the_set_up_network_and_letting_go_resets_nothing() -> None:
    given = orders(Event.PRESSED, Event.TICKED, Event.TICKED, Event.RELEASED)
    assert given[0] is Order.OPEN_SET_UP
    assert given[-1] is Order.CANCEL_COUNTDOWN
    assert Order.RESET not in given


def test_ten_seconds_reset_once() -> None:
    given = orders(Event.PRESSED, *[Event.TICKED] * (1 + COUNTDOWN_S + 5), Event.RELEASED)
    assert given.count(Order.RESET) == 1
    assert button.SET_UP_AFTER_MS + COUNTDOWN_S * button.TICK_MS == 10_000


def test_a_button_held_at_boot_orders_nothing_until_it_was_let_go() -> None:
    assert orders(Event.FOUND_PRESSED, *[Event.TICKED] * 20, Event.RELEASED) == []
    assert orders(Event.FOUND_PRESSED, Event.RELEASED, Event.PRESSED, Event.RELEASED) == [Order.IDENTIFY]


@pytest.mark.parametrize("phase", button.Phase)
@pytest.mark.parametrize("event", Event)
def test_every_phase_and_event_has_a_row_or_is_ignored(phase: button.Phase, event: Event) -> None:
    assert ((phase, event) in button.TABLE) != ((phase, event) in button.IGNORED)
