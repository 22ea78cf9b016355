"""A real systemd-networkd gives the uplinks their addresses by DHCP; Keepline watches, routes beside it, and neither disturbs the other."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.network.claimed import claimed
from tests.network.letters import Letters
from tests.network.networkd import Networkd
from tests.network.town import CLOUD4, Town, rows, town
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.namespaces import Namespace

RTP = (42000, 42099)
METRICS = {"eth0": 100, "wlan0": 600}
PROVIDER_SERVER = "9.9.9.9"


@contextmanager
def dhcp(router: Namespace, folder: Path, *subnets: int) -> Iterator[None]:
    """A dnsmasq for whichever of the subnets the router stands in: addresses from .50, itself as gateway and first name server, and one more."""
    words = [
        "dnsmasq",
        "--no-daemon",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        "--pid-file=",
        "--interface=lan",
    ]
    ranges = [f"--dhcp-range=10.{subnet}.0.50,10.{subnet}.0.59,255.255.255.0,120" for subnet in subnets]
    leases = [
        f"--dhcp-leasefile={folder}/{subnets[0]}.leases",
        "--dhcp-authoritative",
        f"--dhcp-option=option:dns-server,0.0.0.0,{PROVIDER_SERVER}",
    ]
    with router.inside(), Process([*words, "--bind-dynamic", *ranges, *leases], folder, name=f"dhcp-{subnets[0]}") as server:
        server.wait_for_line("DHCP, IP range")
        yield


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    with town() as made, ExitStack() as servers:
        for uplink in METRICS:
            made.device.ip("addr", "flush", "dev", uplink)
            made.device.ip("link", "set", uplink, "down")
        servers.enter_context(dhcp(made.wire, tmp_path, 1, 9))
        servers.enter_context(dhcp(made.radio, tmp_path, 2))
        yield made


def its_routes(place: Town) -> list[dict[str, Any]]:
    """What networkd put into the main table."""
    return [row for row in rows(place.device, "route", "show", "table", "main") if row.get("protocol") in {"16", 16}]


def test_addresses_gateways_and_name_servers_are_the_leases(place: Town, tmp_path: Path) -> None:
    async def scenario(networkd: Networkd) -> None:
        async with claimed(root=networkd.root) as (held, sight):
            for name, subnet in (("eth0", 1), ("wlan0", 2)):
                link = await sight.until(lambda link: bool(link.gateway4 and link.nameservers), name)
                assert link.address4.startswith(f"10.{subnet}.0.5")
                assert link.gateway4 == f"10.{subnet}.0.1"
                assert link.nameservers == (f"10.{subnet}.0.1", PROVIDER_SERVER)
            with Letters(place, CLOUD4, port=RTP[0]) as voice:
                for uplink in ("wlan0", "eth0"):
                    held.routes.use_for_voice(uplink, *RTP)
                    assert voice.way() == uplink

    with place.device.inside(), Networkd(place.device, tmp_path / "box", METRICS) as networkd:
        asyncio.run(scenario(networkd))


def test_it_may_start_again_beside_us(place: Town, tmp_path: Path) -> None:
    """At its start it forgets nothing of its own and we lose nothing of ours, whatever it cleans away."""

    async def scenario() -> None:
        async with claimed(root=tmp_path / "box") as (held, sight):
            held.routes.use_for_voice("wlan0", *RTP)
            for _ in range(2):
                with Networkd(place.device, tmp_path / "box", METRICS) as networkd:
                    for name in METRICS:
                        await sight.until(lambda link: bool(link.gateway4), name)
                        await asyncio.to_thread(networkd.wait_until_configured, name)
                    with Letters(place, CLOUD4, port=RTP[0]) as voice:
                        assert voice.way() == "wlan0"
                for name in METRICS:
                    await sight.until(lambda link: not link.address4, name)

    with place.device.inside():
        asyncio.run(scenario())


def test_an_uplink_may_stay_out_of_the_systems_default_routes(place: Town, tmp_path: Path) -> None:
    """Its gateway is known from the lease all the same."""

    async def scenario(networkd: Networkd) -> None:
        async with claimed(root=networkd.root) as (held, sight):
            await sight.until(lambda link: link.gateway4 == "10.2.0.1", "wlan0")
            assert "default" not in place.device.ip("-4", "route", "show", "table", "main")
            held.routes.use_for_voice("wlan0", *RTP)
            with Letters(place, CLOUD4, port=RTP[0]) as voice:
                assert voice.way() == "wlan0"

    with place.device.inside(), Networkd(place.device, tmp_path / "box", METRICS, "UseGateway=no\n") as networkd:
        asyncio.run(scenario(networkd))


def test_its_routes_are_the_same_with_and_without_us(place: Town, tmp_path: Path) -> None:
    async def scenario(networkd: Networkd) -> None:
        alone = its_routes(place)
        assert len(alone) > 1
        async with claimed(root=networkd.root) as (held, _):
            held.routes.use_for_voice("wlan0", *RTP)
            assert its_routes(place) == alone
        assert its_routes(place) == alone

    with place.device.inside(), Networkd(place.device, tmp_path / "box", METRICS) as networkd:
        for name in METRICS:
            networkd.wait_until_configured(name)
        asyncio.run(scenario(networkd))


def test_another_network_on_the_same_cable(place: Town, tmp_path: Path) -> None:
    """The cable goes into another router in a call: new address, gateway and name servers; the voice follows on the same socket."""

    async def scenario(networkd: Networkd) -> None:
        async with claimed(root=networkd.root) as (held, sight):
            await sight.until(lambda link: bool(link.gateway4))
            held.routes.use_for_voice("eth0", *RTP)
            with Letters(place, CLOUD4, port=RTP[0]) as voice:
                assert voice.way() == "eth0"
                place.wire.ip("link", "set", "lan", "down")
                await sight.until(lambda link: not link.carrier)
                place.wire.ip("-4", "addr", "flush", "dev", "lan")
                place.wire.ip("addr", "add", "10.9.0.1/24", "dev", "lan")
                place.wire.ip("link", "set", "lan", "up")
                link = await sight.until(lambda link: link.gateway4 == "10.9.0.1" and link.nameservers[:1] == ("10.9.0.1",))
                assert link.address4.startswith("10.9.0.5")
                assert voice.way() == "eth0"

    with place.device.inside(), Networkd(place.device, tmp_path / "box", METRICS) as networkd:
        asyncio.run(scenario(networkd))
