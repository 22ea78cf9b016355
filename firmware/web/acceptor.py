"""Takes connections on one port that speaks both HTTP and TLS: the first byte says which (RFC 8446 section 5.1: a handshake record is 22).

So one address in the settings is enough: the first set-up goes without a certificate, all else with the device's own. It knows no request.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable

_HANDSHAKE = b"\x16"
_FIRST_BYTE_S = 10.0
_HANDSHAKE_S = 15.0
_MOST_SILENT = 200
"""Connections that have said nothing yet; more are closed at once."""

Context = Callable[[], Awaitable[ssl.SSLContext | None]]
Protocol = Callable[[], asyncio.Protocol]


class Acceptor:
    """`protocol` makes the HTTP protocol of one connection, `context` the TLS context, or None while there is no certificate."""

    def __init__(self, listener: socket.socket, protocol: Protocol, context: Context) -> None:
        self._listener = listener
        self._protocol = protocol
        self._context = context
        self._greeting: set[asyncio.Task[None]] = set()
        self._accepting: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._listener.setblocking(False)  # noqa: FBT003 (the socket module's own)
        self._accepting = asyncio.get_running_loop().create_task(self._accept())

    def stop(self) -> None:
        """Take no more; connections that are up go on."""
        for task in (self._accepting, *self._greeting):
            if task:
                task.cancel()
        self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError:
                await asyncio.sleep(1)  # out of file handles: others must close first
                continue
            connection.setblocking(False)  # noqa: FBT003 (same)
            if len(self._greeting) >= _MOST_SILENT:
                connection.close()
                continue
            task = loop.create_task(self._greet(connection))
            self._greeting.add(task)
            task.add_done_callback(self._greeting.discard)

    async def _greet(self, connection: socket.socket) -> None:
        try:
            first = await asyncio.wait_for(_first_byte(connection), _FIRST_BYTE_S)
            context = await self._context() if first == _HANDSHAKE else None
            if not first or (first == _HANDSHAKE and context is None):
                connection.close()
                return
            timeout_s = _HANDSHAKE_S if context else None
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol, connection, ssl=context, ssl_handshake_timeout=timeout_s
            )
        except (OSError, TimeoutError, asyncio.CancelledError):  # ssl.SSLError is an OSError
            connection.close()


async def _first_byte(connection: socket.socket) -> bytes:
    """Looked at, not taken."""
    while True:
        with contextlib.suppress(BlockingIOError):
            return connection.recv(1, socket.MSG_PEEK)
        await _readable(connection)


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(connection)
