"""Receives copies of SIP messages in HEP version 3 (Homer Encapsulation Protocol) over a loopback socket and keeps them in order.

Must not know who sends them.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.peers.sip_wire import SipMessage, parse_message

if TYPE_CHECKING:
    from collections.abc import Callable

# Chunk numbers, HEP3 specification (github.com/sipcapture/HEP, "generic chunk types")
SOURCE_IPV4, TARGET_IPV4, SOURCE_IPV6, TARGET_IPV6, SOURCE_PORT, TARGET_PORT = 3, 4, 5, 6, 7, 8
TRANSPORT, PAYLOAD = 11, 15
MAX_DATAGRAM = 65535


@dataclass(frozen=True)
class TracedMessage:
    """A SIP message as a proxy received or sent it."""

    source: tuple[str, int]
    target: tuple[str, int]
    message: SipMessage
    seen_s: float  # time.monotonic() when the copy came


class HepTrace:
    """Collects messages from its start until `close`."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self.port: int = self._socket.getsockname()[1]
        self._messages: list[TracedMessage] = []
        self.changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._receive, name="HEP trace", daemon=True)
        self._thread.start()

    @property
    def messages(self) -> list[TracedMessage]:
        """What came so far."""
        with self.changed:
            return list(self._messages)

    def wait_for(self, wanted: Callable[[TracedMessage], object], timeout_s: float, *, after: int = 0) -> TracedMessage | None:
        """The first message from number `after` on that `wanted` accepts, or None when the time is out."""

        def look() -> TracedMessage | None:
            return next((m for m in self._messages[after:] if wanted(m)), None)

        with self.changed:
            self.changed.wait_for(look, timeout_s)
            return look()

    def close(self) -> None:
        """Stop receiving; may be called twice."""
        if self._closing:
            return
        self._closing = True
        self._socket.sendto(b"", self._socket.getsockname())  # wakes the thread
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while True:
            data = self._socket.recv(MAX_DATAGRAM)
            if self._closing:
                return
            traced = _parse(data, time.monotonic())
            if traced is not None:
                with self.changed:
                    self._messages.append(traced)
                    self.changed.notify_all()


def _parse(data: bytes, seen_s: float) -> TracedMessage | None:
    chunks = _chunks(data)
    payload = chunks.get(PAYLOAD, b"").strip(b"\r\n\0 ")
    if not payload:
        return None  # a keep-alive
    return TracedMessage(
        _endpoint(chunks, SOURCE_IPV4, SOURCE_IPV6, SOURCE_PORT),
        _endpoint(chunks, TARGET_IPV4, TARGET_IPV6, TARGET_PORT),
        parse_message(chunks[PAYLOAD]),
        seen_s,
    )


def _chunks(data: bytes) -> dict[int, bytes]:
    if data[:4] != b"HEP3":
        return {}
    found, place = {}, 6
    while place + 6 <= len(data):
        _vendor, kind, length = struct.unpack_from("!HHH", data, place)
        if length < 6:
            break
        found[kind] = data[place + 6 : place + length]
        place += length
    return found


def _endpoint(chunks: dict[int, bytes], ipv4: int, ipv6: int, port: int) -> tuple[str, int]:
    family, raw = (socket.AF_INET6, chunks[ipv6]) if ipv6 in chunks else (socket.AF_INET, chunks.get(ipv4, bytes(4)))
    return socket.inet_ntop(family, raw), int.from_bytes(chunks.get(port, b"\0\0"), "big")
