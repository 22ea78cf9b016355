"""Which uplink that waits holds the second contact, when the registrar has not really kept it, and when it is asked again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware.core.standby import MONTH_BYTES, contact_holder, displaced, patience_ms
from firmware.core.uplink_events import BytesCounted
from tests.core.uplink_world import MODEM, WIFI, WIRE, World, settled

RADIO = replace(MODEM, metered=False)
HOUR_MS = 3_600_000


def holder(world: World, before: str = "") -> str:
    return contact_holder(world.rules, world.state, before)


def test_the_best_of_those_that_wait_holds_it() -> None:
    assert holder(settled()) == "wlan0"
    assert holder(settled(WIRE, RADIO, WIFI)) == "wlan0"
    assert holder(settled(WIRE)) == ""
    assert holder(World()) == ""


def test_when_the_best_goes_the_next_holds_it() -> None:
    assert holder(settled(WIRE, WIFI, RADIO).down("wlan0"), "wlan0") == "wwan0"
    assert holder(settled(WIRE, WIFI).down("wlan0"), "wlan0") == ""


def test_after_a_move_it_is_for_another() -> None:
    world = settled(WIRE, WIFI, RADIO).down("eth0")
    assert world.state.active == "wlan0"
    assert holder(world, "wlan0") == "wwan0"


def test_one_that_has_just_come_must_be_calm_first_and_one_that_holds_it_keeps_it() -> None:
    world = settled(WIRE, RADIO)
    assert holder(World(WIRE, RADIO).up().run(1_500)) == ""
    world.down("wwan0").run(20_000).up("wwan0").run(1_500)
    assert holder(world) == ""
    assert holder(world, "wwan0") == "wwan0"
    assert holder(world.run(2_000)) == "wwan0"


def test_two_uplinks_of_one_address_are_one_place() -> None:
    assert holder(World(WIRE, WIFI).up(address="192.168.1.10").run(60_000)) == ""


def test_a_metered_one_holds_it_within_its_budget_alone() -> None:
    assert holder(settled(WIRE, MODEM)) == ""
    generous = replace(MODEM, standby_bytes=2 * MONTH_BYTES)
    world = settled(WIRE, generous)
    assert holder(world) == "wwan0"
    world.take(BytesCounted("wwan0", generous.standby_bytes, generous.standby_bytes, 86_400))
    assert holder(world, "wwan0") == ""


def test_a_month_of_it_is_what_the_documents_say() -> None:
    assert round(MONTH_BYTES / 1e6, 1) == 6.4


@pytest.mark.parametrize(
    ("before", "now", "left", "words"),
    [
        ({"a"}, {"a", "b"}, set(), ""),
        ({"a"}, {"b"}, set(), "the server keeps one contact of this account"),
        ({"a", "other"}, {"a", "b"}, set(), "the server gave up other for it"),
        ({"a", "old"}, {"a", "b"}, {"old"}, ""),
        ({"a"}, set(), set(), ""),
        (set(), {"b"}, set(), ""),
    ],
)
def test_a_registrar_that_gave_up_another_contact_has_not_kept_both(
    before: set[str], now: set[str], left: set[str], words: str
) -> None:
    assert displaced(before, now, {"a"}, left) == words


def test_a_registrar_that_says_no_is_asked_again_in_an_hour_and_silence_soon_and_ever_more_rarely() -> None:
    assert patience_ms(0, 0.0, answered=True) == HOUR_MS
    waits = [patience_ms(failures, 0.0, answered=False) for failures in range(40)]
    assert waits[:3] == [30_000, 60_000, 120_000]
    assert waits[-1] == HOUR_MS
    assert patience_ms(0, 1.0, answered=False) == 37_500
