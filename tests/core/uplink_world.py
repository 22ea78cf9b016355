"""A small world for the uplink policy: uplinks with delay, loss and jitter, probes and voice on them, and a clock that is turned by hand.

It sends what the policy orders and hands back what would come. Nothing in it decides anything.
"""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware.core.uplink import step, wake_after_ms
from firmware.core.uplink_events import (
    Action,
    CallsEnded,
    CallStarted,
    Event,
    LinkChanged,
    PortalFound,
    ProbeAnswered,
    ProbeEvery,
    ProbeFailed,
    ProviderApart,
    Target,
    TimePassed,
    UplinkFacts,
    UseUplink,
    VoiceMeasured,
    VoiceResumed,
    VoiceStalled,
)
from firmware.core.uplink_rates import patience_ms
from firmware.core.uplink_state import UplinkRules, Uplinks, initial
from firmware.core.voice_gap import stall_after_ms

if TYPE_CHECKING:
    from collections.abc import Callable

WIRE = UplinkFacts("eth0", "ethernet", 10)
WIFI = UplinkFacts("wlan0", "wifi", 20)
MODEM = UplinkFacts("wwan0", "cellular", 30, metered=True)

RTCP_MS = 5000
TARGETS: tuple[Target, ...] = ("internet-1", "internet-2", "provider")


@dataclass
class Way:
    """What an uplink does to packets. `answering`: who is reached at all; the portal page comes as it should where "portal" is in it."""

    rtt_ms: float = 30.0
    loss: float = 0.0
    jitter: Callable[[random.Random], float] = lambda _random: 0.0
    """Delay added to one packet, one way."""
    dead: bool = False
    answering: set[Target] = field(default_factory=lambda: {"gateway", "internet-1", "internet-2", "provider", "dns", "portal"})
    portal: bool = False
    apart: bool = False
    """It has no address of the provider's family."""


@dataclass
class Heard:
    """The far end's voice as it comes in, and the watch over it."""

    last_ms: float
    stalled: bool = False
    packets: int = 0
    lost: int = 0
    jitter_ms: float = 0.0
    transit_ms: float = 0.0
    alarms: int = 0
    before: tuple[int, int] = (0, 0)
    rtt_ms: float = 0.0
    """As RTCP tells it: nothing at first, and then every 5 s (RFC 3550 section 6.2)."""


