"""Sends whoever asks this box for any page to the one it has. That is how telephones notice a captive portal and show it; the page itself is not here."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTTP = 80
_PATIENCE_S = 10
"""Whoever connects and says nothing."""


def _handler(leads_to: str) -> type[BaseHTTPRequestHandler]:
    class ToThePage(BaseHTTPRequestHandler):
        timeout = _PATIENCE_S

        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", leads_to)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815 - named by the library

        def log_message(self, *_words: object) -> None:
            """Telephones ask all the time."""

    return ToThePage


@contextmanager
def portal(address: str, port: int, leads_to: str) -> Iterator[int]:
    """Answers on that address until it is left; its port. Raises OSError."""
    server = ThreadingHTTPServer((address, port), _handler(leads_to))
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever, name="portal", daemon=True)
    serving.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
