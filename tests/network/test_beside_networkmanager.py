"""What only NetworkManager does: checks of connectivity that change its routes, rules of its own, orders by its command line. We live with each."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from firmware.network.policy import PROTOCOL
from tests.network.claimed import claimed
from tests.network.dhcp import METRICS, town_with_dhcp
from tests.network.letters import Letters
from tests.network.networkmanager import NetworkManager
from tests.network.networkmanager_root import SUITES
from tests.network.sight import PATIENCE_S, Sight
from tests.network.town import CLOUD4, Town, nft, rows
from tests.network.web import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Start = Callable[..., NetworkManager]

RTP = (42000, 42099)
CONNECTIVITY = f"[connectivity]\nuri=http://{CLOUD4}/\n"
ROUTERS = {"100.64.1.2", "100.64.2.2"}
ONLINE = b"NetworkManager is online"
NO_WEB = "table inet portal { chain way { type filter hook forward priority 0; tcp dport 80 reject with tcp reset; }; }"
ITS_PRIORITY = 30100
RULE = f"routing-rule1=priority {ITS_PRIORITY} from 192.0.2.0/24 table 300\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    with town_with_dhcp(tmp_path) as made, made.device.inside():
        yield made


@pytest.fixture(params=SUITES)
def start(request: pytest.FixtureRequest, place: Town, tmp_path: Path) -> Start:
    return partial(NetworkManager, place.device, tmp_path / "box", METRICS, suite=request.param)


async def both_are_up(daemon: NetworkManager, sight: Sight) -> None:
    for name in METRICS:
        await sight.until(lambda link: bool(link.gateway4), name)
        await asyncio.to_thread(daemon.wait_until_configured, name)


def rules(place: Town) -> list[dict[str, object]]:
    """Ours and those of its profiles."""
    every = rows(place.device, "rule", "show")
    return [row for row in every if row["priority"] == ITS_PRIORITY or str(row.get("protocol")) == str(PROTOCOL)]


def system_way(place: Town) -> str:
    """The uplink of the system's best default route."""
    return str(rows(place.device, "route", "show", "default")[0]["dev"])


async def check_until(daemon: NetworkManager, holds: Callable[[], bool]) -> None:
    """Order checks until it holds: to one order it answers with checks that were under way already, too."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.to_thread(daemon.nmcli, "networking", "connectivity", "check")


def test_its_connectivity_check_and_we_leave_each_other_alone(place: Town, start: Start) -> None:
    """It asks over each uplink, whichever has our voice. One that it trusts no more goes to the end of its routes and stays an uplink of ours."""

    async def scenario(daemon: NetworkManager, page: Page) -> None:
        async with claimed(root=daemon.root) as (held, sight):
            await both_are_up(daemon, sight)
            with Letters(place, CLOUD4, port=RTP[0]) as voice:
                for uplink in ("wlan0", "eth0"):
                    held.routes.use_for_voice(uplink, *RTP)
                    page.asked_by.clear()
                    await check_until(daemon, lambda: set(page.asked_by) == ROUTERS)
                    assert system_way(place) == "eth0"
                nft(place.wire, NO_WEB)
                await check_until(daemon, lambda: system_way(place) == "wlan0")
                assert sight.watch.link("eth0").gateway4 == "10.1.0.1"
                assert voice.way() == "eth0"
                place.wire.run("nft", "delete table inet portal")
                await check_until(daemon, lambda: system_way(place) == "eth0")
                assert voice.way() == "eth0"

    with Page(place.cloud, CLOUD4, 200, body=ONLINE) as page, start(settings=CONNECTIVITY) as daemon:
        asyncio.run(scenario(daemon, page))


def test_an_uplink_is_disconnected_and_connected_by_its_command_line(place: Town, start: Start) -> None:
    """It has rules of its own, which it and not we remove; it puts them in order each time, and ours stay."""

    async def scenario(daemon: NetworkManager) -> None:
        async with claimed(root=daemon.root) as (held, sight):
            await both_are_up(daemon, sight)
            held.routes.use_for_voice("eth0", *RTP)
            before = rules(place)
            with Letters(place, CLOUD4, port=RTP[0]) as voice, Letters(place, CLOUD4, port=RTP[1] + 1) as other:
                await asyncio.to_thread(daemon.nmcli, "device", "reapply", "eth0")
                assert (voice.way(), rules(place)) == ("eth0", before)
                await asyncio.to_thread(daemon.nmcli, "device", "disconnect", "eth0")
                await sight.until(lambda link: not link.address4)
                with pytest.raises(OSError, match="Network is unreachable"):
                    voice.way()
                assert other.way() == "wlan0"
                await asyncio.to_thread(daemon.nmcli, "device", "connect", "eth0")
                await sight.until(lambda link: bool(link.gateway4))
                assert (voice.way(), rules(place)) == ("eth0", before)
        assert [row["priority"] for row in rules(place)] == [ITS_PRIORITY]

    with start(profile=RULE) as daemon:
        asyncio.run(scenario(daemon))


def test_a_cable_out_for_a_moment(place: Town, start: Start) -> None:
    """It waits six seconds before it takes an address away, so the same call goes on over the same address."""

    async def scenario(daemon: NetworkManager) -> None:
        async with claimed(root=daemon.root) as (held, sight):
            await both_are_up(daemon, sight)
            held.routes.use_for_voice("eth0", *RTP)
            before = rules(place)
            with Letters(place, CLOUD4, port=RTP[0]) as voice:
                for state in ("down", "up"):
                    place.wire.ip("link", "set", "lan", state)
                    link = await sight.until(lambda link: link.carrier is (state == "up"))  # noqa: B023 (awaited here)
                    assert link.address4
                assert (voice.way(), rules(place)) == ("eth0", before)

    with start() as daemon:
        asyncio.run(scenario(daemon))
