"""Uplinks that come and go, at every period: never more than three moves a minute, and it settles on what holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.core.uplink_events import PinChanged
from tests.core.uplink_world import MODEM, WIFI, WIRE, World, settled

if TYPE_CHECKING:
    from collections.abc import Callable

PERIODS_S = (0.2, 0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 35, 40, 45, 50, 60)
MINUTES = 60_000


def by_carrier(world: World, name: str, works: bool) -> None:  # noqa: FBT001
    if works:
        world.up(name)
    else:
        world.down(name)


def by_silence(world: World, name: str, works: bool) -> None:  # noqa: FBT001
    world.ways[name].dead = not works


def by_quality(world: World, name: str, works: bool) -> None:  # noqa: FBT001
    world.ways[name].loss = 0 if works else 0.4


def flap(
    world: World, name: str, period_s: float, up_share: float = 0.5, kind: Callable[[World, str, bool], None] = by_carrier
) -> None:
    """From now on, for ever."""

    def up() -> None:
        kind(world, name, True)  # noqa: FBT003
        world.later(1000 * period_s * up_share, down)

    def down() -> None:
        kind(world, name, False)  # noqa: FBT003
        world.later(1000 * period_s * (1 - up_share), up)

    world.later(0, down)


def settles(world: World) -> bool:
    """Nothing moved in the last three minutes."""
    return not world.moves(world.now_ms - 3 * MINUTES)


@pytest.mark.parametrize("period_s", PERIODS_S)
@pytest.mark.parametrize("kind", [by_carrier, by_silence, by_quality])
def test_one_that_flaps_at_any_period(period_s: float, kind: Callable[[World, str, bool], None]) -> None:
    world = settled(WIRE, WIFI)
    flap(world, "eth0", period_s, kind=kind)
    world.run(9 * MINUTES)
    assert world.most_moves_a_minute() <= 3
    assert settles(world)
    if kind is not by_quality:  # a wire that is bad half the time may be good enough, on average
        assert world.active == "wlan0"


@given(
    period_s=st.floats(0.2, 60),
    up_share=st.floats(0.05, 0.98),
    kind=st.sampled_from([by_carrier, by_silence]),
    calling=st.booleans(),
)
@settings(max_examples=12, deadline=None)
def test_one_that_flaps_in_any_way(
    period_s: float,
    up_share: float,
    kind: Callable[[World, str, bool], None],
    calling: bool,  # noqa: FBT001
) -> None:
    world = settled(WIRE, WIFI, MODEM)
    if calling:
        world.call()
    flap(world, "eth0", period_s, up_share, kind)
    world.run(8 * MINUTES if not calling else MINUTES)
    assert world.most_moves_a_minute() <= 3
    late = world.moves(world.now_ms - 3 * MINUTES)
    assert calling or len(late) <= 1, "one at the border of poor may be left late, but once"


@given(
    first_s=st.floats(0.2, 60),
    second_s=st.floats(0.2, 60),
    offset_ms=st.floats(0, 60_000),
    kind=st.sampled_from([by_carrier, by_silence]),
)
@settings(max_examples=8, deadline=None)
def test_two_that_flap_beside_one_that_holds(
    first_s: float, second_s: float, offset_ms: float, kind: Callable[[World, str, bool], None]
) -> None:
    world = settled(WIRE, WIFI, MODEM)
    flap(world, "eth0", first_s, kind=kind)
    world.run(offset_ms)
    flap(world, "wlan0", second_s, kind=kind)
    world.run(9 * MINUTES)
    assert world.most_moves_a_minute() <= 3
    assert settles(world)
    assert world.active == "wwan0"


@given(period_s=st.floats(0.2, 60), others=st.booleans())
@settings(max_examples=8, deadline=None)
def test_nothing_holds(period_s: float, others: bool) -> None:  # noqa: FBT001
    """All flap, or the only one does: no rest is possible, but no rush either, and when one holds it is used."""
    world = settled(*((WIRE, WIFI) if others else (WIRE,)))
    flap(world, "eth0", period_s)
    if others:
        world.run(period_s * 500)
        flap(world, "wlan0", period_s)
    world.run(6 * MINUTES)
    assert world.most_moves_a_minute() <= 3


@pytest.mark.parametrize("period_s", PERIODS_S)
def test_the_only_one_that_flaps_is_kept_in_the_end(period_s: float) -> None:
    world = settled(WIRE)
    flap(world, "eth0", period_s)
    world.run(12 * MINUTES)
    assert world.most_moves_a_minute() <= 3
    assert settles(world)
    assert world.active == "eth0"


def test_a_pin_that_is_changed_all_the_time_is_followed_three_times_a_minute() -> None:
    world = settled(WIRE, WIFI)
    for turn in range(60):
        world.run(1000)
        world.take(PinChanged(("eth0", "wlan0")[turn % 2]))
    assert world.most_moves_a_minute() <= 3
    world.run(MINUTES)
    assert world.active == world.state.pin
