"""Runs the uplink policy: hands it what happens, and carries out what it decides. It decides nothing itself.

Links, probes and voice come in as events of `firmware.core.uplink`; out go bearers for the SIP agent, the route of the voice, the pace of the probes,
and a sentence for the log with every decision. Runs on the deciding thread and never waits.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from firmware.core.standby import contact_holder
from firmware.core.uplink import step, wake_after_ms
from firmware.core.uplink_choice import in_order
from firmware.core.uplink_events import (
    Action,
    BytesCounted,
    CallsEnded,
    CallStarted,
    Event,
    LinkChanged,
    PinChanged,
    ProbeEvery,
    TimePassed,
    UplinkFacts,
    UseUplink,
    VoiceMeasured,
    VoiceResumed,
    VoiceStalled,
    WarnBudget,
)
from firmware.core.uplink_rates import patience_ms
from firmware.core.uplink_state import Phase, Uplink, UplinkRules, Uplinks, initial
from firmware.network.errors import NetworkError
from firmware.network.link_state import LinkState
from firmware.orders import Handler, OrderRefused, shown
from firmware.sip.bearer import Bearer
from firmware.uplinks.memory import Memory
from firmware.uplinks.parts import Parts
from firmware.uplinks.probing import Probing
from firmware.uplinks.status import Json, active_json, as_json
from firmware.uplinks.voice import VoiceEvidence
from firmware.wall_clock import utc
from hal.ports import Scheduler, Timer

log = logging.getLogger("keepline.uplinks")

COUNT_EVERY_MS = 10_000
MEASURE_EVERY_MS = 1_000
MODEM_PATIENCE_MS = 20_000
"""So long a cellular uplink may be dead before the modem is told to do something about it."""


@dataclass(frozen=True)
class Wishes:
    """What the settings say. `voice_ports`: the first and the last port of RTP."""

    uplinks: tuple[UplinkFacts, ...]
    voice_ports: tuple[int, int]
    rules: UplinkRules = field(default_factory=UplinkRules)


class UplinkController:
    """`changed` is told after each decision and each change of an uplink's state."""

    def __init__(self, wishes: Wishes, parts: Parts, scheduler: Scheduler, memory: Memory, changed: Callable[[], None]) -> None:
        self.rules = wishes.rules
        self.state: Uplinks = initial(wishes.uplinks)
        self._parts = parts
        self._scheduler = scheduler
        self._memory = memory
        self._voice_ports = wishes.voice_ports
        self._changed = changed
        self._links: dict[str, LinkState] = {}
        self._told: tuple[Bearer | None, tuple[Bearer, ...]] | None = None
        self._contact_holder = ""
        self._since = ""
        self._timers: dict[str, Timer] = {}
        self._closed = False
        self._trouble = ""
        self._voice = VoiceEvidence(parts.agent.quality)
        self._probing = Probing(scheduler, parts.questions, self._patience, self.take)

    def start(self) -> None:
        if self._memory.pin:
            self.take(PinChanged(self._memory.pin))
        self._tell_agent()
        self._parts.links.start(self._link)
        if self._parts.modem:
            self._parts.modem.connect()
        self._tick()
        self._count()

    def close(self) -> None:
        """Let everything go: routes, modem, timers; what was counted is kept."""
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()
        self._probing.close()
        self._parts.links.stop()
        if self._parts.modem:
            self._parts.modem.disconnect()
        self._route(lambda routes: routes.release_all())
        self._memory.save()

    # What others ask

    @property
    def bearer_kind(self) -> str:
        """What calls go by: "ethernet", "wifi", "cellular", or "none" when nothing works. Dial tone and LED follow it."""
        return self.state.working.facts.kind if self.state.working else "none"

    def status(self) -> list[Json]:
        return as_json(self.rules, self.state, {link.name: link for link in self._parts.links.links})

    def active(self) -> Json:
        return active_json(self.state, self._since) | {"trouble": self._trouble}

    def orders(self) -> Mapping[str, Handler]:
        return {"uplinks.pin": self.pin}

    async def pin(self, uplink: str) -> object:
        """Use this one as long as it works; "" leaves the choice to the device."""
        if uplink and uplink not in self.state.uplinks:
            names = ", ".join(self.state.uplinks)
            raise OrderRefused(f'uplinks.pin: there is no uplink {shown(uplink)}; it is one of {names}, or "" for the best')
        self._memory.keep_pin(uplink)
        self.take(PinChanged(uplink))
        return self.active()

    # What others tell: calls and their voice

    def call_started(self, handle: str) -> None:
        self._voice.calls.add(handle)
        if len(self._voice.calls) == 1:
            self._parts.agent.watch_voice(True)  # noqa: FBT003
            self.take(CallStarted())
            self._measure()

    def call_ended(self, handle: str) -> None:
        if handle not in self._voice.calls:
            return
        if self._voice.ended(handle):
            self.take(VoiceResumed(self.state.active))
        if not self._voice.calls:
            self._parts.agent.watch_voice(False)  # noqa: FBT003
            self.take(CallsEnded())

    def voice_stalled(self, handle: str, silent_ms: float) -> None:
        self._voice.stalled(handle)
        self.take(VoiceStalled(self.state.active, silent_ms))

    def voice_resumed(self, handle: str) -> None:
        if self._voice.resumed(handle):
            self.take(VoiceResumed(self.state.active))

    # The machine

    def take(self, event: Event) -> None:
        """One event, at this moment."""
        if self._closed:
            return
        before = self.state
        self.state, actions = step(self.rules, before, replace(event, at_ms=self._scheduler.now_ms()))
        for action in actions:
            self._perform(action)
        self._tell_agent()
        news = [each for name, each in self.state.uplinks.items() if each.phase is not before.uplinks[name].phase]
        for uplink in news:
            log.info("uplink %s: %s (%s)", uplink.name, uplink.phase.value, uplink.reason)
            if uplink.facts.kind == "cellular" and uplink.phase is Phase.DEAD:
                self._later("modem", MODEM_PATIENCE_MS, self._wake_modem)
        if news or self.state.active != before.active or self.state.reason != before.reason:
            self._changed()
        if self.state.current and not isinstance(event, TimePassed):
            self._hurry()

    def _perform(self, action: Action) -> None:
        match action:
            case UseUplink(uplink, reason):
                log.warning("calls go by %s now: %s", uplink or "no uplink", reason)
                self._since = utc(datetime.now(UTC))
                self._route(lambda routes: routes.use_for_voice(uplink, *self._voice_ports))
                self._tell_agent()
            case ProbeEvery():
                self._probing.pace(action)
            case WarnBudget(_, words):
                log.warning("%s", words)
                self._memory.save()
                self._changed()

    def _patience(self, name: str) -> int:
        return patience_ms(self.rules, self.state, self.state.uplinks[name])

    def _route(self, order: Callable[..., None]) -> None:
        """Routes that cannot be made are a trouble to show; the calls are bound to the uplink's address all the same."""
        if self._parts.routes is None:
            return
        try:
            order(self._parts.routes)
        except NetworkError as error:
            if str(error) != self._trouble:
                log.warning("%s", error)
            self._trouble = str(error)
        else:
            self._trouble = ""

    def _wake_modem(self) -> None:
        """Again and again, as long as the cellular uplink leads nowhere."""
        dead = [each for each in self.state.uplinks.values() if each.facts.kind == "cellular" and each.phase is Phase.DEAD]
        if dead and self._parts.modem:
            self._parts.modem.lost(dead[0].reason)
            self._later("modem", MODEM_PATIENCE_MS, self._wake_modem)

    # Bearers

    def _tell_agent(self) -> None:
        """The active bearer, and those that are kept warm, whenever one of them has changed."""
        told = (self._bearer(self.state.current), tuple(self._warm()))
        if told != self._told:
            self._told = told
            self._parts.agent.use(*told)

    def _warm(self) -> list[Bearer]:
        """The next best of those that work."""
        self._contact_holder = holder = contact_holder(self.rules, self.state, self._contact_holder)
        others = (each for each in in_order(self.state) if each.name != self.state.active)
        bearers = (bearer for each in others if (bearer := self._bearer(each)))
        return [replace(bearer, holds_contact=bearer.name == holder) for bearer in bearers][:2]

    def _bearer(self, uplink: Uplink | None) -> Bearer | None:
        """As it is; the active one that lost its address stays what it was, until another is used."""
        link = self._links.get(uplink.name) if uplink else None
        if uplink is None or link is None:
            return None
        if uplink.phase is Phase.DOWN and self._told and self._told[0] and self._told[0].name == uplink.name:
            return self._told[0]
        return Bearer(link.name, link.address4, link.address6, uplink.facts.metered, tuple(link.nameservers))

    # Links, time, bytes

    def _link(self, link: LinkState) -> None:
        if link.name not in self.state.uplinks or self._closed:
            return
        self._links[link.name] = link
        self._probing.take_link(link)
        if link.usable:
            self._route(lambda routes: routes.claim(link))
        self.take(LinkChanged(link.name, link.up and link.carrier, link.address4, link.address6, link.gateway4, link.gateway6))

    def _later(self, what: str, delay_ms: float, action: Callable[[], None]) -> None:
        timer = self._timers.pop(what, None)
        if timer:
            timer.cancel()
        if not self._closed:
            self._timers[what] = self._scheduler.later(delay_ms, action)

    def _tick(self) -> None:
        self.take(TimePassed())
        self._later("tick", wake_after_ms(self.state), self._tick)

    def _hurry(self) -> None:
        """An event may have brought the next moment of decision nearer."""
        if wake_after_ms(self.state) < 1000:
            self._later("tick", wake_after_ms(self.state), self._tick)

    def _measure(self) -> None:
        if not self._voice.calls:
            return
        path = self._voice.last_second()
        if path:
            self.take(VoiceMeasured(self.state.active, path.loss_percent, path.jitter_ms, path.rtt_ms))
        self._later("measure", MEASURE_EVERY_MS, self._measure)

    def _count(self) -> None:
        """Bytes of the metered uplinks, this month."""
        for link in self._parts.links.links:
            uplink = self.state.uplinks.get(link.name)
            if uplink and uplink.facts.metered:
                counter = link.rx_bytes + link.tx_bytes
                month = self._memory.count(link.name, counter, standby=link.name != self.state.active)
                self.take(BytesCounted(link.name, month.bytes, month.standby_bytes, self._memory.left_s()))
        self._memory.write_seldom(self._scheduler.now_ms())
        self._later("count", COUNT_EVERY_MS, self._count)
