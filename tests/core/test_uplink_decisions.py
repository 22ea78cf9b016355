"""What is good or poor, which uplink is used and why, and how a call is kept: the pure machine in a world whose clock is turned by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware.core.uplink_choice import explain
from firmware.core.uplink_events import BytesCounted, LinkChanged, PinChanged, TimePassed, VoiceStalled, WarnBudget
from firmware.core.uplink_state import Phase, UplinkRules
from tests.core.uplink_world import MODEM, WIFI, WIRE, World, decided, settled

# Good and poor, slowly


def test_a_poor_path_is_left_after_five_seconds_below_the_bound() -> None:
    world = settled().call().run(5000)
    world.ways["eth0"].loss = 0.25
    bad_ms = world.now_ms
    world.run(30_000)
    assert 5000 <= decided(world, bad_ms) < 8000
    assert world.reasons()[-1].startswith("eth0 is poor: R ")
    assert "below 65 for 5 s" in world.reasons()[-1]


def test_a_bad_moment_is_not_a_poor_path() -> None:
    world = settled().call().run(5000)
    world.ways["eth0"].loss = 0.25
    world.run(4000)
    world.ways["eth0"].loss = 0
    world.run(60_000)
    assert world.active == "eth0"


def test_between_the_bounds_nothing_changes() -> None:
    """R 74: not bad enough to leave, not good enough to return."""
    world = settled(WIRE, WIFI).slow_down("eth0", 450).run(120_000)
    assert world.active == "eth0"
    world.slow_down("eth0", 700).run(60_000)
    assert (world.active, world.state.uplinks["eth0"].phase) == ("wlan0", Phase.POOR)
    world.ways["eth0"].rtt_ms = 450
    world.run(300_000)
    assert (world.active, world.state.uplinks["eth0"].phase) == ("wlan0", Phase.POOR)
    world.ways["eth0"].rtt_ms = 30
    world.run(60_000)
    assert world.active == "eth0"


# Back, slowly


def test_return_to_the_wire_after_thirty_seconds_of_calm() -> None:
    world = settled().down("eth0").run(5000).up("eth0")
    back_ms = world.now_ms
    world.run(60_000)
    assert world.moves()[-1][1] == "eth0"
    assert 30_000 <= decided(world, back_ms) < 31_500
    assert world.reasons()[-1] == "eth0 comes before wlan0 and has been calm for 30 s"


def test_the_same_after_a_silent_death() -> None:
    world = settled()
    world.ways["eth0"].dead = True
    world.run(20_000)
    world.ways["eth0"].dead = False
    healed_ms = world.now_ms
    world.run(60_000)
    assert world.moves()[-1][1] == "eth0"
    assert 30_000 <= decided(world, healed_ms) < 33_000


def test_the_hold_grows_with_each_flap_and_is_forgiven_after_a_long_calm() -> None:
    world = settled(WIRE, WIFI)
    held = []
    for _ in range(4):
        world.down("eth0").run(5000).up("eth0")
        back_ms = world.now_ms
        world.run(400_000)
        held.append(round(decided(world, back_ms), -3))
    assert held == [30_000, 60_000, 120_000, 240_000]
    world.run(600_000).down("eth0").run(5000).up("eth0")
    back_ms = world.now_ms
    world.run(60_000)
    assert decided(world, back_ms) < 31_500


def test_one_in_waiting_says_for_how_long_and_why() -> None:
    world = settled(WIRE, WIFI)
    for _ in range(2):
        world.down("eth0").run(5000).up("eth0").run(40_000)
    words = explain(world.rules, world.state, world.state.uplinks["eth0"])
    assert words.startswith("it works; used again after 60 s of calm, for it failed 2 times: 2")
    assert words.endswith(" s to go")


def test_never_back_during_a_call_unless_the_active_one_dies() -> None:
    world = settled().call().run(1000).down("eth0").run(2000).up("eth0").run(600_000)
    assert world.active == "wlan0"
    world.ways["wlan0"].dead = True
    world.run(1000)
    assert world.active == "eth0"


def test_not_back_during_a_call_even_when_the_active_one_is_poor() -> None:
    world = settled(WIRE, WIFI).call().run(1000).down("eth0").run(2000).up("eth0").run(60_000)
    world.slow_down("wlan0", 700).run(60_000)
    assert (world.active, world.state.uplinks["wlan0"].phase) == ("wlan0", Phase.POOR)
    world.hang_up().run(1000)
    assert world.active == "eth0"


# Order, cost, the user's word


def test_the_owners_priority_comes_before_cost_and_cost_before_kind() -> None:
    dear_first = settled(WIRE, replace(MODEM, priority=1))
    assert dear_first.active == "wwan0"
    same = settled(replace(WIRE, priority=10, metered=True), replace(WIFI, priority=10))
    assert same.active == "wlan0"
    kinds = settled(replace(WIFI, priority=10), replace(WIRE, priority=10))
    assert kinds.active == "eth0"


def _with_wifi_apart() -> World:
    """The provider has no address of the family that the Wi-Fi gives; there is no modem."""
    world = World(WIRE, WIFI)
    world.ways["wlan0"].apart = True
    return world.up().run(40_000)


def test_a_call_is_not_taken_where_the_provider_has_no_address() -> None:
    world = _with_wifi_apart().call().run(2000)
    world.ways["eth0"].dead = True
    world.run(5000)
    assert world.state.uplinks["eth0"].phase is Phase.DEAD
    assert world.active == "eth0", "there is no other way for it"
    world.ways["eth0"].dead = False
    world.run(5000)
    assert world.state.uplinks["eth0"].usable
    assert [uplink for _, uplink in world.moves()] == ["eth0"]


def test_where_the_provider_has_no_address_is_better_than_nowhere_and_left_at_once() -> None:
    world = _with_wifi_apart()
    assert (
        explain(world.rules, world.state, world.state.uplinks["wlan0"])
        == "it works, but the provider has no address of its family"
    )
    world.down("eth0")
    assert world.active == "wlan0"
    world.up("eth0").run(3000)
    assert world.active == "eth0"
    assert world.reasons()[-1] == "wlan0: it works, but the provider has no address of its family; eth0 works"


def test_the_pin_moves_at_once_even_in_a_call_and_yields_only_to_death() -> None:
    world = settled().call().run(1000)
    world.take(PinChanged("wwan0"))
    assert (world.active, world.reasons()[-1]) == ("wwan0", "you chose wwan0")
    world.slow_down("wwan0", 700).run(60_000)
    assert world.state.uplinks["wwan0"].phase is Phase.POOR
    assert world.active == "wwan0", "poor is what the user wanted"
    world.hang_up().run(60_000)
    world.down("wwan0")
    assert world.active == "eth0"
    world.ways["wwan0"].rtt_ms = 60
    world.up("wwan0").run(90_000)
    assert world.active == "wwan0"
    world.take(PinChanged(""))
    world.run(1000)
    assert world.active == "eth0"


def test_a_pin_on_something_unknown_changes_nothing() -> None:
    world = settled()
    world.take(PinChanged("eth7"))
    assert (world.state.pin, world.active) == ("", "eth0")


def test_a_month_used_up_is_warned_of_and_then_used_only_in_need() -> None:
    modem = replace(MODEM, cap_bytes=100_000_000)
    world = settled(replace(WIFI, priority=50), modem)
    assert world.active == "wwan0"
    world.take(BytesCounted("wwan0", 81_000_000, 0, 86_400))
    world.take(BytesCounted("wwan0", 82_000_000, 0, 86_400))
    world.take(BytesCounted("wwan0", 100_000_000, 0, 86_400))
    world.run(40_000)
    warned = [action.words for _, action in world.done if isinstance(action, WarnBudget)]
    assert warned == [
        "wwan0 has used 81 % of its 100 MB this month",
        "wwan0 has reached its limit of 100 MB this month and is used only where nothing else works",
    ]
    assert (world.active, world.reasons()[-1]) == ("wlan0", "wwan0 has used up its month; wlan0 works")
    world.down("wlan0")
    assert world.active == "wwan0", "a call that costs is better than none"


# None, and strange networks


def test_all_dead_says_so_keeps_asking_and_takes_the_first_that_answers() -> None:
    world = settled()
    for name in world.ways:
        world.ways[name].dead = True
    world.run(70_000)
    assert [name for _, name in world.moves()] == ["eth0", "wlan0", "wwan0", ""]
    assert world.reasons()[-1].startswith("no uplink works; wwan0: nobody answers")
    asked = dict(world.probes)
    world.run(60_000)
    assert all(world.probes[name] > asked[name] + 10 for name in world.probes)
    world.ways["wwan0"].dead = False
    world.run(6000)
    assert world.active == "wwan0"


def test_the_only_uplink_is_not_given_up_for_a_moment() -> None:
    world = settled(WIRE)
    world.down("eth0").run(2000).up("eth0").run(5000)
    assert [name for _, name in world.moves()] == ["eth0"]


def test_a_new_address_in_a_call_is_a_move_to_the_same_uplink() -> None:
    world = settled().call().run(1000).up("eth0", address="192.0.2.77")
    assert world.moves()[-1] == (world.now_ms, "eth0")
    assert world.reasons()[-1] == "the address of eth0 changed to 192.0.2.77"


def test_one_address_more_is_no_move_and_a_new_gateway_neither() -> None:
    world = settled().call().run(1000)
    world.take(LinkChanged("eth0", up=True, address4="192.0.2.10", address6="2001:db8::10", gateway4="192.0.2.254"))
    world.run(1000)
    assert len(world.moves()) == 1
    world.take(LinkChanged("eth0", up=True, address4="192.0.2.10", address6="2001:db8::11", gateway4="192.0.2.254"))
    assert world.reasons()[-1] == "the address of eth0 changed to 192.0.2.10 and 2001:db8::11"


def test_the_same_subnet_on_both_confuses_nothing() -> None:
    world = World(WIRE, WIFI)
    world.up("eth0", address="192.168.1.5").up("wlan0", address="192.168.1.5").run(60_000)
    world.down("eth0").run(1000)
    assert [name for _, name in world.moves()] == ["eth0", "wlan0"]


def test_at_a_start_the_better_one_is_waited_for() -> None:
    world = World(WIRE, WIFI)
    world.ways["eth0"].rtt_ms = 400
    world.up().run(5000)
    assert [name for _, name in world.moves()] == ["eth0"]


# Clocks


@pytest.mark.parametrize("jump_ms", [-1e9, -5000.0, 5000.0, 3_600_000.0, 1e9])
@pytest.mark.parametrize("calling", [False, True])
def test_a_clock_that_jumps_decides_nothing(jump_ms: float, calling: bool) -> None:  # noqa: FBT001
    world = settled()
    if calling:
        world.call()
    world.run(5000)
    world.clock_offset_ms += jump_ms
    world.run(120_000)
    assert [name for _, name in world.moves()] == ["eth0"]
    world.down("eth0")
    assert world.active == "wlan0"


def test_a_machine_that_slept_waits_for_answers_before_it_believes_in_death() -> None:
    """All timeouts of the time before come at once, and the voice was silent for an hour."""
    world = settled().call().run(5000)
    world.clock_offset_ms += 3_600_000
    world.take(VoiceStalled("eth0", 3_600_000))
    world.run(50)
    assert world.active == "eth0"


def test_a_jump_does_not_count_as_calm() -> None:
    world = settled().down("eth0").run(5000).up("eth0").run(5000)
    world.clock_offset_ms += 3_600_000
    world.take(TimePassed())
    assert world.active == "wlan0"
    world.run(20_000)
    assert world.active == "wlan0"
    world.run(10_000)
    assert world.active == "eth0"


def test_the_rules_are_those_of_the_book() -> None:
    rules = UplinkRules()
    assert (rules.active_ms, rules.in_call_ms, rules.standby_ms) == (1000, 200, 10_000)
    assert (rules.leave_r, rules.leave_after_ms, rules.return_r, rules.return_after_ms) == (65, 5000, 80, 30_000)
