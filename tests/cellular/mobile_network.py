"""A mobile network in namespaces: the box with the modem's network card, and beyond it the modem's own DHCP server and an internet of one host.

The card is a veth whose other end the simulated modem's data side switches: off, on but leading nowhere, or to the internet.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hal.sim.cellular_world import DataPath
from tests.lab.namespaces import Namespaces, connect
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from firmware.cellular.link import DataLink
    from tests.lab.namespaces import Namespace

CARD, MODEM_END = "usb0", "modem0"
INTERNET, ECHO_PORT = "203.0.113.1", 7
MODEM = "192.168.225.1"
"""As a SIM7600 has it."""


class MobileNetwork:
    """Both namespaces; `lead` is the simulated modem's `on_data`."""

    def __init__(self, box: Namespace, beyond: Namespace) -> None:
        self.box, self.beyond = box, beyond
        connect(box, CARD, beyond, MODEM_END)
        beyond.ip("address", "add", f"{MODEM}/24", "dev", MODEM_END)
        self.path = DataPath.OFF
        beyond.ip("link", "set", MODEM_END, "down")

    def lead(self, path: DataPath) -> None:
        had, self.path = self.path, path
        if had is DataPath.INTERNET:
            self.beyond.ip("address", "del", f"{INTERNET}/32", "dev", "lo")
        if path is DataPath.INTERNET:
            self.beyond.ip("address", "add", f"{INTERNET}/32", "dev", "lo")
        self.beyond.ip("link", "set", MODEM_END, "down" if path is DataPath.OFF else "up")

    def addresses(self) -> str:
        return self.box.ip("-4", "-o", "address", "show", "dev", CARD, "scope", "global")

    def default_route(self) -> str:
        return self.box.ip("route", "show", "default")


@contextmanager
def mobile_network(folder: Path) -> Iterator[MobileNetwork]:
    """The calling thread is in the box meanwhile."""
    with Namespaces() as spaces:
        network = MobileNetwork(spaces.make("box"), spaces.make("beyond"))
        words = [
            *network.beyond.enter,
            "dnsmasq", "--keep-in-foreground", "--pid-file=", "--conf-file=/dev/null", "--port=0", f"--interface={MODEM_END}", "--bind-dynamic",
            "--dhcp-range=192.168.225.20,192.168.225.60,2m", f"--dhcp-leasefile={folder}/leases", "--log-facility=-",
            f"--dhcp-option=option:dns-server,{MODEM}", "--no-ping",
        ]  # fmt: skip
        server = Process(words, folder)
        with network.beyond.inside():
            mirror = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            mirror.bind(("0.0.0.0", ECHO_PORT))
        threading.Thread(target=echo, args=(mirror,), daemon=True).start()
        try:
            with network.box.inside():
                yield network
        finally:
            mirror.close()
            server.stop()


def prove(link: DataLink, on_done: Callable[[str], None]) -> None:
    """A real packet to the internet and back, from this address over this interface and no other."""

    async def try_it() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.setblocking(False)  # noqa: FBT003 (the socket's word)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.interface.encode())
            try:
                probe.bind((link.address, 0))
                async with asyncio.timeout(1):
                    await loop.sock_sendto(probe, b"probe", (INTERNET, ECHO_PORT))
                    await loop.sock_recv(probe, 100)
            except (OSError, TimeoutError):
                on_done("no probe came back")
                return
        on_done("")

    _running.add(task := asyncio.get_running_loop().create_task(try_it()))
    task.add_done_callback(_running.discard)


_running: set[asyncio.Task[None]] = set()


def echo(server: socket.socket) -> None:
    """The internet's one host: it says what it hears."""
    while True:
        try:
            data, sender = server.recvfrom(2048)
            server.sendto(data, sender)
        except OSError:
            return
