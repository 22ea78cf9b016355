"""A UDP socket on loopback that tells when each datagram came by the kernel's own stamp, so that a busy bench does not count as delay."""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tests.peers.errors import PeerSilent
from tests.peers.ports import free_port_block

if TYPE_CHECKING:
    from collections.abc import Callable

SO_TIMESTAMPNS = 35  # asm-generic/socket.h; the message it sends along has the same number, and a struct timespec
TIMESPEC = struct.Struct("@qq")


@dataclass(frozen=True)
class Datagram:
    at_s: float
    """time.monotonic() of its arrival in the kernel."""
    data: bytes
    source: tuple[str, int]


class StampedSocket:
    """Collects what comes. Make it, use it as a context."""

    def __init__(self) -> None:
        self.port = free_port_block(2)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind(("127.0.0.1", self.port))
        self._changed = threading.Condition()
        self._received: list[Datagram] = []
        self._closing = False
        self._thread = threading.Thread(target=self._receive, name="stamped socket", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._socket.sendto(b"", ("127.0.0.1", self.port))  # wakes the reader
        self._thread.join(5)
        self._socket.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def send(self, data: bytes, target: tuple[str, int]) -> float:
        """Send, and say when."""
        at_s = time.monotonic()
        self._socket.sendto(data, target)
        return at_s

    def received(self) -> list[Datagram]:
        with self._changed:
            return list(self._received)

    def forget(self) -> None:
        """Everything received so far."""
        with self._changed:
            self._received.clear()

    def wait_for(self, wanted: Callable[[Datagram], object], what: str, timeout_s: float = 10.0) -> Datagram:
        """The first datagram not forgotten that `wanted` accepts; raises PeerSilent."""

        def look() -> Datagram | None:
            return next((each for each in self._received if wanted(each)), None)

        with self._changed:
            found = self._changed.wait_for(look, timeout_s)
        if found is None:
            seen = "; ".join(repr(each.data[:60]) for each in self.received()[-6:]) or "nothing"
            raise PeerSilent(f"{what} did not come within {timeout_s:g} s; last came: {seen}")
        return found

    def _receive(self) -> None:
        while True:
            data, stamps, _, source = self._socket.recvmsg(65535, socket.CMSG_SPACE(TIMESPEC.size))
            if self._closing:
                return
            with self._changed:
                self._received.append(Datagram(_monotonic(stamps), data, source))
                self._changed.notify_all()


def _monotonic(stamps: list[tuple[int, int, bytes]]) -> float:
    """The kernel stamps by the wall clock: what has passed since then is taken off the monotonic time now."""
    now_s, wall_ns = time.monotonic(), time.time_ns()
    for _level, kind, data in stamps:
        if kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = TIMESPEC.unpack(data[: TIMESPEC.size])
            return now_s - (wall_ns - seconds * 1_000_000_000 - nanoseconds) / 1e9
    return now_s
