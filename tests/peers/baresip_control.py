"""The control line to baresip's ctrl_tcp module: JSON in netstrings over TCP; commands out, answers and events in.

Must not know how baresip is configured.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from tests.peers.errors import PeerDied, PeerError, PeerSilent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ANSWER_S = 10.0
T = TypeVar("T")


@dataclass(frozen=True)
class Event:
    """Something baresip reported, such as `CALL_ESTABLISHED`."""

    kind: str
    parameter: str
    fields: dict[str, Any]
    seen_s: float  # time.monotonic()


class Control:
    """One control connection; baresip allows a single one at a time."""

    def __init__(self, port: int) -> None:
        """Connect; raises `OSError` while baresip does not listen yet."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)
        self._socket.settimeout(None)
        self._tokens = itertools.count(1)
        self._answers: dict[str, dict[str, Any]] = {}
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._receive, name="baresip control", daemon=True)
        self._thread.start()

    @property
    def events(self) -> list[Event]:
        """What it reported so far, in order."""
        with self._changed:
            return list(self._events)

    def command(self, name: str, parameters: str = "") -> str:
        """Order something and return the words of the answer; raises `PeerError` if baresip says no."""
        token = str(next(self._tokens))
        message = {"command": name, "token": token} | ({"params": parameters} if parameters else {})
        body = json.dumps(message).encode()
        self._socket.sendall(b"%d:%s," % (len(body), body))
        with self._changed:
            self._changed.wait_for(lambda: token in self._answers or self._ended, ANSWER_S)
            answer = self._answers.pop(token, None)
        if answer is None:
            raise (PeerDied if self._ended else PeerSilent)(f"baresip did not answer {name} {parameters}")
        if not answer.get("ok"):
            raise PeerError(f"baresip refused {name} {parameters}: {answer.get('data')}")
        return str(answer.get("data", ""))

    def wait_for(self, wanted: Callable[[Event], object], timeout_s: float, *, after: int = 0) -> Event:
        """The first event, from number `after` on, that `wanted` accepts; raises `PeerSilent` or `PeerDied`."""
        return self.wait_until(lambda events: next((e for e in events[after:] if wanted(e)), None), timeout_s)

    def wait_until(self, found: Callable[[Sequence[Event]], T | None], timeout_s: float) -> T:
        """What `found` makes of all events so far, as soon as it makes something of them; raises `PeerSilent` or `PeerDied`."""
        with self._changed:
            self._changed.wait_for(lambda: found(self._events) is not None or self._ended, timeout_s)
            result = found(self._events)
        if result is None:
            seen = ", ".join(f"{e.kind}({e.parameter})" for e in self.events) or "none"
            raise (PeerDied if self._ended else PeerSilent)(
                f"baresip never reported the awaited event in {timeout_s:g} s; saw: {seen}"
            )
        return result

    def close(self) -> None:
        """Hang up the control connection."""
        with contextlib.suppress(OSError):  # the other side went first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(ANSWER_S)
        self._socket.close()

    def _receive(self) -> None:
        waiting = b""
        while data := self._read():
            waiting += data
            while (message := _netstring(waiting)) is not None:
                body, waiting = message
                self._take(json.loads(body))
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read(self) -> bytes:
        try:
            return self._socket.recv(65536)
        except OSError:
            return b""

    def _take(self, message: dict[str, Any]) -> None:
        with self._changed:
            if message.get("response"):
                self._answers[str(message.get("token", ""))] = message
            elif message.get("event"):
                self._events.append(Event(message["type"], str(message.get("param", "")), message, time.monotonic()))
            self._changed.notify_all()


def _netstring(data: bytes) -> tuple[bytes, bytes] | None:
    length, colon, rest = data.partition(b":")
    if not colon or len(rest) < int(length) + 1:
        return None
    return rest[: int(length)], rest[int(length) + 1 :]
