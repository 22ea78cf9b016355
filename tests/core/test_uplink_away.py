"""Away from an uplink that died, fast, and from no uplink that lives: the pure machine in a world whose clock is turned by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.core.uplink_events import VoiceResumed, VoiceStalled
from firmware.core.uplink_state import Phase
from tests.core.uplink_world import MODEM, WIFI, WIRE, World, decided, settled

OPEN_ENDED = {
    "steady": lambda _random: 0.0,
    "even, 0 to 40 ms": lambda random: random.uniform(0, 40),
    "even, 0 to 80 ms": lambda random: random.uniform(0, 80),
    "bell, 40 ms": lambda random: abs(random.gauss(40, 40)),
    "long tail, mean 40 ms": lambda random: random.expovariate(1 / 40),
}


def test_a_cut_cable_is_decided_with_its_event() -> None:
    world = settled()
    world.down("eth0")
    assert world.moves()[-1] == (world.now_ms, "wlan0")
    assert world.reasons()[-1] == "eth0: the link is down; wlan0 works"


@given(phase_ms=st.floats(0, 2000), rtt_ms=st.floats(5, 140), answering=st.sampled_from([1, 2, 3]))
@settings(max_examples=40, deadline=None)
def test_silent_death_is_decided_within_three_seconds_when_idle(phase_ms: float, rtt_ms: float, answering: int) -> None:
    world = World(WIRE, WIFI)
    for way in world.ways.values():
        way.rtt_ms = rtt_ms
        way.answering = {"gateway", *("provider", "internet-1", "internet-2")[:answering]}
    world.up().run(40_000 + phase_ms)
    world.ways["eth0"].dead = True
    cut_ms = world.now_ms
    world.run(3000)
    assert decided(world, cut_ms) < 3000
    assert world.active == "wlan0"


@pytest.mark.parametrize("used_ms", [100, 400, 700, 1000, 1900])
def test_the_same_as_soon_as_the_uplink_is_used(used_ms: float) -> None:
    """Before anybody knows what an answer usually takes."""
    world = World(WIRE, WIFI)
    for way in world.ways.values():
        way.rtt_ms = 60
    world.up()
    while world.active != "eth0":
        world.run(10)
    world.run(used_ms)
    world.ways["eth0"].dead = True
    cut_ms = world.now_ms
    world.run(3000)
    assert decided(world, cut_ms) < 3000


def test_the_same_on_a_metered_uplink_that_has_a_substitute() -> None:
    world = settled(WIFI, replace(MODEM, priority=1))
    assert world.active == "wwan0"
    for more_ms in range(0, 1000, 130):
        again = settled(WIFI, replace(MODEM, priority=1)).run(more_ms)
        again.ways["wwan0"].dead = True
        cut_ms = again.now_ms
        again.run(3000)
        assert decided(again, cut_ms) < 3000


@pytest.mark.parametrize("jitter", OPEN_ENDED)
@pytest.mark.parametrize("loss", [0.0, 0.05])
def test_missing_voice_decides_within_a_quarter_of_a_second(jitter: str, loss: float) -> None:
    for seed in range(8):
        world = World(WIRE, WIFI, seed=seed).up()
        world.ways["eth0"].jitter, world.ways["eth0"].loss = OPEN_ENDED[jitter], loss
        world.run(10_000).call().run(20_000 + 37 * seed)
        world.ways["eth0"].dead = True
        cut_ms = world.now_ms
        world.run(250)
        assert decided(world, cut_ms) < 250
        assert "no voice for" in world.reasons()[-1]


@pytest.mark.parametrize("jitter", OPEN_ENDED)
def test_no_false_alarm_in_ten_minutes_of_loss_and_jitter(jitter: str) -> None:
    world = World(WIRE, WIFI, seed=7).up()
    world.ways["eth0"].jitter, world.ways["eth0"].loss = OPEN_ENDED[jitter], 0.05
    world.run(10_000).call().run(600_000)
    assert [name for _, name in world.moves()] == ["eth0"]


def test_a_far_end_that_falls_silent_is_not_a_dead_uplink() -> None:
    """Probes are answered: for three seconds nothing moves; then the voice may have found the one way that is closed to it."""
    world = settled().call().run(5000)
    world.heard = None
    world.take(VoiceStalled("eth0", 200))
    stalled_ms = world.now_ms - 200
    world.run(2700)
    assert world.active == "eth0"
    world.run(400)
    assert world.active == "wlan0"
    assert world.moves()[-1][0] - stalled_ms == pytest.approx(3000, abs=100)
    assert "no voice comes" in world.reasons()[-1]
    world.take(VoiceStalled("wlan0", 200))
    world.run(60_000)
    assert len(world.moves()) <= 3, "onwards at most, never to and fro"


def test_voice_heard_again_while_the_uplink_counts_as_dead_is_missing_no_longer() -> None:
    world = settled(WIRE).call().run(5000)
    world.heard = None
    world.ways["eth0"].dead = True
    world.run(200)
    world.take(VoiceStalled("eth0", 200))
    world.run(100)
    assert world.state.uplinks["eth0"].phase is Phase.DEAD
    world.take(VoiceResumed("eth0"))
    assert world.state.uplinks["eth0"].stalled_ms is None
    world.ways["eth0"].dead = False
    world.run(10_000)
    assert world.state.uplinks["eth0"].phase is Phase.GOOD


def test_a_ringing_call_has_no_voice_yet_and_probes_decide_within_a_second() -> None:
    world = settled().call()
    world.heard = None
    world.run(3000)
    world.ways["eth0"].dead = True
    cut_ms = world.now_ms
    world.run(1500)
    assert decided(world, cut_ms) < 1000


@pytest.mark.parametrize("rtt_ms", [350, 450, 580])
def test_a_slow_way_is_not_taken_for_dead_when_a_call_begins(rtt_ms: float) -> None:
    """The voice's own reports tell nothing of the round trip for five seconds."""
    world = settled(WIRE, WIFI).slow_down("eth0", rtt_ms).run(10_000).call().run(30_000)
    assert [name for _, name in world.moves()] == ["eth0"]


def test_a_queue_that_fills_quickly_is_not_taken_for_death() -> None:
    """100 ms more each second, up to 580."""
    world = settled(WIRE, WIFI).call().run(8000)
    while world.ways["eth0"].rtt_ms < 580:
        world.ways["eth0"].rtt_ms += 10
        world.run(100)
    world.run(20_000)
    assert [name for _, name in world.moves()] == ["eth0"]
