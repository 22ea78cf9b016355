"""A web page in a namespace that answers every GET with one status, and remembers by whom it was asked."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.lab.namespaces import Namespace


class Page:
    """One server on port 80. Use as a context manager."""

    def __init__(self, space: Namespace, address: str, status: int, location: str = "", body: bytes = b"") -> None:
        self.asked_by: list[str] = []
        self.hosts: list[str] = []
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.asked_by.append(str(self.client_address[0]))
                page.hosts.append(self.headers["Host"])
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        with space.inside():
            self._server = ThreadingHTTPServer((address, 80), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
