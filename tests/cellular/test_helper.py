"""The helper that holds data for a device without the rights to: behind the socket that systemd opens for it, with a real lease; what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from firmware.cellular.data_orders import DataOrderWrong, Dial, Lease, as_line, from_line
from firmware.cellular.dhcp import DhcpBearer
from firmware.cellular.ppp import PppBearer
from firmware.cellular.ways import by_helper
from firmware.core.modem_events import Apn
from hal.sim.cellular_world import DataPath
from tests.adapter import KEEPLINE
from tests.cellular.mobile_network import CARD, MODEM, MobileNetwork, mobile_network
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from firmware.cellular.link import DataLink


@asynccontextmanager
async def helper(folder: Path) -> AsyncIterator[Path]:
    """As keepline-data.socket starts it: a process for each connection, which is its standard input and output."""
    path = folder / "data.sock"
    keep = [f"--setenv={name}" for name in ("PATH", "PYTHONPATH") if name in os.environ]
    words = ["systemd-socket-activate", "--accept", "--inetd", *keep, "--listen", str(path), str(KEEPLINE), "hold-data"]
    activating = Process(words, folder)
    try:
        activating.wait_until(path.exists, "its socket")
        yield path
    finally:
        activating.stop()


def test_a_lease_is_held_for_the_device_and_given_back_when_it_lets_go(tmp_path: Path) -> None:
    async def live(network: MobileNetwork) -> None:
        network.lead(DataPath.INTERNET)
        async with helper(tmp_path) as path:
            came: asyncio.Future[DataLink] = asyncio.get_running_loop().create_future()
            bearer = DhcpBearer(lambda: CARD, by_helper(path))
            bearer.up(Apn(""), came.set_result, pytest.fail)
            link = await asyncio.wait_for(came, 20)
            assert (link.interface, link.gateway, link.nameservers) == (CARD, MODEM, (MODEM,))
            assert link.address in network.addresses()
            assert MODEM in network.default_route()
            bearer.down()
            await bearer.ended()
            assert not network.addresses()

    with mobile_network(tmp_path) as network:
        asyncio.run(live(network))


def test_a_device_that_dies_leaves_no_lease_behind(tmp_path: Path) -> None:
    async def live(network: MobileNetwork) -> None:
        network.lead(DataPath.INTERNET)
        async with helper(tmp_path) as path:
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(as_line(Lease(CARD)))
            while "bound" not in (line := (await asyncio.wait_for(reader.readline(), 20)).decode()):
                assert line, "the helper ended"
            assert network.addresses()
            writer.transport.abort()
            async with asyncio.timeout(10):
                while network.addresses():  # noqa: ASYNC110 - the kernel tells nobody of us
                    await asyncio.sleep(0.05)

    with mobile_network(tmp_path) as network:
        asyncio.run(live(network))


def test_a_dial_that_cannot_be_is_told_with_its_reason(tmp_path: Path) -> None:
    async def live() -> str:
        async with helper(tmp_path) as path:
            lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            bearer = PppBearer(lambda: "/dev/ttyUSB99", lambda: "ATD*99#", "wwan0", by_helper(path))
            bearer.up(Apn("internet", "user", "word"), pytest.fail, lost.set_result)
            return await asyncio.wait_for(lost, 20)

    reason = asyncio.run(live())
    assert reason in {"the kernel has no PPP", "the modem's data port cannot be opened"} or "pppd ended" in reason


def test_no_helper_is_told(tmp_path: Path) -> None:
    async def live() -> str:
        lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        DhcpBearer(lambda: CARD, by_helper(tmp_path / "nobody")).up(Apn(""), partial(pytest.fail, "a link"), lost.set_result)
        return await lost

    assert asyncio.run(live()) == "nobody with the right to run the DHCP client answered"


@pytest.mark.parametrize("order", [Lease("usb0"), Dial("/dev/ttyUSB3", "wwan0", "ATD*99***1#", "user", 'a "word"\\')])
def test_an_order_arrives_as_it_was_sent(order: Lease | Dial) -> None:
    assert from_line(as_line(order)) == order


GOOD = {"do": "dial", "port": "/dev/ttyUSB3", "interface": "wwan0", "command": "ATD*99#"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"port": "/etc/shadow"}, "port '/etc/shadow' is not allowed"),
        ({"port": "/dev/ttyUSB3\nplugin evil.so"}, "port must be one line"),
        ({"interface": "wwan0 plugin"}, "interface 'wwan0 plugin' is not allowed"),
        ({"interface": "../../etc"}, "interface '../../etc' is not allowed"),
        ({"command": "ATD*99#' OK 'AT"}, "command"),
        ({"command": 5}, "command must be one line"),
        ({"user": "x\nplugin evil.so"}, "user must be one line"),
        ({"script": "/bin/sh"}, "an order is one line of JSON"),
        ({"do": "run"}, "an order is one line of JSON"),
    ],
)
def test_what_the_helper_refuses(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(DataOrderWrong, match=sentence.replace("/", r"\/").replace(".", r"\.")):
        from_line(json.dumps({**GOOD, **wrong}).encode())


@pytest.mark.parametrize("line", [b"", b"\xff\n", b"[]\n", b"{}\n", b'"dial"\n', b"{" * 3000])
def test_what_is_no_order_is_refused(line: bytes) -> None:
    with pytest.raises(DataOrderWrong):
        from_line(line)


def test_a_refused_order_ends_the_connection_and_nothing_runs(tmp_path: Path) -> None:
    async def live() -> bytes:
        async with helper(tmp_path) as path:
            with socket.socket(socket.AF_UNIX) as asking:
                asking.connect(str(path))
                reader, writer = await asyncio.open_unix_connection(sock=asking.dup())
                writer.write(json.dumps({**GOOD, "port": "/etc/shadow"}).encode() + b"\n")
                told = await asyncio.wait_for(reader.read(), 20)
                writer.close()
                return told

    assert asyncio.run(live()) == b""
