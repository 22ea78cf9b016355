"""Every probe leaves by the uplink it is asked to leave by, measures the round trip, and says in words why there was no answer."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware.network.errors import NoAnswer, PortalInTheWay, UplinkNotReady
from firmware.network.probes.dns import ask_dns, resolve
from firmware.network.probes.options import sip_options
from firmware.network.probes.ping import ping
from firmware.network.probes.portal import look_for_portal
from firmware.network.probes.stun import stun
from tests.network.answerer import Answerer
from tests.network.dhcp import DNSMASQ
from tests.network.sight import Sight
from tests.network.town import CLOUD4, CLOUD6, Town, nft, swallow_everything, town
from tests.network.web import Page
from tests.peers.kamailio import Kamailio
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from firmware.network.link_state import LinkState

    Scenario = Callable[[dict[str, LinkState]], Awaitable[None]]

LONG_MS, SHORT_MS = 5000, 150
WAYS = {"eth0": "100.64.1.2", "wlan0": "100.64.2.2"}
"""By which address the cloud sees each uplink."""


@pytest.fixture
def place() -> Iterator[Town]:
    with town() as made:
        yield made


def in_device(place: Town, scenario: Scenario) -> None:
    """Run it with the uplinks as a watch sees them; no routes of ours are needed."""

    async def run() -> None:
        async with Sight("eth0", "wlan0") as sight:
            await scenario({link.name: link for link in sight.told})

    with place.device.inside():
        asyncio.run(run())


@pytest.mark.parametrize("allowed", ["1 0", "0 2147483647"])
@pytest.mark.parametrize("far", [CLOUD4, CLOUD6])
def test_ping_by_a_raw_socket_and_by_a_ping_socket(place: Town, allowed: str, far: str) -> None:
    place.device.write("/proc/sys/net/ipv4/ping_group_range", allowed)

    async def scenario(links: dict[str, LinkState]) -> None:
        for uplink in links.values():
            assert 0 < await ping(uplink, far, LONG_MS) < LONG_MS
            assert await ping(uplink, uplink.gateway6 if ":" in far else uplink.gateway4, LONG_MS) > 0
        await asyncio.gather(*(ping(links["eth0"], far, LONG_MS) for _ in range(20)))

    in_device(place, scenario)


def test_a_link_local_gateway_is_pinged_on_its_interface(place: Town) -> None:
    place.wire.ip("addr", "add", "fe80::1/64", "dev", "lan")
    place.radio.ip("addr", "add", "fe80::1/64", "dev", "lan")

    async def scenario(links: dict[str, LinkState]) -> None:
        for uplink in links.values():
            await ping(uplink, "fe80::1", LONG_MS)
        swallow_everything(place.radio)
        await ping(links["eth0"], "fe80::1", LONG_MS)
        with pytest.raises(NoAnswer):
            await ping(links["wlan0"], "fe80::1", SHORT_MS)

    in_device(place, scenario)


def test_a_silent_uplink_does_not_answer_while_the_other_does(place: Town) -> None:
    swallow_everything(place.wire)

    async def scenario(links: dict[str, LinkState]) -> None:
        with pytest.raises(NoAnswer, match=r"203\.0\.113\.1 did not answer over eth0"):
            await ping(links["eth0"], CLOUD4, SHORT_MS)
        await ping(links["wlan0"], CLOUD4, LONG_MS)

    in_device(place, scenario)


def test_a_closed_way_is_told_at_once_and_not_by_the_deadline(place: Town) -> None:
    """A port nobody listens on is refused by the far end; the probe does not sit out its time."""

    async def scenario(links: dict[str, LinkState]) -> None:
        before = time.monotonic()
        with pytest.raises(NoAnswer, match="out of reach over eth0: Connection refused"):
            await stun(links["eth0"], CLOUD4, 60_000)
        assert time.monotonic() - before < 30

    in_device(place, scenario)


def test_an_uplink_without_the_family_or_without_its_address_is_not_ready(place: Town) -> None:
    async def scenario(links: dict[str, LinkState]) -> None:
        with pytest.raises(UplinkNotReady, match="eth0 has no IPv6 address"):
            await ping(replace(links["eth0"], address6=""), CLOUD6, SHORT_MS)
        with pytest.raises(UplinkNotReady, match=r"gone or lost its address 10\.9\.9\.9"):
            await ping(replace(links["eth0"], address4="10.9.9.9"), CLOUD4, SHORT_MS)
        with pytest.raises(UplinkNotReady, match="wwan0 has gone"):
            await ping(replace(links["eth0"], name="wwan0"), CLOUD4, SHORT_MS)

    in_device(place, scenario)


def stun_answer(data: bytes, sender: tuple[str, int]) -> list[bytes]:
    """A binding answer by RFC 8489, sections 5 and 14.2, behind one to somebody else's transaction."""
    transaction = data[8:20]
    mask = data[4:8] + transaction
    family = socket.AF_INET6 if ":" in sender[0] else socket.AF_INET
    packed = socket.inet_pton(family, sender[0])
    where = bytes(a ^ b for a, b in zip(packed, mask, strict=False))
    value = struct.pack("!BBH", 0, 2 if family == socket.AF_INET6 else 1, sender[1] ^ 0x2112) + where
    body = struct.pack("!HH", 0x8022, 3) + b"us \0" + struct.pack("!HH", 0x0020, len(value)) + value
    head = struct.pack("!HHI", 0x0101, len(body), 0x2112A442)
    return [head + bytes(12) + body, head + transaction + body]


