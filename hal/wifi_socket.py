"""A control socket of wpa_supplicant: datagrams of text, one answer to each command, events in between. It knows no word of them.

Of the deciding thread: the socket is one of asyncio's readers. Its own end has no name in any folder (Linux gives it an abstract one), so nothing is
left behind.
"""

import asyncio
import os
import socket
from pathlib import Path

from hal.errors import PartBusy, PartMissing

ANSWER_S = 5.0
"""Of a program that answers from memory; a radio that hangs may hold it up."""
LONGEST_ANSWER_BYTES = 64 * 1024
NO_RADIO = "This box has no Wi-Fi radio that it may use: none is there, or no wpa_supplicant runs for it."
NO_RIGHT = "Keepline may not speak to wpa_supplicant: its user must be in the group netdev."
NO_ANSWER = "The Wi-Fi radio does not answer; try again."


class SupplicantSocket:
    """Open from the start; `close` it. Raises PartMissing when nobody listens at `path`."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[str] = asyncio.Queue()
        self._answer: asyncio.Future[str] | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self._socket.bind("")
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise PartMissing(NO_RIGHT if isinstance(error, PermissionError) else NO_RADIO) from error
        self._loop.add_reader(self._socket, self._read)

    async def ask(self, command: str) -> str:
        """The answer. Raises PartMissing or PartBusy; the socket is good for nothing afterwards, for a late answer would seem the next command's."""
        self._answer = self._loop.create_future()
        try:
            self._socket.send(command.encode())
            async with asyncio.timeout(ANSWER_S):
                return await self._answer
        except (TimeoutError, BlockingIOError) as error:
            raise PartBusy(NO_ANSWER) from error
        except OSError as error:
            raise PartMissing(NO_RADIO) from error
        finally:
            self._answer = None

    async def event(self) -> str:
        """The next event; those that came meanwhile first."""
        return await self._events.get()

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        try:
            text = os.read(self._socket.fileno(), LONGEST_ANSWER_BYTES).decode("utf-8", "replace")
        except OSError as error:
            self._fail(error)
            return
        if text.startswith("<"):
            self._events.put_nowait(text)
        elif self._answer and not self._answer.done():
            self._answer.set_result(text.rstrip("\n"))

    def _fail(self, error: OSError) -> None:
        if self._answer and not self._answer.done() and not isinstance(error, BlockingIOError):
            self._answer.set_exception(error)
