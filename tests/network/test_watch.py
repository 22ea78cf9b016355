"""The watch tells what really happens to interfaces: cables, addresses, gateways, counters."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from firmware.network.probes.ping import ping
from tests.network.sight import Sight
from tests.network.town import CLOUD4, Town, town

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator


@pytest.fixture(scope="module")
def place() -> Iterator[Town]:
    with town() as made:
        yield made


def in_device(place: Town, scenario: Coroutine[object, object, None]) -> None:
    with place.device.inside():
        asyncio.run(scenario)


def test_each_link_is_told_at_the_start(place: Town) -> None:
    async def scenario() -> None:
        async with Sight("eth0", "wlan0", "wwan0") as sight:
            first = {link.name: link for link in sight.told}
            assert len(sight.told) == 3
        eth0 = first["eth0"]
        assert (eth0.up, eth0.carrier, eth0.usable) == (True, True, True)
        assert (eth0.address4, eth0.prefix4, eth0.gateway4) == ("10.1.0.2", 24, "10.1.0.1")
        assert (eth0.address6, eth0.prefix6, eth0.gateway6) == ("2001:db8:1::2", 64, "2001:db8:1::1")
        assert first["wlan0"].gateway4 == "10.2.0.1"
        assert not first["wwan0"].usable

    in_device(place, scenario())


def test_a_pulled_cable_is_told_and_its_return(place: Town) -> None:
    async def scenario() -> None:
        async with Sight("eth0") as sight:
            place.wire.ip("link", "set", "lan", "down")
            assert not (await sight.until(lambda link: not link.carrier)).usable
            place.wire.ip("link", "set", "lan", "up")
            assert (await sight.until(lambda link: link.carrier)).usable

    in_device(place, scenario())


def test_new_addresses_and_gateways_are_told(place: Town) -> None:
    async def scenario() -> None:
        async with Sight("eth0") as sight:
            ip = place.device.ip
            ip("addr", "del", "10.1.0.2/24", "dev", "eth0")
            assert not (await sight.until(lambda link: not link.address4)).gateway4
            ip("addr", "add", "10.1.0.9/25", "dev", "eth0")
            assert (await sight.until(lambda link: link.address4 == "10.1.0.9")).prefix4 == 25
            ip("addr", "replace", "10.1.0.2/24", "dev", "eth0")
            ip("addr", "del", "10.1.0.9/25", "dev", "eth0")
            ip("route", "replace", "default", "via", "10.1.0.77", "dev", "eth0", "metric", "100")
            moved = await sight.until(lambda link: link.gateway4 == "10.1.0.77")
            assert moved.address4 == "10.1.0.2"
            ip("route", "replace", "default", "via", "10.1.0.1", "dev", "eth0", "metric", "100")
            await sight.until(lambda link: link.gateway4 == "10.1.0.1")

    in_device(place, scenario())


def test_an_ipv6_address_counts_once_nobody_else_has_it(place: Town) -> None:
    """While duplicate address detection runs, nothing can be bound to it."""

    async def scenario() -> None:
        async with Sight("eth0") as sight:
            place.device.write("/proc/sys/net/ipv6/conf/eth0/accept_dad", "1")
            place.device.ip("addr", "del", "2001:db8:1::2/64", "dev", "eth0")
            await sight.until(lambda link: not link.address6)
            place.device.ip("addr", "add", "2001:db8:1::2/64", "dev", "eth0")
            link = await sight.until(lambda link: bool(link.address6))
            await ping(link, "2001:db8:1::1", 5000)

    in_device(place, scenario())


def test_an_interface_may_vanish_and_come_back(place: Town) -> None:
    async def scenario() -> None:
        async with Sight("wlan0") as sight:
            old = await sight.until(lambda link: link.usable, "wlan0")
            place.device.ip("link", "del", "wlan0")
            gone = await sight.until(lambda link: not link.index, "wlan0")
            assert (gone.up, gone.carrier, gone.address4, gone.gateway4) == (False, False, "", "")
            place.uplink("wlan0", place.radio, 2, metric=600)
            back = await sight.until(lambda link: link.usable and bool(link.gateway4), "wlan0")
            assert back.address4 == old.address4
            assert back.index != old.index

    in_device(place, scenario())


def test_a_switched_off_interface_has_no_address_to_send_from(place: Town) -> None:
    async def scenario() -> None:
        async with Sight("eth0") as sight:
            place.device.ip("link", "set", "eth0", "down")
            down = await sight.until(lambda link: not link.up)
            assert (down.address4, down.gateway4) == ("", "")
            place.device.ip("link", "set", "eth0", "up")
            place.device.ip("route", "add", "default", "via", "10.1.0.1", "dev", "eth0", "metric", "100")
            place.device.ip("addr", "replace", "2001:db8:1::2/64", "dev", "eth0")
            place.device.ip("-6", "route", "replace", "default", "via", "2001:db8:1::1", "dev", "eth0", "metric", "100")
            await sight.until(lambda link: link.usable and bool(link.gateway4 and link.gateway6))

    in_device(place, scenario())


def test_bytes_are_counted(place: Town) -> None:
    async def scenario() -> None:
        async with Sight("eth0") as sight:
            before = sight.watch.link("eth0")
            await ping(before, CLOUD4, 5000)
        async with Sight("eth0") as sight:
            after = sight.watch.link("eth0")
        assert after.tx_bytes >= before.tx_bytes + 40
        assert after.rx_bytes >= before.rx_bytes + 40

    in_device(place, scenario())
