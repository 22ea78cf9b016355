"""PPP for real: our bearer dials a simulated modem's data port, pppd answers there, and a packet goes to the internet and back over the new interface.

Needs root, /dev/ppp and network namespaces. It asserts nothing about time. Both ends stand in namespaces of their own: within one, the kernel would take a
short cut and the packet would never see PPP.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
import tty
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.cellular.ppp import PppBearer
from firmware.core.modem_events import Apn
from hal.modem_tables.generic import GENERIC
from tests.cellular.mobile_network import ECHO_PORT, INTERNET, echo, prove
from tests.lab.namespaces import Namespace, Namespaces

if TYPE_CHECKING:
    from firmware.cellular.link import DataLink

INTERFACE = "wwan0"
SERVER, CLIENT, NAMESERVER = "10.64.64.64", "10.23.45.67", "192.0.2.53"


class DataPort:
    """The modem's second port: a terminal that answers ATE1 and ATD, then hands its far side to a pppd beyond."""

    def __init__(self, beyond: Namespace) -> None:
        self._beyond = beyond
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self.answering: subprocess.Popen[bytes] | None = None
        threading.Thread(target=self._talk, daemon=True).start()

    def _talk(self) -> None:
        heard = b""
        while True:
            heard += os.read(self._master, 1)
            if not heard.endswith(b"\r"):
                continue
            dialed = heard.upper().strip().startswith(b"ATD")
            os.write(self._master, b"\r\nCONNECT 150000000\r\n" if dialed else b"\r\nOK\r\n")
            heard = b""
            if dialed:
                self._answer()
                return

    def _answer(self) -> None:
        words = ["pppd", "notty", "nodetach", "local", "noauth", "noipv6", "noccp", f"{SERVER}:{CLIENT}", "ms-dns", NAMESERVER]
        self.answering = subprocess.Popen([*self._beyond.enter, *words], stdin=self._master, stdout=self._master)


async def live(port: DataPort, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    link: asyncio.Future[DataLink] = loop.create_future()
    lost: asyncio.Future[str] = loop.create_future()
    bearer = PppBearer(lambda: port.path, lambda: GENERIC.dial, INTERFACE, folder)
    bearer.up(Apn("internet"), lambda told: None if link.done() else link.set_result(told), lost.set_result)
    await asyncio.wait([link, lost], return_when=asyncio.FIRST_COMPLETED)
    assert link.done(), f"no link: {lost.result()}"
    assert (link.result().interface, link.result().address) == (INTERFACE, CLIENT)

    assert "" in [await _proved(link.result()) for _ in range(10)]
    routes = await asyncio.to_thread(_output, "ip", "route", "show", "default")
    assert f"dev {INTERFACE}" in routes, routes
    assert "metric 700" in routes, routes

    assert port.answering
    port.answering.terminate()
    assert await lost in {"the modem hung up", "the modem's PPP does not answer any more", "pppd ended with status 0"}
    bearer.down()
    await bearer.ended()
    assert INTERFACE not in await asyncio.to_thread(_output, "ip", "link")


async def _proved(link: DataLink) -> str:
    """One try. The far end may not be up yet when ours is: the first packets of a new link may be lost."""
    proved: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    prove(link, proved.set_result)
    return await proved


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def main() -> int:
    if not Path("/dev/ppp").exists():
        print("this kernel has no PPP: run it in the guest", file=sys.stderr)  # noqa: T201
        return 1
    with Namespaces() as spaces, tempfile.TemporaryDirectory() as folder:
        box, beyond = spaces.make("box"), spaces.make("beyond")
        beyond.ip("address", "add", f"{INTERNET}/32", "dev", "lo")
        with beyond.inside():
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("0.0.0.0", ECHO_PORT))
        threading.Thread(target=echo, args=(server,), daemon=True).start()
        with box.inside():
            asyncio.run(asyncio.wait_for(live(DataPort(beyond), Path(folder)), 60))
    print("PPP: a packet went to the internet and back")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
