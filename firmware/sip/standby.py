"""Keeps the standby uplinks warm for one account: the server's address found by each, a transport open there, the NAT's hole or the connection alive,
and by one of them a second contact at the registrar.

So a move waits for no name server and no handshake, and a call rings meanwhile. Where bytes cost, only the address is found and a socket is open: the first
packet of a move opens the hole or the connection. Which uplink stands by, and which holds the contact, is decided elsewhere.
"""

import asyncio
import contextlib
import logging
import random
from dataclasses import replace

import pjsua2 as pj

from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Sip
from firmware.sip.bearer import Bearer, Uplinks, is_on_this_machine
from firmware.sip.engine import Engine, TransportKey, explain
from firmware.sip.errors import ServerUnknown
from firmware.sip.resolve import Located, locate, parse_server
from firmware.sip.standby_contact import StandbyContact

log = logging.getLogger("keepline.sip")

_LOOK_S, _LOOK_METERED_S = 25.0, 300.0
"""How often the hole is knocked at (RFC 5626 section 4.4 keeps UDP alive every 24 to 29 s) and the connection looked after; where bytes cost nothing is
sent at all. A connection of TLS there took 7.4 MB a month, for it is kept alive as often as that in use (measured: 248 bytes every 90 s)."""

_FIND_S, _FIND_METERED_S = 600.0, 21600.0
"""How often the server's address is asked for again."""


class Standby:
    """One account on the standby uplinks."""

    def __init__(self, settings: AccountSettings, sip: Sip, engine: Engine, contact: StandbyContact) -> None:
        self._settings = settings
        self._sip = sip
        self._engine = engine
        self._contact = contact
        self._holder: Bearer | None = None
        self._tasks: dict[Bearer, asyncio.Task[None]] = {}
        self._found: dict[str, Located] = {}
        self._held: dict[Bearer, int] = {}

    def keep(self, standby: tuple[Bearer, ...]) -> None:
        """Warm these and no others."""
        self._holder = next((each for each in standby if each.holds_contact), None)
        bearers = [replace(each, holds_contact=False) for each in standby]
        for bearer in [each for each in self._tasks if each not in bearers]:
            self._tasks.pop(bearer).cancel()
            self._let_go(bearer)
        for bearer in bearers:
            if bearer not in self._tasks:
                self._tasks[bearer] = asyncio.get_running_loop().create_task(self._warm(bearer))
        self._keep_contact()

    def _keep_contact(self) -> None:
        """As soon as the server is found by that uplink."""
        holder = self._holder
        located = self._found.get(holder.name) if holder else None
        if holder is None:
            self._contact.leave()
        elif located and located.local_address in {
            holder.address4,
            holder.address6,
        }:  # a server on this machine needs no second way
            self._contact.keep(holder, located)

    def targets_by(self, bearer: Bearer) -> tuple[tuple[str, int], ...]:
        """The server's addresses as this uplink's name servers gave them; empty while unknown."""
        found = self._found.get(bearer.name)
        return found.targets if found else ()

    def stop(self) -> None:
        self.keep(())

    async def _warm(self, bearer: Bearer) -> None:
        loop = asyncio.get_running_loop()
        find_s = _FIND_METERED_S if bearer.metered else _FIND_S
        found_s = -find_s
        located: Located | None = None
        while True:
            if loop.time() - found_s >= find_s:
                located = await self._find(bearer)
                found_s = loop.time() if located else -find_s
            if located and not is_on_this_machine(located.targets[0][0]):
                self._look_after(bearer, located)
                self._keep_contact()
            # S311: no secret; all accounts at once would be a burst.
            await asyncio.sleep((_LOOK_METERED_S if self._spares(bearer) else _LOOK_S) * random.uniform(0.9, 1.0))  # noqa: S311

    def _spares(self, bearer: Bearer) -> bool:
        """Bytes cost there, and no calls are expected by it."""
        return bearer.metered and not (self._holder and self._holder.name == bearer.name)

    async def _find(self, bearer: Bearer) -> Located | None:
        with contextlib.suppress(ServerUnknown):
            located = await locate(self._settings, self._sip, Uplinks(managed=True, active=bearer))
            self._found[bearer.name] = located
            return located
        return None

    def _look_after(self, bearer: Bearer, located: Located) -> None:
        address, port = located.targets[0]
        target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        try:
            transport = self._engine.transport(TransportKey(self._settings.transport, located.local_address))
            if self._spares(bearer):
                self._let_go(bearer)
            elif self._settings.transport == "udp":
                pj.keeplineKnock(transport, target)
            else:
                pj.keeplineHoldOpen(transport, target, parse_server(self._settings.outbound_proxy or self._settings.server).host)
                self._held[bearer] = transport
        except pj.Error as error:
            log.debug("%s: %s is not warm: %s", self._settings.id, bearer.name, explain(error))
        self._engine.rearm()

    def _let_go(self, bearer: Bearer) -> None:
        """The connection stays for a while, and for good if the account has begun to use it."""
        transport = self._held.pop(bearer, None)
        if transport is not None:
            with contextlib.suppress(pj.Error):
                pj.keeplineHoldOpen(transport, "", "")
