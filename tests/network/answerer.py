"""UDP answers in a namespace: a thread that answers each datagram with what a function makes of it and of its sender."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.namespaces import Namespace


class Answerer:
    """One UDP port. `make` gives the answers to a datagram, none for silence. Use as a context manager."""

    def __init__(
        self, space: Namespace, address: str, make: Callable[[bytes, tuple[str, int]], list[bytes]], port: int = 0
    ) -> None:
        with space.inside():
            self._socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((address, port))
        self.port: int = self._socket.getsockname()[1]
        self.asked_by: list[str] = []
        self._address = address
        self._make = make
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.sendto(b"", (self._address, self.port))  # wakes the thread
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            self.asked_by.append(sender[0])
            for answer in self._make(data, sender[:2]):
                self._socket.sendto(answer, sender)
