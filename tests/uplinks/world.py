"""Networks, routes, an agent and a modem in memory, for the controller: they carry bytes, answer questions and note orders, and are no more than that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from firmware.core.uplink_events import Target, UplinkFacts
from firmware.network.errors import MissingRights
from firmware.network.link_state import LinkState
from firmware.sip.news import Quality
from firmware.uplinks.controller import UplinkController, Wishes
from firmware.uplinks.memory import Memory
from firmware.uplinks.parts import Answered, Intercepted, Outcome, Parts, Unanswered
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from firmware.sip.bearer import Bearer

WIRE = UplinkFacts("eth0", "ethernet", 10)
WIFI = UplinkFacts("wlan0", "wifi", 20)
MODEM = UplinkFacts("wwan0", "cellular", 30, metered=True)
PROBE_BYTES = 120
ALL: frozenset[Target] = frozenset({"gateway", "internet-1", "internet-2", "provider", "dns", "portal"})


@dataclass
class Network:
    """Three interfaces and what lies behind them."""

    scheduler: FakeScheduler
    states: dict[str, LinkState] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    portals: set[str] = field(default_factory=set)
    asked: list[tuple[float, str, Target]] = field(default_factory=list)
    on_link: Callable[[LinkState], None] = lambda _: None

    @property
    def links(self) -> list[LinkState]:
        return list(self.states.values())

    def start(self, on_link: Callable[[LinkState], None]) -> None:
        self.on_link = on_link
        for link in self.links:
            on_link(link)

    def stop(self) -> None:
        self.on_link = lambda _: None

    def change(self, name: str, **fields: object) -> None:
        self.states[name] = replace(self.states[name], **fields)  # type: ignore[arg-type]
        self.on_link(self.states[name])

    def plug(self, *names: str) -> None:
        for place, name in enumerate(names):
            self.change(
                name, up=True, carrier=True, address4=f"192.0.2.{10 + place}", gateway4="192.0.2.1", nameservers=("192.0.2.1",)
            )

    def cut(self, name: str) -> None:
        self.change(name, carrier=False, address4="", gateway4="")

    # Questions

    def targets(self, link: LinkState) -> frozenset[Target]:
        return ALL if link.usable else frozenset()

    def ask(self, link: LinkState, target: Target, timeout_ms: int, done: Callable[[Outcome], None]) -> None:
        self.asked.append((self.scheduler.now_ms(), link.name, target))
        held = self.states[link.name]
        self.states[link.name] = replace(
            held, rx_bytes=held.rx_bytes + PROBE_BYTES // 2, tx_bytes=held.tx_bytes + PROBE_BYTES // 2
        )
        if target == "portal" and link.name in self.portals:
            self.scheduler.later(20, lambda: done(Intercepted()))
        elif link.name in self.dead | self.portals or not held.usable:
            self.scheduler.later(timeout_ms, lambda: done(Unanswered()))
        else:
            self.scheduler.later(20, lambda: done(Answered(20)))


@dataclass
class Line:
    """The agent, the routes and the modem: what they were told, in order."""

    told: list[tuple[object, ...]] = field(default_factory=list)
    quality_of: dict[str, Quality] = field(default_factory=dict)
    refuses: bool = False

    def use(self, active: Bearer | None, standby: Sequence[Bearer] = ()) -> None:
        self.told.append(("use", active, tuple(standby)))

    def watch_voice(self, wanted: bool) -> None:  # noqa: FBT001
        self.told.append(("watch", wanted))

    def quality(self, handle: str) -> Quality:
        return self.quality_of.get(handle, Quality())

    def claim(self, link: LinkState) -> None:
        if self.refuses:
            raise MissingRights("routes cannot be changed without CAP_NET_ADMIN")
        self.told.append(("claim", link.name, link.address4))

    def use_for_voice(self, uplink: str, first_port: int, last_port: int) -> None:
        if self.refuses:
            raise MissingRights("routes cannot be changed without CAP_NET_ADMIN")
        self.told.append(("voice", uplink, first_port, last_port))

    def release_all(self) -> None:
        self.told.append(("release",))

    def connect(self) -> None:
        self.told.append(("connect",))

    def disconnect(self) -> None:
        self.told.append(("disconnect",))

    def lost(self, reason: str) -> None:
        self.told.append(("lost", reason))

    @property
    def bearers(self) -> list[str]:
        """The active one after each change of it."""
        names = [told[1].name if told[1] else "" for told in self.told if told[0] == "use"]  # type: ignore[attr-defined]
        return [name for place, name in enumerate(names) if not place or name != names[place - 1]]


class Box:
    def __init__(self, folder: Path, *facts: UplinkFacts, routes: bool = True) -> None:
        self.facts = facts or (WIRE, WIFI, MODEM)
        self.scheduler = FakeScheduler()
        self.network = Network(self.scheduler, {each.name: LinkState(each.name) for each in self.facts})
        self.line = Line()
        self.date = datetime(2026, 11, 25, 10, tzinfo=UTC)
        self.file = folder / "uplinks.json"
        self.memory = Memory(self.file, lambda: self.date)
        self.changes = 0
        parts = Parts(self.network, self.network, self.line, self.line if routes else None, self.line)
        self.controller = UplinkController(
            Wishes(self.facts, (10_000, 10_999)), parts, self.scheduler, self.memory, self._changed
        )

    def _changed(self) -> None:
        self.changes += 1

    def start(self) -> Box:
        self.controller.start()
        self.network.plug(*self.network.states)
        return self.run(60_000)

    def run(self, for_ms: float) -> Box:
        self.scheduler.run(for_ms)
        return self
