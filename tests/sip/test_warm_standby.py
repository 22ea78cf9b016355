"""The uplink that waits is kept warm for SIP: its NAT's hole is knocked at, or its connection stands, as seen on the wire and at the server."""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING

import pytest

from tests.sip.moving import Town

if TYPE_CHECKING:
    from pathlib import Path

ETH_P_IP, UDP = 0x0800, 17
KNOCK_S = 29.0
"""RFC 5626 section 4.4: UDP is kept alive every 24 to 29 s."""


def test_the_hole_of_the_waiting_uplink_is_knocked_at(tmp_path: Path) -> None:
    with Town(tmp_path) as town:
        with town.lab[town.second].router.inside():
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
            wire.bind(("lan", ETH_P_IP))
        with wire:
            assert _knocked(wire, int(town.exchange.server.rpartition(":")[2])), "no empty line came by the waiting uplink"


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_connection_stands_by_the_waiting_uplink(tmp_path: Path, transport: str) -> None:
    with Town(tmp_path, transport=transport) as town:
        outside = town.lab[town.second].outside
        town.mover.wait_until(
            lambda: outside in town.lab.cloud.run("ss", "-Htn", "state", "established"), f"no connection comes from {outside}"
        )


def _knocked(wire: socket.socket, port: int) -> bool:
    """Whether an empty line for this port comes in within the time that NATs keep a hole."""
    end_s = time.monotonic() + KNOCK_S
    while (left_s := end_s - time.monotonic()) > 0:
        wire.settimeout(left_s)
        try:
            packet = wire.recv(65535)
        except TimeoutError:
            return False
        datagram = packet[(packet[0] & 15) * 4 :]
        if packet[9] == UDP and struct.unpack_from("!H", datagram, 2)[0] == port and datagram[8:].rstrip(b"\0") == b"\r\n":
            return True
    return False
