"""A bare socket that speaks whatever bytes a test gives it: broken SIP, floods, half messages. Collects replies, judges nothing."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Literal, Self

from tests.peers.errors import PeerSilent
from tests.peers.ports import free_port
from tests.peers.sip_wire import SipMessage, parse_message, split_stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVENT_S = 5.0
CONNECT_S = 5.0


class RawPeer:
    """A UDP socket on a free port, or a TCP or TLS connection to `target`."""

    def __init__(
        self,
        target: tuple[str, int],
        transport: Literal["udp", "tcp", "tls"] = "udp",
        *,
        authority: Path | None = None,
    ) -> None:
        """`authority` checks the server's certificate (TLS only); without it none is checked."""
        self.target = target
        self._stream = transport != "udp"
        self._socket = self._connect(transport, authority)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._changed = threading.Condition()
        self._messages: list[SipMessage] = []
        self._data = b""
        self._closed = False
        self._thread = threading.Thread(target=self._receive, name="raw peer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def messages(self) -> list[SipMessage]:
        """What came back so far, as SIP."""
        with self._changed:
            return list(self._messages)

    @property
    def closed_by_target(self) -> bool:
        """Whether the other side ended the connection."""
        return self._closed

    def send(self, data: bytes) -> None:
        """Send these bytes as one datagram, or into the stream."""
        if self._stream:
            self._socket.sendall(data)
        else:
            self._socket.sendto(data, self.target)

    def wait_for(self, wanted: Callable[[SipMessage], object] = bool, timeout_s: float = EVENT_S) -> SipMessage:
        """The first message that `wanted` accepts; raises `PeerSilent`."""

        def look() -> SipMessage | None:
            return next((m for m in self._messages if wanted(m)), None)

        with self._changed:
            self._changed.wait_for(lambda: look() or self._closed, timeout_s)
            found = look()
        if found is None:
            seen = "; ".join(map(str, self.messages)) or "nothing"
            raise PeerSilent(f"{self.target} never sent the awaited message in {timeout_s:g} s; it sent: {seen}")
        return found

    def wait_closed(self, timeout_s: float = EVENT_S) -> None:
        """Return once the other side has ended the connection; raises `PeerSilent`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed, timeout_s):
                raise PeerSilent(f"{self.target} kept the connection for {timeout_s:g} s")

    def request(self, method: str, user: str = "", *, headers: str = "", body: bytes = b"") -> bytes:
        """A well-formed request to start from; `headers` are whole lines ending in CRLF."""
        host, port = self.address
        literal = f"[{host}]" if ":" in host else host
        there = f"[{self.target[0]}]" if ":" in self.target[0] else self.target[0]
        uri = f"sip:{user}@{there}:{self.target[1]}" if user else f"sip:{there}:{self.target[1]}"
        number = f"{time.monotonic_ns():x}"
        head = (
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{'TCP' if self._stream else 'UDP'} {literal}:{port};rport;branch=z9hG4bK{number}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:raw@{literal}>;tag={number}\r\nTo: <{uri}>\r\nCall-ID: {number}\r\nCSeq: 1 {method}\r\n"
            f"Contact: <sip:raw@{literal}:{port}>\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):  # an unconnected or already ended socket; the reader wakes all the same
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(EVENT_S)
        self._socket.close()

    def _connect(self, transport: str, authority: Path | None) -> socket.socket:
        host = self.target[0]
        if transport == "udp":
            peer = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
            peer.bind(("::1" if ":" in host else "127.0.0.1", free_port()))
            return peer
        stream = socket.create_connection(self.target, CONNECT_S)
        stream.settimeout(None)
        if transport == "tcp":
            return stream
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        if authority is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(stream, server_hostname=host)

    def _receive(self) -> None:
        while data := self._read():
            with self._changed:
                self._take(data)
                self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _read(self) -> bytes:
        try:
            return self._socket.recv(65536)
        except OSError:
            return b""

    def _take(self, data: bytes) -> None:
        if self._stream:
            found, self._data = split_stream(self._data + data)
            self._messages += found
        elif data.strip(b"\r\n\0"):
            self._messages.append(parse_message(data))
