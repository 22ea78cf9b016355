"""One uplink's life: every pair of phase and event has a place in the table, and each way from phase to phase is as the policy says."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core import uplink as machine
from firmware.core import uplink_health as health
from firmware.core.uplink_events import (
    BytesCounted,
    CallsEnded,
    CallStarted,
    Event,
    HealthEvent,
    LinkChanged,
    PinChanged,
    PortalFound,
    ProbeAnswered,
    ProbeEvery,
    ProbeFailed,
    ProviderApart,
    Target,
    TimePassed,
    UseUplink,
    VoiceMeasured,
    VoiceResumed,
    VoiceStalled,
)
from firmware.core.uplink_state import NEVER, Phase, UplinkRules, initial
from tests.core.uplink_world import MODEM, WIFI, WIRE, World

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = UplinkRules()
NAMES = ("eth0", "wlan0", "wwan0", "docker0", "")
TARGETS: tuple[Target, ...] = get_args(Target)


@pytest.mark.parametrize(("phase", "kind"), [*product(Phase, get_args(HealthEvent))])
def test_every_phase_and_event_has_a_row_or_is_ignored_by_name(phase: Phase, kind: type) -> None:
    assert ((phase, kind) in health.TABLE) != ((phase, kind) in health.IGNORED)


def test_every_event_has_a_row() -> None:
    kinds = {kind for union in get_args(Event) for kind in (get_args(union) or (union,))}
    assert set(machine.TABLE) == kinds


# Any events in any order

_name = st.sampled_from(NAMES)
_ms = st.floats(0, 5000)
_address = st.sampled_from(["", "192.0.2.10", "192.0.2.11"])
_EVENTS = st.one_of(
    st.builds(LinkChanged, _name, st.booleans(), _address, _address, _address, _address),
    st.builds(ProbeAnswered, _name, st.sampled_from(TARGETS), _ms),
    st.builds(ProbeFailed, _name, st.sampled_from(TARGETS)),
    st.builds(PortalFound, _name),
    st.builds(ProviderApart, _name),
    st.builds(VoiceStalled, _name, _ms),
    st.builds(VoiceResumed, _name),
    st.builds(VoiceMeasured, _name, st.floats(0, 100), _ms, _ms),
    st.builds(BytesCounted, _name, st.integers(0, 10**9), st.integers(0, 10**9), st.floats(0, 3e6)),
    st.just(CallStarted()),
    st.just(CallsEnded()),
    st.builds(PinChanged, _name),
    st.just(TimePassed()),
)
_GAPS = st.sampled_from([0.0, 1.0, 20.0, 200.0, 1000.0, 1999.0, 30_000.0, -5_000.0, 1e9, -1e9])


@given(st.lists(st.tuples(_GAPS, _EVENTS), max_size=60))
def test_whatever_happens_the_choice_makes_sense(story: list[tuple[float, Event]]) -> None:
    state, at_ms, moves = initial((WIRE, WIFI, MODEM)), 0.0, list[float]()
    for gap_ms, event in story:
        at_ms += gap_ms
        before = state
        state, actions = machine.step(RULES, state, type(event)(**{**event.__dict__, "at_ms": at_ms}))
        assert 0 <= state.now_ms - before.now_ms <= RULES.longest_gap_ms
        for action in actions:
            if isinstance(action, UseUplink):
                assert action.reason
                assert not action.uplink or state.uplinks[action.uplink].usable
                moves += [] if before.since_ms == NEVER else [state.now_ms]
            if isinstance(action, ProbeEvery):
                assert action.ms >= 0
        assert sum(state.now_ms - moved < RULES.moves_within_ms for moved in moves) <= RULES.most_moves
        assert state.active in {"", *state.uplinks}
        assert machine.wake_after_ms(state) > 0


# From phase to phase


def good(world: World) -> World:
    return world.up().run(30_000)


def test_a_link_is_not_used_before_somebody_answers() -> None:
    world = World(WIRE)
    world.ways["eth0"].dead = True
    world.up().run(500)
    assert world.state.uplinks["eth0"].phase is Phase.CHECKING
    world.run(20_000)
    assert (world.state.uplinks["eth0"].phase, world.active) == (Phase.DEAD, "")
    world.ways["eth0"].dead = False
    world.run(1500)
    assert (world.state.uplinks["eth0"].phase, world.active) == (Phase.GOOD, "eth0")


@pytest.mark.parametrize(
    ("event", "phase", "words"),
    [
        (LinkChanged("eth0", up=False), Phase.DOWN, "the link is down"),
        (LinkChanged("eth0", up=True), Phase.DOWN, "the link has no address"),
        (PortalFound("eth0"), Phase.PORTAL, "a login page stands between it and the internet"),
    ],
)
def test_what_makes_it_unusable_at_once(event: Event, phase: Phase, words: str) -> None:
    world = World(WIRE, WIFI)
    for way in world.ways.values():
        way.answering -= {"provider"}
    good(world).take(event)
    assert world.state.uplinks["eth0"].phase is phase
    assert words in world.reasons()[-1]
    assert world.active == "wlan0"


def test_a_router_that_answers_is_not_the_internet() -> None:
    world = good(World(WIRE, WIFI))
    world.ways["eth0"].answering = {"gateway"}
    world.run(4000)
    assert "the router answers, nobody behind it does" in world.reasons()[-1]


def test_pings_do_not_pass_a_portal_but_the_page_does() -> None:
    world = World(WIRE)
    way = world.ways["eth0"]
    way.answering -= {"provider"}
    way.portal = True
    world.up().run(60_000)
    assert world.state.uplinks["eth0"].phase is Phase.PORTAL
    way.portal = False
    world.run(15_000)
    assert world.state.uplinks["eth0"].phase is Phase.GOOD


def test_a_page_in_the_name_of_others_harms_nobody_while_the_provider_answers() -> None:
    world = good(World(WIRE, WIFI))
    world.ways["eth0"].portal = True
    world.run(60_000)
    assert world.active == "eth0"
    assert len(world.moves()) == 1


def test_dead_name_servers_are_a_remark() -> None:
    world = good(World(WIRE, WIFI))
    world.ways["eth0"].answering -= {"dns"}
    world.run(60_000)
    assert (world.active, len(world.moves())) == ("eth0", 1)
    assert "names are not resolved" in world.state.uplinks["eth0"].reason


def test_ipv6_alone_is_an_address() -> None:
    world = World(WIRE)
    world.take(LinkChanged("eth0", up=True, address6="2001:db8::10", gateway6="fe80::1"))
    world.run(1000)
    assert world.active == "eth0"


def test_a_host_that_never_answers_pings_is_no_evidence() -> None:
    world = World(WIRE, WIFI)
    for way in world.ways.values():
        way.answering, way.loss = {"gateway", "internet-1"}, 0.05
    world.up().run(600_000)
    assert [name for _, name in world.moves()] == ["eth0"]


def test_a_provider_that_never_answers_questions_makes_nothing_poor() -> None:
    world = World(WIRE, WIFI)
    for way in world.ways.values():
        way.answering -= {"provider"}
    world.up().run(120_000)
    assert {each.phase for each in world.state.uplinks.values()} == {Phase.GOOD}


def test_a_provider_that_answers_nobody_any_more_moves_nothing() -> None:
    world = good(World(WIRE, WIFI))
    for way in world.ways.values():
        way.answering -= {"provider"}
    world.run(300_000)
    assert (world.active, len(world.moves())) == ("eth0", 1)


def test_a_provider_that_answers_only_elsewhere_moves_the_line() -> None:
    world = good(World(WIRE, WIFI))
    world.ways["eth0"].answering -= {"provider"}
    world.run(30_000)
    assert world.active == "wlan0"
    assert "the internet answers, the provider does not" in world.reasons()[-1]


@pytest.mark.parametrize(
    "trouble",
    [lambda way: setattr(way, "loss", 0.4), lambda way: setattr(way, "rtt_ms", 600.0)],
    ids=["loss", "delay"],
)
def test_a_bad_path_is_left_though_it_works(trouble: Callable[[object], None]) -> None:
    world = good(World(WIRE, WIFI))
    trouble(world.ways["eth0"])
    world.run(40_000)
    assert world.active == "wlan0"
