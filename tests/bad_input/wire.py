"""One socket to the device, read only when a test asks: what was answered before a known answer is then certain, without waiting.

Loopback hands packets over in order and the device decides in one thread, so an answered OPTIONS proves that everything sent before it was dealt with.
Must not know what is asked or judged.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from typing import TYPE_CHECKING, Literal, Self

from tests.peers.errors import PeerSilent
from tests.peers.sip_wire import SipMessage, parse_message, split_stream

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["udp", "tcp"]
Address = tuple[str, int]
EVENT_S = 10.0
LOCAL = "127.0.0.1"


class Wire:
    """A UDP socket, or a TCP connection, from `source` to `target`; `link` takes an accepted connection instead of making one."""

    def __init__(
        self, target: Address, kind: Kind = "udp", source: str = LOCAL, *, port: int = 0, link: socket.socket | None = None
    ) -> None:
        self.target, self.kind = target, kind
        self._socket = link or self._open((source, port))
        self.address: Address = self._socket.getsockname()[:2]
        self.ended = False
        self._data = b""
        self._messages: list[SipMessage] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    @property
    def me(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    def send(self, data: bytes) -> None:
        """One datagram, or bytes into the stream; a stream that the device has closed takes nothing any more."""
        if self.kind == "udp":
            self._socket.sendto(data, self.target)
            return
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            self.ended = True

    def wait_for(self, wanted: Callable[[SipMessage], object] = bool, timeout_s: float = EVENT_S) -> SipMessage:
        """Take the first message that `wanted` accepts; others stay. Raises `PeerSilent`."""
        end = time.monotonic() + timeout_s
        while True:
            for place, message in enumerate(self._messages):
                if wanted(message):
                    return self._messages.pop(place)
            if self.ended or not self._read(end - time.monotonic()):
                seen = "; ".join(map(str, self._messages)) or "nothing"
                raise PeerSilent(
                    f"{self.target} by {self.kind} never sent the awaited message in {timeout_s:g} s; it sent: {seen}"
                )

    def arrived(self) -> list[SipMessage]:
        """Take everything that is here by now."""
        while not self.ended and self._read(0):
            pass
        taken, self._messages = self._messages, []
        return taken

    def arrived_within(self, timeout_s: float) -> list[SipMessage]:
        """The same, after waiting for the first of it."""
        if not self._messages:
            self._read(timeout_s)
        return self.arrived()

    def wait_ended(self, timeout_s: float = EVENT_S) -> None:
        """Return once the device has closed the connection; raises `PeerSilent`."""
        end = time.monotonic() + timeout_s
        while not self.ended:
            if not self._read(end - time.monotonic()):
                raise PeerSilent(f"{self.target} kept the connection for {timeout_s:g} s")

    def _open(self, source: Address) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if self.kind == "udp" else socket.SOCK_STREAM)
        opened.bind(source)
        if self.kind == "tcp":
            opened.settimeout(EVENT_S)
            opened.connect(self.target)
        return opened

    def _read(self, timeout_s: float) -> bool:
        """Read once; whether something came."""
        if not select.select([self._socket], [], [], max(0.0, timeout_s))[0]:
            return False
        data, sender = b"", None
        with contextlib.suppress(ConnectionResetError):
            data, sender = self._socket.recvfrom(65536)
        if self.kind == "udp":
            self.target = sender or self.target
            self._messages += [parse_message(data)] if data.strip(b"\r\n\0") else []
            return True
        self.ended = not data
        found, self._data = split_stream(self._data + data)
        self._messages += found
        return not self.ended


class Listener:
    """A TCP port on loopback that the device connects to."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_server((LOCAL, port))
        self._socket.settimeout(EVENT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def accept(self) -> Wire:
        """The next connection, as a wire to whoever made it."""
        link, sender = self._socket.accept()
        link.settimeout(EVENT_S)
        return Wire(sender[:2], "tcp", link=link)
