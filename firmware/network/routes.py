"""Keeps our routes and rules in the kernel as the uplinks and the voice need them, and nothing else.

What we made carries our mark (`policy.PROTOCOL`): by it we find again what a killed process left, and what another program took away is put
back when netlink tells. What does not carry it is never touched. Must not know why an uplink was chosen.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.network.errors import RouteRefused
from firmware.network.netlink.news import News, Newsreader
from firmware.network.netlink.requests import Requests
from firmware.network.policy import (
    FIRST_TABLE,
    MAIN,
    TABLES,
    VOICE_RULE,
    Claim,
    Route,
    Rule,
    Voice,
    free_slot,
    routes_for,
    rules_for,
)
from firmware.network.shared_subnets import SharedSubnets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firmware.network.link_state import LinkState

REST_S = 0.1
"""Between two repairs: with a program that takes our routes away all the time we do not race."""

OUR_TABLES = range(FIRST_TABLE, FIRST_TABLE + TABLES)


class Routes:
    """All orders take effect before they return. Use it from the deciding thread, inside asyncio's running loop."""

    def __init__(self, on_repair: Callable[[str], None] = lambda _: None, note: Path | None = None) -> None:
        """`on_repair` hears one sentence each time something of ours had been taken away or could not be made.

        `note`: a file in the state folder, by which settings of interfaces are put back even after a kill (`shared_subnets`).
        """
        self._on_repair = on_repair
        self._shared_subnets = SharedSubnets(note, on_repair)
        self._requests = Requests()
        self._news = Newsreader()
        self._claims: dict[str, Claim] = {}
        self._voice: Voice | None = None
        self._present: set[Route | Rule] = set()
        self._refused: set[Route | Rule] = set()
        self._rest: asyncio.TimerHandle | None = None
        self._missed = False  # news came while it rested

    def start(self) -> None:
        """Remove what a killed process left, and watch over ours. Raises MissingRights when routes may not be changed; nothing is left open then."""
        try:
            self._requests.delete(Rule(2, VOICE_RULE, FIRST_TABLE, ports=(1, 1)))  # there is none: only the right is asked for
            self._look()
            self._settle()
            self._shared_subnets.fit([])
        except BaseException:
            self._close()
            raise
        asyncio.get_running_loop().add_reader(self._news.fileno(), self._hear)

    def claim(self, link: LinkState) -> None:
        """Give the uplink a table and rules of its own, or make them fit what it has become. A dead uplink may be claimed too."""
        known = self._claims.get(link.name)
        slot = known.slot if known else free_slot((each.slot for each in self._claims.values()), self._requests.foreign_tables())
        self._claims[link.name] = Claim(link, slot)
        self._settle()
        self._fit_subnets()

    def release(self, uplink: str) -> None:
        """Take its table and rules away."""
        self._claims.pop(uplink, None)
        self._settle()
        self._fit_subnets()

    def use_for_voice(self, uplink: str, first_port: int, last_port: int) -> None:
        """From the next packet on, UDP that we send from these ports (inclusive) leaves by this uplink. An empty `uplink` lifts the rule."""
        self._voice = Voice(uplink, (first_port, last_port)) if uplink else None
        self._change_to(self._wanted_rules() | {each for each in self._present if isinstance(each, Route)})

    def release_all(self) -> None:
        """Remove everything and close; the object is of no use afterwards. May be called twice, and without `start`."""
        if self._news.fileno() < 0:
            return
        asyncio.get_running_loop().remove_reader(self._news.fileno())
        self._claims.clear()
        self._voice = None
        try:
            self._look()
            self._settle()
            self._fit_subnets()
        finally:
            self._close()

    def _fit_subnets(self) -> None:
        self._shared_subnets.fit(claim.link for claim in self._claims.values())

    def _close(self) -> None:
        if self._rest:
            self._rest.cancel()
        self._news.close()
        self._requests.close()

    def _hear(self) -> None:
        news = self._news.read()
        if news is not None and not any(map(self._concerns, news)):
            return
        if self._rest is None:
            self._repair()
        else:
            self._missed = True

    def _concerns(self, news: News) -> bool:
        """Ours that vanished or was written over, and what our tables are made of. Our own additions are no news."""
        if news.what in {"route", "rule"} and (news.ours or news.table in OUR_TABLES):
            return news.gone or not news.ours
        if news.what == "route":
            return news.table == MAIN
        return news.device in {claim.link.index for claim in self._claims.values()}

    def _repair(self) -> None:
        self._rest, self._missed = asyncio.get_running_loop().call_later(REST_S, self._rested), False
        before = set(self._present)
        self._look()
        lost = len(before - self._present)
        added = self._settle()
        if lost and added:
            self._on_repair(
                f"{lost} of our routes and rules were taken away by another program or with a link; {added} put in place"
            )

    def _rested(self) -> None:
        self._rest = None
        if self._missed:
            self._repair()

    def _look(self) -> None:
        self._present = {*self._requests.routes(0), *self._requests.rules()}

    def _settle(self) -> int:
        main = self._requests.routes(MAIN) if self._claims else []
        devices = {claim.link.index for claim in self._claims.values()}
        routes = [route for claim in self._claims.values() for route in routes_for(claim, main, devices - {claim.link.index})]
        return self._change_to({*routes, *self._wanted_rules()})

    def _wanted_rules(self) -> set[Route | Rule]:
        return set(rules_for(list(self._claims.values()), self._voice))

    def _change_to(self, wanted: set[Route | Rule]) -> int:
        """Add first, remove then, so that nothing falls between; how many were added."""
        missing = sorted(wanted - self._present, key=_order)
        done = {thing for thing in missing if self._added(thing)}
        for thing in sorted(self._present - wanted, key=_order, reverse=True):
            self._requests.delete(thing)
        self._present = (self._present & wanted) | done
        return len(done)

    def _added(self, thing: Route | Rule) -> bool:
        """Whether the kernel took it. What it refuses (the link has just gone) is tried again with the next news."""
        try:
            self._requests.add(thing)
        except RouteRefused as refusal:
            if thing not in self._refused:
                self._on_repair(str(refusal))
            self._refused.add(thing)
            return False
        self._refused.discard(thing)
        return True


def _order(thing: Route | Rule) -> tuple[bool, bool, bool]:
    """Routes before the rules that lead to them; first the subnet, then the default that needs it; "unreachable" behind what may be reached."""
    if isinstance(thing, Rule):
        return (True, not thing.table, False)
    return (False, not thing.destination, bool(thing.gateway))
