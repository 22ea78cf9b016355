"""A real systemd-networkd or NetworkManager gives the uplinks their addresses; Keepline watches, routes beside it, and neither disturbs the other."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from firmware.network.policy import PROTOCOL
from tests.network.answerer import Answerer
from tests.network.claimed import claimed
from tests.network.dhcp import METRICS, PROVIDER_SERVER, town_with_dhcp
from tests.network.letters import Letters
from tests.network.networkd import Networkd
from tests.network.networkmanager import NetworkManager
from tests.network.networkmanager_root import SUITES
from tests.network.sight import PATIENCE_S, Sight
from tests.network.town import CLOUD4, CLOUD6, Town, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.network.link_state import LinkState

    Daemon = Networkd | NetworkManager

RTP = (42000, 42099)


class Start(Protocol):
    """Starts a daemon; `default_routes`: whether it is to set any."""

    def __call__(self, *, default_routes: bool = True) -> Daemon: ...


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    with town_with_dhcp(tmp_path) as made, made.device.inside():
        yield made


@pytest.fixture(params=["networkd", *SUITES])
def start(request: pytest.FixtureRequest, place: Town, tmp_path: Path) -> Start:
    """Of networkd there is this machine's, of NetworkManager that of each Debian release."""
    made = Networkd if request.param == "networkd" else partial(NetworkManager, suite=request.param)
    return partial(made, place.device, tmp_path / "box", METRICS)


def main_table(place: Town) -> list[dict[str, Any]]:
    return [row for family in ("-4", "-6") for row in rows(place.device, family, "route", "show", "table", "main")]


def complete(link: LinkState) -> bool:
    return bool(link.gateway4 and link.gateway6 and len(link.nameservers) == 3)


def test_addresses_gateways_and_name_servers_are_the_leases(place: Town, start: Start) -> None:
    async def scenario(daemon: Daemon) -> None:
        async with claimed(root=daemon.root) as (held, sight):
            for name, subnet in (("eth0", 1), ("wlan0", 2)):
                link = await sight.until(complete, name)
                assert link.address4.startswith(f"10.{subnet}.0.5")
                assert link.address6.startswith(f"2001:db8:{subnet}::5")
                assert link.gateway4 == f"10.{subnet}.0.1"
                assert link.gateway6.startswith("fe80::")
                assert link.nameservers == (f"10.{subnet}.0.1", PROVIDER_SERVER, f"2001:db8:{subnet}::1")
            with Letters(place, CLOUD4, port=RTP[0]) as voice, Letters(place, CLOUD6, port=RTP[1]) as voice6:
                for uplink in ("wlan0", "eth0"):
                    held.routes.use_for_voice(uplink, *RTP)
                    assert (voice.way(), voice6.way()) == (uplink, uplink)

    with start() as daemon:
        asyncio.run(scenario(daemon))


def test_it_may_start_again_beside_us(place: Town, start: Start, tmp_path: Path) -> None:
    """At its start it forgets nothing of its own and we lose nothing of ours, whatever it cleans away."""

    async def scenario() -> None:
        async with claimed(root=tmp_path / "box") as (held, sight):
            held.routes.use_for_voice("wlan0", *RTP)
            for _ in range(2):
                with start() as daemon:
                    for name in METRICS:
                        await sight.until(complete, name)
                        await asyncio.to_thread(daemon.wait_until_configured, name)
                    with Letters(place, CLOUD4, port=RTP[0]) as voice, Letters(place, CLOUD6, port=RTP[1]) as voice6:
                        assert (voice.way(), voice6.way()) == ("wlan0", "wlan0")
                for name in METRICS:
                    await sight.until(lambda link: bool(link.address4) is daemon.keeps_addresses, name)

    asyncio.run(scenario())


def test_an_uplink_may_stay_out_of_the_systems_default_routes(place: Town, start: Start) -> None:
    """Its gateway is known from the lease all the same."""

    async def scenario(daemon: Daemon) -> None:
        async with claimed(root=daemon.root) as (held, sight):
            await sight.until(lambda link: link.gateway4 == "10.2.0.1", "wlan0")
            assert not [row for row in main_table(place) if row["dst"] == "default"]
            held.routes.use_for_voice("wlan0", *RTP)
            with Letters(place, CLOUD4, port=RTP[0]) as voice:
                assert voice.way() == "wlan0"

    with start(default_routes=False) as daemon:
        asyncio.run(scenario(daemon))


def test_its_routes_are_the_same_with_and_without_us(place: Town, start: Start) -> None:
    """And with us goes all that is ours."""

    async def scenario(daemon: Daemon) -> None:
        async with Sight(*METRICS, root=daemon.root) as sight:
            for name in METRICS:
                await sight.until(complete, name)
                await asyncio.to_thread(daemon.wait_until_configured, name)
        alone, everything = main_table(place), place.everything()
        async with claimed(root=daemon.root) as (held, _):
            held.routes.use_for_voice("wlan0", *RTP)
            assert main_table(place) == alone
            assert any(str(row.get("protocol")) == str(PROTOCOL) for row in place.everything()["-4 rule show"])
        assert place.everything() == everything

    with start() as daemon:
        asyncio.run(scenario(daemon))


def test_answers_come_in_where_the_system_checks_the_way_back(place: Town, start: Start) -> None:
    """Strict reverse path filtering (rp_filter, kernel Documentation/networking/ip-sysctl.rst) knows our rules; no daemon need loosen it."""
    switch = "/proc/sys/net/ipv4/conf/all/rp_filter"
    place.device.write(switch, "1")

    async def scenario(daemon: Daemon, echo: Answerer) -> None:
        async with claimed(root=daemon.root) as (held, sight):
            await sight.until(complete, "wlan0")
            await sight.until(complete, "eth0")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice:
                voice.settimeout(PATIENCE_S)
                voice.bind(("", RTP[0]))
                for uplink in ("wlan0", "eth0"):
                    held.routes.use_for_voice(uplink, *RTP)
                    voice.sendto(uplink.encode(), (CLOUD4, echo.port))
                    assert voice.recv(100) == uplink.encode()
        assert echo.asked_by == ["100.64.2.2", "100.64.1.2"]

    with Answerer(place.cloud, CLOUD4, lambda data, _: [data]) as echo, start() as daemon:
        asyncio.run(scenario(daemon, echo))
    assert Path(switch).read_text().strip() == "1"


def test_another_network_on_the_same_cable(place: Town, start: Start) -> None:
    """The cable goes into another router in a call: new address, gateway and name servers; the voice follows on the same socket."""

    async def scenario(daemon: Daemon) -> None:
        async with claimed(root=daemon.root) as (held, sight):
            await sight.until(complete)
            held.routes.use_for_voice("eth0", *RTP)
            with Letters(place, CLOUD4, port=RTP[0]) as voice:
                assert voice.way() == "eth0"
                place.wire.ip("link", "set", "lan", "down")
                await sight.until(lambda link: not link.carrier and not link.address4)
                place.wire.ip("-4", "addr", "flush", "dev", "lan")
                place.wire.ip("addr", "add", "10.9.0.1/24", "dev", "lan")
                place.wire.ip("link", "set", "lan", "up")
                link = await sight.until(lambda link: link.gateway4 == "10.9.0.1" and link.nameservers[:1] == ("10.9.0.1",))
                assert link.address4.startswith("10.9.0.5")
                assert voice.way() == "eth0"

    with start() as daemon:
        asyncio.run(scenario(daemon))
