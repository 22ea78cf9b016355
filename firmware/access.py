"""The ways to the internet put together: links watched, probes sent, routes kept, the modem's data, and the policy over them. A part of the composition
root, kept apart for its size. With no [[uplink]] in the settings there is nothing here, and the system's own routes decide.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from firmware.cellular.assembly import Wiring, assemble
from firmware.cellular.link import DataLink
from firmware.cellular.orders import orders as modem_orders
from firmware.cellular.session import CellularModem
from firmware.cellular.state import CellularSettings
from firmware.core.indicator import Reach
from firmware.core.modem_events import Apn
from firmware.core.uplink_events import UplinkFacts
from firmware.network.errors import NetworkError
from firmware.network.link_state import LinkState
from firmware.network.probes.ping import ping
from firmware.network.routes import Routes
from firmware.network.watch import NetworkWatch
from firmware.orders import Handler
from firmware.settings.model import Modem as ModemSettings
from firmware.settings.model import Settings
from firmware.sip.agent import Agent
from firmware.sip.news import VoiceResumed, VoiceStalled
from firmware.sip.resolve import parse_server
from firmware.state_folder import StateFolder
from firmware.uplinks.controller import UplinkController, Wishes
from firmware.uplinks.memory import Memory
from firmware.uplinks.parts import Parts
from firmware.uplinks.questions import NetworkQuestions, Provider, Targets
from hal.pi.uart import SerialSource
from hal.ports import Scheduler

log = logging.getLogger("keepline.access")

_MB = 1_000_000

PROVE_MS = 5_000
"""Enough for a mobile network that has just woken up."""

_PROVING: set["asyncio.Task[str]"] = set()
"""The loop itself keeps only weak references to tasks."""


class Access:
    """The uplinks of the settings. Make it inside the running loop; `close` it before the agent."""

    def __init__(
        self,
        settings: Settings,
        folder: StateFolder,
        agent: Agent,
        scheduler: Scheduler,
        changed: Callable[[], None],
    ) -> None:
        self.trouble = ""
        self._changed = changed
        self._calls: set[str] = set()
        self._questions = NetworkQuestions(_targets(settings), self._told)
        self.modem = _modem(settings, folder, scheduler)
        parts = Parts(
            NetworkWatch([uplink.interface for uplink in settings.uplink]),
            self._questions,
            agent,
            self._routes(folder.path / "arp.json"),
            self.modem,
        )
        memory = Memory(folder.path / "uplinks.json", lambda: datetime.now().astimezone())
        self.controller = UplinkController(_wishes(settings), parts, scheduler, memory, changed)

    def _routes(self, note: Path) -> Routes | None:
        """Without the right to change routes everything is watched all the same."""
        routes = Routes(lambda sentence: log.warning("%s", sentence), note)
        try:
            routes.start()
        except NetworkError as error:
            self._told(str(error))
            return None
        return routes

    def _told(self, sentence: str) -> None:
        self.trouble = sentence
        log.warning("%s", sentence)

    def start(self) -> None:
        """Before the agent starts: until a way out is found its accounts wait."""
        self.controller.start()
        if self.modem:
            self.modem.start(lambda _state: self._changed())

    async def close(self) -> None:
        self.controller.close()
        await self._questions.close()
        if self.modem:
            self.modem.stop()
            await self.modem.ended()

    def take_call(self, handle: str, *, over: bool) -> None:
        """There is a call, or it is gone: uplinks are watched more closely meanwhile."""
        if over:
            self._calls.discard(handle)
            self.controller.call_ended(handle)
        elif handle not in self._calls:
            self._calls.add(handle)
            self.controller.call_started(handle)

    def take(self, news: VoiceStalled | VoiceResumed) -> None:
        match news:
            case VoiceStalled(handle, silent_ms):
                self.controller.voice_stalled(handle, silent_ms)
            case VoiceResumed(handle):
                self.controller.voice_resumed(handle)

    def status(self) -> dict[str, object]:
        """What the status says of the ways out."""
        active = self.controller.active()
        return {
            "uplinks": self.controller.status(),
            "uplink": active | {"trouble": active["trouble"] or self.trouble},
            "modem": asdict(self.modem.state) if self.modem else None,
        }

    @property
    def kind(self) -> str:
        """What calls go by: "ethernet", "wifi", "cellular" or "none"."""
        return self.controller.bearer_kind

    def reach(self, *, registered: bool) -> Reach:
        """For the lamps."""
        if self.kind == "none":
            return Reach.NONE
        if not registered:
            return Reach.REGISTERING
        return Reach.CELLULAR if self.kind == "cellular" else Reach.READY

    def orders(self) -> Mapping[str, Handler]:
        return {**self.controller.orders(), **(modem_orders(self.modem) if self.modem else {})}


def _modem(settings: Settings, folder: StateFolder, scheduler: Scheduler) -> CellularModem | None:
    """Where the settings speak of an uplink that needs one."""
    cellular = next((uplink for uplink in settings.uplink if uplink.kind == "cellular"), None)
    if cellular is None:
        return None
    given = settings.modem or ModemSettings()
    apn = Apn(given.apn, given.apn_user, given.apn_password.reveal()) if given.apn else None
    wiring = Wiring(SerialSource, port=given.port, data_port=given.data_port, interface=cellular.interface)
    wishes = CellularSettings(pin=given.pin.reveal(), apn=apn, roaming=given.roaming)
    return assemble(scheduler, folder.path, wiring, wishes, lambda link, done: _prove(settings.probes.internet, link, done))


def _prove(targets: Sequence[str], link: DataLink, done: Callable[[str], None]) -> None:
    """Whether the mobile network leads anywhere: one host of the internet must answer."""
    here = LinkState(link.interface, up=True, carrier=True, address4=link.address, gateway4=link.gateway)

    async def ask() -> str:
        answers = [ping(here, target, PROVE_MS) for target in targets if ":" not in target]
        found = await asyncio.gather(*answers, return_exceptions=True)
        return "" if any(isinstance(each, float) for each in found) else "no host of the internet answers"

    task = asyncio.get_running_loop().create_task(ask())
    task.add_done_callback(lambda ended: done("the probe was broken off" if ended.cancelled() else ended.result()))
    _PROVING.add(task)
    task.add_done_callback(_PROVING.discard)


def _wishes(settings: Settings) -> Wishes:
    facts = tuple(
        UplinkFacts(
            uplink.interface,
            uplink.kind,
            uplink.priority,
            uplink.metered,
            uplink.month_limit_mb * _MB,
            uplink.standby_mb * _MB,
        )
        for uplink in settings.uplink
    )
    return Wishes(facts, (settings.sip.rtp_first, settings.sip.rtp_last))


def _targets(settings: Settings) -> Targets:
    """The provider is that of the first account."""
    account = next(iter(settings.account), None)
    server = parse_server(account.outbound_proxy or account.server) if account else None
    provider = Provider(server.host, server.port or 5060, server.host) if server else None
    metered = frozenset(uplink.interface for uplink in settings.uplink if uplink.metered)
    return Targets(settings.probes.internet, provider, settings.probes.page, metered)
