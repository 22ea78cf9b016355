"""Questions asked from the device's namespace through one uplink, as any program there could ask them: what the world looks like from inside.

A question goes out by the uplink's interface whatever the routes say. Knows no device.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab.addresses import WEB, WEB6
from tests.lab.cloud_services import BINDING_REQUEST, COOKIE, HTTP_PORT, STUN_PORT

if TYPE_CHECKING:
    from tests.lab.laboratory import Laboratory

PATIENCE_S = 1.5
DNS_PORT = 53


@dataclass(frozen=True)
class Seen:
    """Where a STUN server saw the question come from (IPv4 only), and how long the answer took."""

    address: str
    rtt_ms: float


def _socket(lab: Laboratory, interface: str, kind: socket.SocketKind, family: socket.AddressFamily) -> socket.socket:
    with lab.device.inside():
        asking = socket.socket(family, kind)
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    asking.settimeout(PATIENCE_S)
    return asking


def stun(lab: Laboratory, interface: str, *, ipv6: bool = False) -> Seen | None:
    """What a STUN server says, or None if it says nothing in time."""
    family = socket.AF_INET6 if ipv6 else socket.AF_INET
    with _socket(lab, interface, socket.SOCK_DGRAM, family) as asking:
        question = struct.pack("!HHI", BINDING_REQUEST, 0, COOKIE) + os.urandom(12)
        began_s = time.monotonic()
        try:
            asking.sendto(question, (WEB6 if ipv6 else WEB, STUN_PORT))
            answer = asking.recv(1000)
        except OSError:
            return None
        hidden = bytes(one ^ other for one, other in zip(answer[28:32], question[4:8], strict=True))
        return Seen("" if ipv6 else socket.inet_ntoa(hidden), 1000 * (time.monotonic() - began_s))


def web_status(lab: Laboratory, interface: str) -> int:
    """The status a web server of the internet answers with; 0 for none."""
    with _socket(lab, interface, socket.SOCK_STREAM, socket.AF_INET) as asking:
        try:
            asking.connect((WEB, HTTP_PORT))
            asking.sendall(b"GET /generate_204 HTTP/1.1\r\nHost: connectivity.test\r\n\r\n")
            return int(asking.recv(1000).split()[1])
        except OSError:
            return 0


def resolves(lab: Laboratory, interface: str) -> bool:
    """Whether the house's name server answers."""
    question = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\x03sip\x08provider\x04test\x00" + struct.pack("!2H", 1, 1)
    with _socket(lab, interface, socket.SOCK_DGRAM, socket.AF_INET) as asking:
        try:
            asking.sendto(question, (lab[interface].gateway, DNS_PORT))
            return asking.recv(1000)[:2] == question[:2]
        except OSError:
            return False