@pytest.mark.parametrize("far", [CLOUD4, CLOUD6])
def test_stun_tells_how_the_world_sees_each_uplink(place: Town, far: str) -> None:
    with Answerer(place.cloud, far, stun_answer) as server:

        async def scenario(links: dict[str, LinkState]) -> None:
            for uplink in links.values():
                mapping = await stun(uplink, far, LONG_MS, server.port)
                assert mapping.address == (uplink.address6 if ":" in far else WAYS[uplink.name])
                assert mapping.port > 0
                assert mapping.rtt_ms > 0

        in_device(place, scenario)


def test_the_provider_answers_options_over_each_uplink(place: Town, tmp_path: Path) -> None:
    with place.cloud.inside():
        server = Kamailio(tmp_path, {}, address=CLOUD4)
    with server:

        async def scenario(links: dict[str, LinkState]) -> None:
            for uplink in links.values():
                status, rtt_ms = await sip_options(uplink, CLOUD4, LONG_MS, server.port, "phone.example")
                assert 200 <= status < 700
                assert rtt_ms > 0

        in_device(place, scenario)


def test_a_provisional_answer_and_somebody_elses_are_not_the_answer(place: Town) -> None:
    def make(data: bytes, _: tuple[str, int]) -> list[bytes]:
        headers = data.split(b"\r\n", 1)[1]
        other = b"SIP/2.0 200 OK\r\nCall-ID: other\r\n\r\n"
        return [b"noise", other, b"SIP/2.0 100 Trying\r\n" + headers, b"SIP/2.0 405 Method Not Allowed\r\n" + headers]

    with Answerer(place.cloud, CLOUD4, make) as server:

        async def scenario(links: dict[str, LinkState]) -> None:
            assert (await sip_options(links["wlan0"], CLOUD4, LONG_MS, server.port))[0] == 405
            assert server.asked_by == [WAYS["wlan0"]]

        in_device(place, scenario)


@contextmanager
def name_server(place: Town, folder: Path, uplink: str, address: str, *more: str) -> Iterator[None]:
    """A dnsmasq in the router of an uplink."""
    router = place.wire if uplink == "eth0" else place.radio
    words = [*DNSMASQ, f"--listen-address={address}", "--bind-interfaces"]
    with router.inside(), Process([*words, *more], folder, name=f"dns-{uplink}") as server:
        server.wait_for_line("started")
        yield


def test_names_are_asked_of_the_uplinks_own_servers(place: Town, tmp_path: Path) -> None:
    """Each uplink's provider may send us to a different place; a dead server on one is no trouble of the other."""
    first = name_server(place, tmp_path, "eth0", "10.1.0.1", "--host-record=phone.example,203.0.113.1,2001:db8:f::1")
    other = name_server(place, tmp_path, "wlan0", "10.2.0.1", "--host-record=phone.example,203.0.113.9")
    with first, other:

        async def scenario(links: dict[str, LinkState]) -> None:
            wire = replace(links["eth0"], nameservers=("10.1.0.77", "10.1.0.1"))
            radio = replace(links["wlan0"], nameservers=("10.2.0.1",))
            assert await resolve(wire, "phone.example", LONG_MS) == ("203.0.113.1", "2001:db8:f::1")
            assert await resolve(radio, "phone.example", LONG_MS) == ("203.0.113.9",)
            assert (await ask_dns(radio, "10.2.0.1", "phone.example", LONG_MS)).rtt_ms > 0
            assert await resolve(radio, "2001:DB8::5", LONG_MS) == ("2001:db8::5",)
            with pytest.raises(NoAnswer, match="cannot find out"):  # alive, but with no way up: dnsmasq refuses
                await ask_dns(radio, "10.2.0.1", "elsewhere.example", LONG_MS)
            with pytest.raises(NoAnswer, match=r"do not know where nowhere\.example is"):
                await resolve(radio, "nowhere.example", SHORT_MS)
            with pytest.raises(NoAnswer, match="can be no name"):
                await ask_dns(radio, "10.2.0.1", "no..name", LONG_MS)
            with pytest.raises(UplinkNotReady, match="no name server"):
                await resolve(replace(radio, nameservers=()), "phone.example", LONG_MS)

        in_device(place, scenario)


