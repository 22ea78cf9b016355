"""The control socket's server: one JSON order a line in, answers and events out (ARCHITECTURE.md has the protocol).

It runs on the deciding thread's asyncio loop and knows no line, call or account: the orders are async functions that `device.py` gives it.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from firmware.orders import (
    LONGEST_LINE_BYTES,
    Handler,
    Order,
    OrderRefused,
    Request,
    RequestWrong,
    check_arguments,
    read_orders,
    read_request,
    shown,
)
from firmware.state_folder import remove_stale_socket, socket_name
from firmware.wall_clock import utc

_EVENTS_BEHIND = 500
"""A watcher this many events behind is not reading: it is dropped, so that it cannot fill the device's memory."""
_ORDERS_AT_ONCE = 64

_log = logging.getLogger(__name__)


class Control:
    """`orders` maps "do" to a handler (firmware.orders.Handler). `watch` is built in."""

    def __init__(self, path: Path, orders: Mapping[str, Handler]) -> None:
        self._path = path
        self.orders = read_orders({**orders, "watch": self._watch})
        self._connections: dict[_Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. The caller holds the state folder's lock: a socket that is still there belongs to a killed process. Raises OSError."""
        remove_stale_socket(self._path)
        self._server = await asyncio.start_unix_server(self._connected, sock=_listen(self._path), limit=LONGEST_LINE_BYTES)

    async def stop(self) -> None:
        """Close every connection and take the socket away."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._connections.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        remove_stale_socket(self._path)

    def publish(self, event: Mapping[str, object]) -> None:
        """Send `event` ({"event": "line", ...}) to every watcher. Call it from the loop's thread; it never waits."""
        at = utc(datetime.now(UTC))
        line = _line({"event": event["event"], "at": at, **event})
        for connection in list(self._connections):
            connection.offer(line)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self.orders, reader, writer)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this callback as a task
        self._connections[connection] = task
        try:
            await connection.serve()
        finally:
            del self._connections[connection]

    async def _watch(self) -> object:
        return _WATCH


_WATCH = object()
"""What the handler of `watch` returns; the connection then takes offers."""


class _Connection:
    """One client: reads orders, runs each as a task of its own so that a long one holds up no other."""

    def __init__(self, orders: Mapping[str, Order], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._orders = orders
        self._reader = reader
        self._writer = writer
        self._running: set[asyncio.Task[None]] = set()
        self._streams: set[asyncio.Task[None]] = set()
        self._offered: asyncio.Queue[bytes] | None = None

    async def serve(self) -> None:
        try:
            while (line := await self._read_line()) is not None:
                await self._take(line)
            # the client has said all it will: it still gets its answers
            await asyncio.gather(*self._running)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client left, or the device stops; either way there is nobody to tell
        finally:
            await self._close()

    def offer(self, line: bytes) -> None:
        """Queue an event if this client watches; one that does not keep reading is dropped."""
        if self._offered is None:
            return
        try:
            self._offered.put_nowait(line)
        except asyncio.QueueFull:
            _log.warning("a watcher of the control socket did not read %d events and was dropped", _EVENTS_BEHIND)
            self._writer.transport.abort()

    async def _close(self) -> None:
        tasks = self._running | self._streams
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._writer.close()
        with suppress(ConnectionError, asyncio.CancelledError):
            await self._writer.wait_closed()

    async def _read_line(self) -> bytes | None:
        """The next line, None at the end, b"" for one that is too long (and skipped)."""
        too_long = False
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as end:
                return end.partial if end.partial and not too_long else None
            except asyncio.LimitOverrunError as over:
                too_long = True
                await self._reader.readexactly(over.consumed)
            else:
                return b"" if too_long else line

    async def _take(self, line: bytes) -> None:
        if not line:
            await self._refuse(None, f"the line is longer than {LONGEST_LINE_BYTES // 1024 // 1024} MiB")
        elif len(self._running) >= _ORDERS_AT_ONCE:
            await self._refuse(None, f"more than {_ORDERS_AT_ONCE} orders at once; wait for answers first")
        elif line.strip():
            self._start(self._running, self._answer(line))

    def _start(self, group: set[asyncio.Task[None]], work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        group.add(task)
        task.add_done_callback(group.discard)

    async def _answer(self, line: bytes) -> None:
        with suppress(ConnectionError):
            try:
                request = read_request(line)
            except RequestWrong as wrong:
                await self._refuse(wrong.id, str(wrong))
                return
            try:
                await self._accept(request, await self._carry_out(request))
            except OrderRefused as refusal:
                await self._refuse(request.id, str(refusal))
            except Exception as error:  # noqa: BLE001 - whatever a handler does, the device goes on
                _log.exception("the order %s failed", shown(request.do))
                await self._refuse(
                    request.id, f"{shown(request.do)} failed unexpectedly ({type(error).__name__}); the log says more"
                )

    async def _carry_out(self, request: Request) -> object:
        order = self._orders.get(request.do)
        if order is None:
            raise OrderRefused(f"there is no order {shown(request.do)}; there are: {', '.join(sorted(self._orders))}")
        return await order.handler(**check_arguments(order, request.arguments))

    async def _accept(self, request: Request, result: object) -> None:
        if result is _WATCH:
            result = self._offers()
        stream = result if isinstance(result, AsyncIterator) else None
        line = _line({"id": request.id, "ok": True, "result": {} if stream else result})
        if len(line) > LONGEST_LINE_BYTES:
            raise OrderRefused("the answer is longer than a line may be; ask for less")
        await self._send(line)
        if stream:
            self._start(self._streams, self._pump(stream))

    def _offers(self) -> AsyncIterator[bytes]:
        self._offered = self._offered or asyncio.Queue(_EVENTS_BEHIND)
        return _taken(self._offered)

    async def _pump(self, stream: AsyncIterator[object]) -> None:
        try:
            async for event in stream:
                await self._send(event if isinstance(event, bytes) else _line(event))
        except ConnectionError:
            pass  # the client left
        except Exception:  # noqa: BLE001 - same
            _log.exception("a stream of events failed; its connection is closed")
            self._writer.transport.abort()
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()  # at once, not when it is collected: it may hold a part of the device

    async def _refuse(self, request_id: int | str | None, sentence: str) -> None:
        await self._send(_line({"id": request_id, "ok": False, "error": sentence}))

    async def _send(self, line: bytes) -> None:
        self._writer.write(line)
        await self._writer.drain()


async def _taken(queue: asyncio.Queue[bytes]) -> AsyncIterator[bytes]:
    while True:
        yield await queue.get()


def _line(data: object) -> bytes:
    return json.dumps(data, allow_nan=False).encode() + b"\n"


def _listen(path: Path) -> socket.socket:
    """Bind with mode 0660 from the first moment on: the device's own user and group may give orders, where the folder lets the group in."""
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o117)
    try:
        with socket_name(path) as name:
            listener.bind(name)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(mask)
    return listener