class World:
    def __init__(self, *facts: UplinkFacts, seed: int = 1, rules: UplinkRules | None = None) -> None:
        self.rules = rules or UplinkRules()
        self.state: Uplinks = initial(facts or (WIRE, WIFI, MODEM))
        self.ways = {name: Way() for name in self.state.uplinks}
        self.random = random.Random(seed)  # noqa: S311 (chance, no secret)
        self.now_ms = 0.0
        self.clock_offset_ms = 0.0
        self.done: list[tuple[float, Action]] = []
        self.probes = dict.fromkeys(self.state.uplinks, 0)
        self.heard: Heard | None = None
        self._turns = {name: itertools.count() for name in self.state.uplinks}
        self._rates: dict[str, ProbeEvery] = {}
        self._rounds = dict.fromkeys(self.state.uplinks, 0)
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._next_tick_ms = 0.0
        self.later(0, self._tick)

    # Time

    def later(self, delay_ms: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (self.now_ms + delay_ms, next(self._order), action))

    def run(self, for_ms: float) -> World:
        end_ms = self.now_ms + for_ms
        while self._heap and self._heap[0][0] <= end_ms:
            self.now_ms, _, action = heapq.heappop(self._heap)
            action()
        self.now_ms = end_ms
        return self

    def _tick(self) -> None:
        if self.now_ms < self._next_tick_ms:
            return
        self._next_tick_ms = float("inf")
        self.take(TimePassed())

    def _hurry(self) -> None:
        due_ms = self.now_ms + wake_after_ms(self.state)
        if due_ms < self._next_tick_ms:
            self._next_tick_ms = due_ms
            self.later(due_ms - self.now_ms, self._tick)

    def take(self, event: Event) -> None:
        timed = type(event)(**{**event.__dict__, "at_ms": self.now_ms + self.clock_offset_ms})
        self.state, actions = step(self.rules, self.state, timed)
        for action in actions:
            self.done.append((self.now_ms, action))
            if isinstance(action, ProbeEvery):
                self._pace(action)
        self._hurry()

    # Probes

    def _pace(self, rate: ProbeEvery) -> None:
        before = self._rates.get(rate.uplink)
        self._rates[rate.uplink] = rate
        self._rounds[rate.uplink] += 1
        if rate.ms:
            slow = before is not None and before.ms and before.ms < rate.ms
            self.later(rate.ms if slow else 0, self._round_of(rate.uplink, self._rounds[rate.uplink]))

    def _round_of(self, name: str, number: int) -> Callable[[], None]:
        def round_() -> None:
            if self._rounds[name] != number:
                return
            rate = self._rates[name]
            turn = next(self._turns[name])
            rare: tuple[Target, ...] = () if turn % 10 else ("portal", "dns")
            targets = (TARGETS[turn % 3],) if rate.sparing else TARGETS
            step_ms = min(rate.ms / len(targets), 350)
            for place, target in enumerate(targets):
                self.later(place * step_ms, self._probe_of(name, target))
            for target in (*rare, *(() if rate.sparing else ("gateway",))):
                self.later(step_ms / 2, self._probe_of(name, target))
            self.later(rate.ms * self.random.uniform(0.8, 1), round_)

        return round_

    def _probe_of(self, name: str, target: Target) -> Callable[[], None]:
        def probe() -> None:
            way = self.ways[name]
            self.probes[name] += 1
            if target == "provider" and way.apart:
                self.take(ProviderApart(name))
                return
            lost = way.dead or target not in way.answering or self.random.random() < way.loss
            if target == "portal" and way.portal:
                self.later(way.rtt_ms, lambda: self.take(PortalFound(name)))
                return
            rtt_ms = way.rtt_ms + way.jitter(self.random) + way.jitter(self.random)
            patience = patience_ms(self.rules, self.state, self.state.uplinks[name])
            if lost or rtt_ms > patience:
                self.later(patience, lambda: self.take(ProbeFailed(name, target)))
            else:
                self.later(rtt_ms, lambda: self._answered(name, target, rtt_ms))

        return probe

    def _answered(self, name: str, target: Target, rtt_ms: float) -> None:
        event: Event = ProbeFailed(name, target) if self.ways[name].dead else ProbeAnswered(name, target, rtt_ms)
        self.take(event)

    def slow_down(self, name: str, rtt_ms: float) -> World:
        """As a filling queue does it: not at once."""
        while self.ways[name].rtt_ms < rtt_ms:
            self.ways[name].rtt_ms = min(rtt_ms, self.ways[name].rtt_ms + 20)
            self.run(500)
        return self

    # Links

    def up(self, *names: str, address: str = "") -> World:
        for name in names or tuple(self.ways):
            own = address or f"192.0.2.{10 + list(self.ways).index(name)}"
            self.take(LinkChanged(name, up=True, address4=own, gateway4="192.0.2.1"))
        return self

    def down(self, name: str) -> World:
        self.take(LinkChanged(name, up=False))
        return self

    # Voice: a packet every 20 ms by the active uplink, and the engine's watch

    def call(self) -> World:
        self.take(CallStarted())
        way = self.ways.get(self.state.active, Way())
        self.heard = Heard(self.now_ms + way.rtt_ms / 2)  # nothing is missing before the first packet
        self.later(20, self._send_voice)
        self.later(10, self._watch)
        self.later(1000, self._measure)
        self.later(RTCP_MS, self._report)
        return self

    def hang_up(self) -> World:
        self.heard = None
        self.take(CallsEnded())
        return self

    def _send_voice(self) -> None:
        if not self.heard:
            return
        self.later(20, self._send_voice)
        way = self.ways.get(self.state.active)
        self.heard.packets += 1
        if way is None or way.dead or self.random.random() < way.loss:
            self.heard.lost += 1
            return
        transit_ms = way.rtt_ms / 2 + way.jitter(self.random)
        name = self.state.active
        self.later(transit_ms, lambda: self._hear(name, transit_ms))

    def _hear(self, name: str, transit_ms: float) -> None:
        if not self.heard or self.ways[name].dead:
            return
        heard = self.heard
        heard.jitter_ms += (abs(transit_ms - heard.transit_ms) - heard.jitter_ms) / 16  # RFC 3550 section 6.4.1
        heard.transit_ms = transit_ms
        heard.last_ms = self.now_ms
        if heard.stalled:
            heard.stalled = False
            self.take(VoiceResumed(self.state.active))

    def _watch(self) -> None:
        if not self.heard:
            return
        self.later(10, self._watch)
        silent_ms = self.now_ms - self.heard.last_ms
        patience = stall_after_ms(100 * self.heard.lost / max(1, self.heard.packets), self.heard.jitter_ms)
        if not self.heard.stalled and silent_ms >= patience:
            self.heard.stalled = True
            self.heard.alarms += 1
            self.take(VoiceStalled(self.state.active, silent_ms))

    def _report(self) -> None:
        if self.heard:
            self.later(RTCP_MS, self._report)
            self.heard.rtt_ms = self.ways.get(self.state.active, Way()).rtt_ms

    def _measure(self) -> None:
        if not self.heard:
            return
        self.later(1000, self._measure)
        if not self.heard.stalled:
            packets, lost = self.heard.packets - self.heard.before[0], self.heard.lost - self.heard.before[1]
            loss = 100 * lost / max(1, packets)
            self.take(VoiceMeasured(self.state.active, loss, self.heard.jitter_ms, self.heard.rtt_ms))
        self.heard.before = (self.heard.packets, self.heard.lost)

    # What came of it

    @property
    def active(self) -> str:
        return self.state.active

    def moves(self, since_ms: float = float("-inf")) -> list[tuple[float, str]]:
        return [(at_ms, act.uplink) for at_ms, act in self.done if isinstance(act, UseUplink) and at_ms >= since_ms]

    def reasons(self) -> list[str]:
        return [act.reason for _, act in self.done if isinstance(act, UseUplink)]

    def most_moves_a_minute(self) -> int:
        times = [at_ms for at_ms, _ in self.moves()]
        return max((sum(at <= other < at + 60_000 for other in times) for at in times), default=0)


def settled(*facts: UplinkFacts, **how: object) -> World:
    """All links up and calm for a minute."""
    return World(*facts, **how).up().run(60_000)  # type: ignore[arg-type]


def decided(world: World, since_ms: float) -> float:
    """How long the first move since then took."""
    return world.moves(since_ms)[0][0] - since_ms
