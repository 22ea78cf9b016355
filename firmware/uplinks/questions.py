"""Asks through one uplink by the probes of `firmware.network`: whom the settings name, in the family the uplink has. It counts and decides nothing.

The provider's name is resolved through each uplink by itself and remembered, so that dead name servers do not look like a dead provider.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from firmware.core.uplink_events import Target
from firmware.network.errors import MissingRights, NetworkError, NoAnswer, PortalInTheWay
from firmware.network.link_state import LinkState
from firmware.network.probes.dns import ask_dns, resolve
from firmware.network.probes.options import sip_options
from firmware.network.probes.ping import ping
from firmware.network.probes.portal import look_for_portal
from firmware.network.probes.stun import stun
from firmware.uplinks.parts import Answered, Apart, Intercepted, Outcome, Unanswered

RESOLVE_MS = 2_000
RESOLVE_AGAIN_S, RESOLVE_AGAIN_METERED_S = 600.0, 21_600.0
RETRY_S, RETRY_METERED_S = 5.0, 300.0
"""Where bytes cost, the provider's name is asked for four times a day: every ten minutes it took over a megabyte a month."""


@dataclass(frozen=True)
class Provider:
    """Where an account's server is. `domain`: the name it goes by. `stun`: it is asked by STUN instead of SIP OPTIONS."""

    host: str
    port: int = 5060
    domain: str = ""
    stun: bool = False


@dataclass(frozen=True)
class Targets:
    """`internet`: addresses of both families, two of each are enough. `page`: must answer 204 and nothing else; "" asks for none. `metered`: the
    uplinks where bytes cost."""

    internet: tuple[str, ...]
    provider: Provider | None = None
    page: str = ""
    metered: frozenset[str] = frozenset()

    def internet_of(self, link: LinkState) -> tuple[str, ...]:
        """The two for this uplink; IPv4 where it has that."""
        return tuple(each for each in self.internet if (":" in each) is not bool(link.address4))[:2]


@dataclass
class _Known:
    """The provider's addresses as one uplink's name servers told them."""

    addresses: tuple[str, ...] = ()
    again_s: float = 0.0


@dataclass
class NetworkQuestions:
    """`parts.Questions` on asyncio. Make it inside the running loop."""

    targets_wanted: Targets
    on_trouble: Callable[[str], None]
    """Told once when probes cannot be sent for want of a right."""
    _known: dict[str, _Known] = field(default_factory=dict)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _troubled: bool = False

    def targets(self, link: LinkState) -> frozenset[Target]:
        wanted = self.targets_wanted
        internet: tuple[Target, ...] = ("internet-1", "internet-2")
        found: set[Target] = set(internet[: len(wanted.internet_of(link))])
        found |= {"gateway"} if link.gateway4 or link.gateway6 else set()
        found |= {"dns"} if link.nameservers and wanted.provider else set()
        found |= {"portal"} if wanted.page else set()
        known = self._provider(link) or any(each.addresses for each in self._known.values())
        return frozenset(found | ({"provider"} if known else set()))

    def ask(self, link: LinkState, target: Target, timeout_ms: int, done: Callable[[Outcome], None]) -> None:
        self._run(self._ask(link, target, timeout_ms, done))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, link: LinkState, target: Target, timeout_ms: int, done: Callable[[Outcome], None]) -> None:
        if target == "provider" and not self._provider(link):
            done(Apart())
            return
        try:
            outcome: Outcome = Answered(await self._rtt_ms(link, target, timeout_ms))
        except PortalInTheWay:
            outcome = Intercepted()
        except NetworkError as error:
            self._note(error)
            if target == "provider":
                self._doubt(link)
            outcome = Unanswered()
        done(outcome)

    def _note(self, error: NetworkError) -> None:
        if isinstance(error, MissingRights) and not self._troubled:
            self._troubled = True
            self.on_trouble(str(error))

    async def _rtt_ms(self, link: LinkState, target: Target, timeout_ms: int) -> float:
        match target:
            case "gateway":
                return await ping(link, link.gateway4 or link.gateway6, timeout_ms)
            case "internet-1" | "internet-2":
                return await ping(link, self.targets_wanted.internet_of(link)[int(target[-1]) - 1], timeout_ms)
            case "provider":
                return await self._ask_provider(link, timeout_ms)
            case "dns":
                provider = self.targets_wanted.provider
                return (await ask_dns(link, link.nameservers[0], provider.host if provider else "", timeout_ms)).rtt_ms
            case "portal":
                return await look_for_portal(link, self.targets_wanted.page, max(timeout_ms, RESOLVE_MS))

    async def _ask_provider(self, link: LinkState, timeout_ms: int) -> float:
        provider, address = self.targets_wanted.provider, self._provider(link)
        if provider is None or not address:
            raise NoAnswer(f"the provider has no address that {link.name} leads to")
        if provider.stun:
            return (await stun(link, address, timeout_ms, provider.port)).rtt_ms
        return (await sip_options(link, address, timeout_ms, provider.port, provider.domain))[1]

    def _provider(self, link: LinkState) -> str:
        """Its address for this uplink: as its own name servers told, else as another's did; "" while nobody knows."""
        provider = self.targets_wanted.provider
        if provider is None:
            return ""
        known = self._known.setdefault(link.name, _Known())
        now_s = asyncio.get_running_loop().time()
        if now_s >= known.again_s:
            spared = link.nameservers and link.name in self.targets_wanted.metered
            known.again_s = now_s + (RETRY_METERED_S if spared else RETRY_S)
            self._run(self._resolve(link, provider.host, known))
        others = (address for each in self._known.values() for address in each.addresses)
        fitting = (each for each in (*known.addresses, *others) if link.address6 or link.address4)
        return next((each for each in fitting if (link.address6 if ":" in each else link.address4)), "")

    def _doubt(self, link: LinkState) -> None:
        """It may have moved: its name is asked for again before long."""
        known = self._known.setdefault(link.name, _Known())
        known.again_s = min(known.again_s, asyncio.get_running_loop().time() + RETRY_METERED_S)

    async def _resolve(self, link: LinkState, host: str, known: _Known) -> None:
        with contextlib.suppress(NetworkError):
            known.addresses = await resolve(link, host, RESOLVE_MS)
            again_s = RESOLVE_AGAIN_METERED_S if link.name in self.targets_wanted.metered else RESOLVE_AGAIN_S
            known.again_s = asyncio.get_running_loop().time() + again_s
