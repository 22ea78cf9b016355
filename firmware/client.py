"""The control socket's clients: a plain one for the command line, an asyncio one for the page. They know the protocol and no order."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from firmware.orders import LONGEST_LINE_BYTES, VERSION, OrderRefused
from firmware.stand_in import place_of
from firmware.state_folder import socket_name

PATIENCE_S = 10.0
"""How long an answer may take that needs no waiting by itself."""

_EVENTS_BEHIND = 500


class DeviceAbsent(Exception):
    """No device answers at the socket: start it. The text is one sentence."""


class Client:
    """One connection, one order at a time. Raises DeviceAbsent, and OrderRefused with the device's sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = _connect(path)
        self._lines = self._socket.makefile("rb")
        self._last_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def ask(self, do: str, /, patience_s: float = PATIENCE_S, **arguments: object) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The order's result. `patience_s` bounds the wait: give a long order its own time on top. Events in between are dropped."""
        self._last_id += 1
        try:
            self._socket.settimeout(patience_s)
            self._socket.sendall(_order(self._last_id, do, arguments))
            while (answer := self._read()).get("id") != self._last_id:
                pass
        except TimeoutError as error:
            raise DeviceAbsent(f"the device at {self._path} did not answer within {patience_s:g} s") from error
        except OSError as error:
            raise _gone(self._path) from error
        return _result(answer)

    def events(self, silent_s: float | None = None) -> Iterator[dict[str, Any]]:
        """What comes after `ask("watch")`; ends when nothing came for `silent_s`, and the connection is then only to be closed.

        Raises DeviceAbsent when the device stops.
        """
        self._socket.settimeout(silent_s)
        while True:
            try:
                event = self._read()
            except TimeoutError:
                return
            except OSError as error:
                raise _gone(self._path) from error
            if "event" in event:
                yield event

    def _read(self) -> dict[str, Any]:
        line = self._lines.readline(LONGEST_LINE_BYTES + 1)
        if not line.endswith(b"\n"):
            raise _gone(self._path)
        return _message(line, self._path)


class AsyncClient:
    """One connection for many tasks. `events()` gives what follows `ask("watch")`."""

    def __init__(self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._last_id = 0
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(_EVENTS_BEHIND)
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, path: Path) -> Self:
        """Raises DeviceAbsent."""
        reader, writer = await asyncio.open_unix_connection(sock=_connect(path), limit=LONGEST_LINE_BYTES)
        return cls(path, reader, writer)

    async def ask(self, do: str, /, patience_s: float = PATIENCE_S, **arguments: object) -> Any:  # noqa: ANN401 - whatever JSON holds
        """As Client.ask."""
        if self._reading.done():
            raise _gone(self._path)
        self._last_id += 1
        request_id = self._last_id
        answer = self._asked[request_id] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(_order(request_id, do, arguments))
            await self._writer.drain()
            return _result(await asyncio.wait_for(answer, patience_s))
        except TimeoutError as error:
            raise DeviceAbsent(f"the device at {self._path} did not answer within {patience_s:g} s") from error
        except OSError as error:
            raise _gone(self._path) from error
        finally:
            self._asked.pop(request_id, None)

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Ends when the connection does. A reader that falls behind stops the stream, and the device then drops the connection."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        self._reading.cancel()
        self._writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await self._reading
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                await self._take(_message(line, self._path))
        except (OSError, ValueError, DeviceAbsent):
            pass  # told below to everyone who waits
        finally:
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(_gone(self._path))
            self._end_events()

    async def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            await self._events.put(message)
        elif (answer := self._asked.get(message.get("id", 0))) is not None and not answer.done():
            answer.set_result(message)

    def _end_events(self) -> None:
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(None)


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        with socket_name(place_of(path)) as name:
            connection.connect(name)
    except PermissionError as error:
        connection.close()
        raise DeviceAbsent(f"you may not use the control socket {path}; run this as the device's user") from error
    except (OSError, ValueError) as error:
        connection.close()
        raise DeviceAbsent(f"no device runs on the state folder {path.parent}; start it with: keepline run") from error
    return connection


def _gone(path: Path) -> DeviceAbsent:
    return DeviceAbsent(f"the device on the state folder {path.parent} stopped before it answered")


def _order(request_id: int, do: str, arguments: dict[str, object]) -> bytes:
    return json.dumps({**arguments, "v": VERSION, "id": request_id, "do": do}).encode() + b"\n"


def _message(line: bytes, path: Path) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise DeviceAbsent(f"what answers at {path} is no Keepline")
    return message


def _result(answer: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not answer.get("ok"):
        raise OrderRefused(str(answer.get("error", "the device refused without a reason")))
    return answer.get("result")