def test_dns_dead_but_the_way_alive(place: Town) -> None:
    nft(place.wire, "table inet no { chain in { type filter hook input priority 0; udp dport 53 drop; }; }")

    async def scenario(links: dict[str, LinkState]) -> None:
        with pytest.raises(NoAnswer, match="did not answer over eth0"):
            await ask_dns(links["eth0"], "10.1.0.1", "phone.example", SHORT_MS)
        await ping(links["eth0"], CLOUD4, LONG_MS)

    in_device(place, scenario)


def test_an_open_way_shows_the_empty_page(place: Town, tmp_path: Path) -> None:
    with (
        Page(place.cloud, CLOUD4, 204) as page,
        name_server(place, tmp_path, "wlan0", "10.2.0.1", f"--host-record=check.example,{CLOUD4}"),
    ):

        async def scenario(links: dict[str, LinkState]) -> None:
            assert await look_for_portal(links["eth0"], f"http://{CLOUD4}/generate_204", LONG_MS) > 0
            radio = replace(links["wlan0"], nameservers=("10.2.0.1",))
            assert await look_for_portal(radio, "http://check.example/generate_204?a=b", LONG_MS) > 0
            assert page.asked_by == [WAYS["eth0"], WAYS["wlan0"]]
            assert page.hosts == [CLOUD4, "check.example"]

        in_device(place, scenario)


@pytest.mark.parametrize(
    ("status", "location", "body"), [(302, "http://10.2.0.1/login", b""), (200, "", b"<html>Pay here</html>" * 1000)]
)
def test_a_portal_is_no_internet(place: Town, status: int, location: str, body: bytes) -> None:
    """The radio's router answers every web request itself, as hotels do."""
    nft(
        place.radio,
        "table ip portal { chain in { type nat hook prerouting priority -100; iifname lan tcp dport 80 dnat to 10.2.0.1; }; }",
    )
    with Page(place.cloud, CLOUD4, 204), Page(place.radio, "10.2.0.1", status, location, body):

        async def scenario(links: dict[str, LinkState]) -> None:
            with pytest.raises(
                PortalInTheWay, match=f"wlan0 leads to a sign-in page .* answered {status} instead of 204"
            ) as caught:
                await look_for_portal(links["wlan0"], f"http://{CLOUD4}/", LONG_MS)
            assert caught.value.location == location
            await look_for_portal(links["eth0"], f"http://{CLOUD4}/", LONG_MS)

        in_device(place, scenario)


def test_no_page_at_all_is_no_answer(place: Town) -> None:
    async def scenario(links: dict[str, LinkState]) -> None:
        with pytest.raises(NoAnswer, match="out of reach over eth0: Connection refused"):
            await look_for_portal(links["eth0"], f"http://{CLOUD4}/", LONG_MS)
        swallow_everything(place.wire)
        with pytest.raises(NoAnswer, match="did not answer over eth0"):
            await look_for_portal(links["eth0"], f"http://{CLOUD4}/", SHORT_MS)

    in_device(place, scenario)


def test_a_cancelled_probe_leaves_nothing_open(place: Town) -> None:
    """Probes are cut short when the device stops; neither sockets nor readers remain."""
    swallow_everything(place.wire)

    async def scenario(links: dict[str, LinkState]) -> None:
        before = open_sockets()
        probe = asyncio.create_task(ping(links["eth0"], CLOUD4, LONG_MS))
        await asyncio.sleep(0)
        assert open_sockets() > before
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        assert open_sockets() == before

    in_device(place, scenario)


def open_sockets() -> int:
    return sum(1 for each in Path("/proc/self/fd").iterdir() if each.is_symlink() and "socket" in str(each.readlink()))
