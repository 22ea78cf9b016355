"""What a metered uplink may carry: the months' counters, the pace that fits, the warnings, and what a month of watching really costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.budget import (
    FASTEST_MS,
    SLOWEST_MS,
    Month,
    counted,
    grown,
    month_left_s,
    month_of,
    standby_interval_ms,
    warning,
)
from firmware.core.uplink_events import BytesCounted, ProbeEvery
from firmware.core.uplink_state import Phase, UplinkRules
from tests.core.uplink_world import MODEM, WIRE, World, settled

RULES = UplinkRules()
MONTH_S = 31 * 86_400


def rate(world: World, name: str) -> ProbeEvery:
    return world.state.rates[name]


def test_rates_are_those_ordered() -> None:
    world = settled()
    assert rate(world, "eth0") == ProbeEvery("eth0", 1000)
    assert rate(world, "wlan0") == ProbeEvery("wlan0", 10_000)
    assert rate(world, "wwan0").ms >= FASTEST_MS
    assert rate(world, "wwan0").sparing
    world.call()
    assert rate(world, "eth0").ms == 200
    assert rate(world, "wlan0").ms == 10_000
    world.hang_up()
    assert rate(world, "eth0").ms == 1000


def test_a_link_that_is_down_is_not_asked() -> None:
    world = settled().down("wlan0")
    assert rate(world, "wlan0").ms == 0
    asked = world.probes["wlan0"]
    world.run(60_000)
    assert world.probes["wlan0"] <= asked + 1


def test_one_that_is_wanted_back_is_asked_every_second() -> None:
    world = settled()
    world.ways["eth0"].dead = True
    world.run(20_000)
    assert (world.active, rate(world, "eth0").ms) == ("wlan0", 1000)


def test_a_metered_one_without_substitute_is_asked_seldom_and_one_target_at_a_time() -> None:
    world = settled(MODEM)
    assert rate(world, "wwan0") == ProbeEvery("wwan0", 10_000, sparing=True)
    world.call()
    assert rate(world, "wwan0") == ProbeEvery("wwan0", 1000, sparing=True)


def test_a_new_metered_one_whose_first_packets_are_lost_is_known_within_seconds() -> None:
    world = World(WIRE, MODEM).up("eth0").run(5000)
    world.ways["wwan0"].dead = True
    world.up("wwan0").run(2500)
    world.ways["wwan0"].dead = False
    world.run(2000)
    assert world.state.uplinks["wwan0"].usable
    assert rate(world, "wwan0").ms >= FASTEST_MS


def test_a_new_metered_one_that_never_answers_costs_a_few_packets() -> None:
    world = World(WIRE, MODEM).up("eth0").run(5000)
    world.ways["wwan0"].dead = True
    world.up("wwan0").run(20_000)
    assert world.state.uplinks["wwan0"].phase is Phase.DEAD
    assert rate(world, "wwan0").ms >= FASTEST_MS
    asked = world.probes["wwan0"]
    assert asked <= 2 * RULES.dead_after
    world.run(10 * 60_000)
    assert world.probes["wwan0"] - asked <= 10 * 60_000 / FASTEST_MS / 0.8


def test_in_doubt_everybody_is_asked_faster_for_a_moment() -> None:
    world = settled(WIRE, MODEM)
    world.ways["eth0"].dead = True
    world.ways["wwan0"].dead = True
    world.run(1600)
    assert (rate(world, "eth0").ms, rate(world, "wwan0").ms) == (200, 1000)
    world.run(60_000)
    assert rate(world, "wwan0").ms >= 5000


@given(used=st.integers(0, 5_000_000), passed=st.floats(0, 0.99))
def test_watching_never_asks_for_more_than_is_left(used: int, passed: float) -> None:
    left, left_s = 5_000_000 - used, MONTH_S * (1 - passed)
    interval = standby_interval_ms(left, left_s, RULES.round_bytes)
    assert FASTEST_MS <= interval <= SLOWEST_MS
    if interval < SLOWEST_MS:
        assert left_s * 1000 / interval * RULES.round_bytes <= left / 2 + 1


def test_a_month_of_standby_stays_within_its_five_megabytes() -> None:
    """Day by day, with 60 kB a day of registrations beside the probes, and a metered uplink that counts every byte."""
    used = 0.0
    for day in range(31):
        interval = standby_interval_ms(int(5_000_000 - used), MONTH_S - day * 86_400, RULES.round_bytes)
        used += 86_400_000 / interval * RULES.round_bytes + 60_000
    assert 2_000_000 < used < 5_000_000


def test_a_used_up_budget_leaves_a_trickle() -> None:
    assert standby_interval_ms(-1, MONTH_S, RULES.round_bytes) == SLOWEST_MS
    assert standby_interval_ms(0, 1, RULES.round_bytes) == SLOWEST_MS


def test_the_machine_follows_the_count() -> None:
    world = settled()
    before = rate(world, "wwan0").ms
    world.take(BytesCounted("wwan0", 4_000_000, 4_000_000, MONTH_S / 2))
    assert rate(world, "wwan0").ms > before


def test_what_was_spared_is_not_made_up_for_in_the_last_days_of_a_month() -> None:
    world = settled()
    world.take(BytesCounted("wwan0", 0, 0, MONTH_S))
    usual = rate(world, "wwan0").ms
    world.take(BytesCounted("wwan0", 0, 0, 86_400.0))
    assert rate(world, "wwan0").ms >= usual


# Months


def test_months_are_kept_apart_and_only_the_last_ones() -> None:
    months: dict[str, Month] = {}
    for month in ("2026-08", "2026-09", "2026-10", "2026-11"):
        months = counted(months, month, 100, standby=month == "2026-11")
    assert months == {"2026-09": Month(100), "2026-10": Month(100), "2026-11": Month(100, 100)}


def test_a_clock_that_jumps_takes_nothing_from_the_real_month() -> None:
    months = counted({}, "2026-11", 500, standby=True)
    for wrong in ("2039-01", "2026-10", "2039-01"):
        months = counted(months, wrong, 7, standby=False)
    assert counted(months, "2026-11", 1, standby=True)["2026-11"] == Month(501, 501)


def test_what_came_before_the_date_was_known_belongs_to_the_month_then_found() -> None:
    adrift = counted({}, month_of(datetime(1970, 1, 1, tzinfo=UTC)), 300, standby=True)
    assert counted(adrift, "2026-11", 10, standby=False) == {"2026-11": Month(310, 300)}


@given(st.datetimes(datetime(2025, 1, 1), datetime(2060, 12, 31)))  # noqa: DTZ001 (hypothesis wants them naive)
def test_the_month_ends_where_the_next_begins(date: datetime) -> None:
    date = date.replace(tzinfo=UTC)
    left = timedelta(seconds=month_left_s(date))
    assert month_of(date + left) != month_of(date)
    assert month_of(date + left - timedelta(seconds=2)) == month_of(date) or left < timedelta(seconds=2)


@pytest.mark.parametrize(("before", "now", "more"), [(None, 900, 0), (100, 900, 800), (900, 30, 30), (5, 5, 0)])
def test_a_counter_that_begins_anew_counts_from_nothing(before: int | None, now: int, more: int) -> None:
    assert grown(before, now) == more


def test_each_mark_warns_once() -> None:
    cap = 1_000_000
    assert warning("wwan0", cap, 0, 799_999) == ""
    assert warning("wwan0", cap, 799_999, 800_000) == "wwan0 has used 80 % of its 1 MB this month"
    assert warning("wwan0", cap, 800_000, 999_999) == ""
    assert "reached its limit of 1 MB" in warning("wwan0", cap, 0, 2_000_000)
    assert warning("wwan0", 0, 0, 10**12) == ""
