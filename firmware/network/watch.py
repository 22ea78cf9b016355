"""Tells what becomes of the uplinks' interfaces, within milliseconds of the kernel's own news. Watching needs no rights. Decides nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware.network import readings
from firmware.network.leases import Leases
from firmware.network.link_state import LinkState
from firmware.network.netlink.news import News, Newsreader
from firmware.network.netlink.requests import Requests
from firmware.network.policy import MAIN, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

EVERY_S = 1.0
"""How often counters, signal and lease files are read; they send no news."""


class NetworkWatch:
    """Watches the interfaces it is given by name, whether they exist yet or not. Use it from the deciding thread, inside asyncio's running loop."""

    def __init__(self, names: Sequence[str], root: Path | None = None) -> None:
        """`root`: where lease files are looked for, the file system's root unless a test says otherwise."""
        self._requests = Requests()
        self._news = Newsreader()
        self._leases = Leases(root)
        self._links = {name: LinkState(name) for name in names}
        self._on_link: Callable[[LinkState], None] = lambda _: None
        self._tick: asyncio.TimerHandle | None = None

    @property
    def links(self) -> list[LinkState]:
        """All of them; counters and signal are at most a second old."""
        return list(self._links.values())

    def link(self, name: str) -> LinkState:
        return self._links[name]

    def start(self, on_link: Callable[[LinkState], None]) -> None:
        """`on_link` hears of each interface once at once, then of every change except counters and signal, which `links` has."""
        self._on_link = on_link
        asyncio.get_running_loop().add_reader(self._news.fileno(), self._hear)
        self._read_links()
        for link in self.links:
            self._on_link(link)
        self._read_counters()

    def stop(self) -> None:
        """Stop and close; may be called twice."""
        if self._tick:
            self._tick.cancel()
        if self._news.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._news.fileno())
        self._news.close()
        self._requests.close()

    def _hear(self) -> None:
        news = self._news.read()
        if news is None or any(map(_matters, news)):
            self._tell(self._read_links())

    def _read_counters(self) -> None:
        self._tick = asyncio.get_running_loop().call_later(EVERY_S, self._read_counters)
        counted = readings.counters()
        changed = []
        for name, link in self._links.items():
            received, sent = counted.get(name, (0, 0))
            known = self._with_lease(link)
            if known != link:
                changed.append(name)
            self._links[name] = replace(known, rx_bytes=received, tx_bytes=sent, signal_dbm=readings.signal_dbm(name))
        self._tell(changed)

    def _read_links(self) -> list[str]:
        """Read everything that news are about; the names of those that changed."""
        main = self._requests.routes(MAIN)
        counted = readings.counters()
        before = {name: link.steady for name, link in self._links.items()}
        for name in self._links:
            self._links[name] = self._read(name, main, counted)
        for name, link in self._links.items():
            self._links[name] = _still_reached(self._with_lease(link), before[name])
        return [name for name, link in self._links.items() if link.steady != before[name]]

    def _with_lease(self, link: LinkState) -> LinkState:
        gateway = link.gateway4 or self._leases.router(link)
        return replace(link, gateway4=gateway, nameservers=self._leases.nameservers(link, self.links))

    def _read(self, name: str, main: Iterable[Route], counted: dict[str, tuple[int, int]]) -> LinkState:
        index = readings.index(name)
        up, carrier, point_to_point = readings.flags(name)
        four, six = readings.addresses(name) if up else (readings.Address(), readings.Address())
        received, sent = counted.get(name, (0, 0))
        return LinkState(
            name=name,
            up=up,
            carrier=carrier,
            address4=four.text,
            address6=six.text,
            gateway4=_gateway(main, 2, index),
            gateway6=_gateway(main, 10, index),
            signal_dbm=readings.signal_dbm(name),
            rx_bytes=received,
            tx_bytes=sent,
            index=index,
            prefix4=four.prefix,
            prefix6=six.prefix,
            point_to_point=point_to_point,
        )

    def _tell(self, names: Iterable[str]) -> None:
        for name in names:
            self._on_link(self._links[name])


def _still_reached(link: LinkState, before: LinkState) -> LinkState:
    """A router does not go because another program took the system's default route away; as long as address and carrier stay, so does our knowledge."""
    if not (link.usable and before.usable and link.index == before.index):
        return link
    return replace(
        link,
        gateway4=link.gateway4 or (before.gateway4 if link.address4 == before.address4 else ""),
        gateway6=link.gateway6 or (before.gateway6 if link.address6 == before.address6 else ""),
    )


def _matters(news: News) -> bool:
    return news.what in {"link", "address"} or (news.what == "route" and news.table == MAIN)


def _gateway(main: Iterable[Route], family: int, index: int) -> str:
    """Where the system's own best default route over this interface leads."""
    ways = [
        each
        for each in main
        if each.family == family and each.device == index and not each.destination and each.gateway and index
    ]
    return min(ways, key=lambda each: each.metric).gateway if ways else ""
