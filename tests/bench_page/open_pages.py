"""Many open pages without many browsers: each loads home with its files as a browser would, then reads its stream of events until it is closed.

One browser could not: it keeps at most six connections to a host (HTTP/1.1). It looks into no event.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from tests.peers.errors import PeerSilent

if TYPE_CHECKING:
    from tests.bench_page.stand import Stand

FILES = ("/", "/static/page.css", "/static/forms.css", "/static/home.js", "/static/shell.js", "/words/en.page.json")
NEWS = b"\ndata: "
READY_S = 20.0


class OpenPages:
    """`count` of them, from entering the context to leaving it."""

    def __init__(self, stand: Stand, count: int) -> None:
        place = urlsplit(stand.page.url)
        self._address = (str(place.hostname), int(place.port or 0))
        self._headers = f"host: {place.netloc}\r\ncookie: {stand.cookie}\r\naccept-encoding: gzip\r\n\r\n"
        self._sockets = [self._open() for _ in range(count)]
        self._news = dict.fromkeys(range(count), 0)
        self._changed = threading.Condition()
        self._closing = False
        self._reader = threading.Thread(target=self._read, name="open pages", daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        self.wait_news(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._reader.join(5)
        for each in self._sockets:
            each.close()

    @property
    def news(self) -> list[int]:
        """How many events each has had so far."""
        with self._changed:
            return list(self._news.values())

    def wait_news(self, count: int) -> None:
        """Until each of them has had so many; raises PeerSilent."""
        end = time.monotonic() + READY_S
        with self._changed:
            while min(self._news.values(), default=count) < count:
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise PeerSilent(f"not each of {len(self._news)} open pages had {count} events: {self._news}")

    def _open(self) -> socket.socket:
        for path in FILES:
            self._ask(path, "connection: close\r\n").close()
        return self._ask("/events", "")

    def _ask(self, path: str, more: str) -> socket.socket:
        connection = socket.create_connection(self._address, 10)
        connection.sendall(f"GET {path} HTTP/1.1\r\n{more}{self._headers}".encode())
        if more:
            while connection.recv(1 << 16):
                pass
        return connection

    def _read(self) -> None:
        with selectors.DefaultSelector() as ready:
            for number, each in enumerate(self._sockets):
                each.setblocking(False)  # noqa: FBT003 (the socket module's own)
                ready.register(each, selectors.EVENT_READ, number)
            while not self._closing:
                for key, _ in ready.select(0.2):
                    self._take(key.data, self._sockets[key.data].recv(1 << 16))

    def _take(self, number: int, more: bytes) -> None:
        with self._changed:
            # an event in two pieces counts once or not at all: enough to know that news flow
            self._news[number] += more.count(NEWS)
            self._changed.notify_all()
