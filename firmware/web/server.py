"""Runs the page under uvicorn: one process, no log of requests, nothing that wakes up while nobody asks, and a quick end on SIGTERM."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

from firmware.web.acceptor import Acceptor
from firmware.web.address import Address, bracketed
from firmware.web.app import Web
from firmware.web.feed import Feed
from firmware.web.tls import Certificate

_LARGEST_HEAD_BYTES = 16 * 1024
_LARGEST_MESSAGE_BYTES = 4096
"""100 ms of sound is 1600 bytes."""

_CONNECTIONS = 200
_LAST_WORDS_S = 1


def serve(control_socket: Path, address: Address, listener: socket.socket, *, demo: bool) -> None:
    """Until SIGTERM or SIGINT."""
    feed = Feed(control_socket)
    web = Web(control_socket, feed, [bracketed(address.host)], private=address.is_private, demo=demo)
    config = uvicorn.Config(
        web.asgi,
        loop="asyncio",
        http="h11",
        ws="websockets-sansio",
        ws_max_size=_LARGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_LAST_WORDS_S,
        h11_max_incomplete_event_size=_LARGEST_HEAD_BYTES,
    )
    _Server(config, web, address, listener).run([listener])


class _Server(uvicorn.Server):
    """uvicorn looks ten times a second whether to stop; this one is told. Its port speaks TLS too, by the first byte."""

    def __init__(self, config: uvicorn.Config, web: Web, address: Address, listener: socket.socket) -> None:
        super().__init__(config)
        self._web = web
        self._listener = listener
        self._url = f"http://{bracketed(address.host)}:{listener.getsockname()[1]}"
        self._stop = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 (uvicorn's)
        await self.lifespan.startup()
        self._acceptor = Acceptor(self._listener, self._protocol, Certificate(self._web.door).context)
        self._acceptor.start()
        self._web.mqtt.start()
        self.servers = []
        self.started = True

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        made: asyncio.Protocol = make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        return made

    async def main_loop(self) -> None:
        print(f"ready {self._url}", flush=True)  # noqa: T201 (the line that callers wait for)
        await self._stop.wait()
        self._acceptor.stop()
        await self._web.mqtt.stop()
        self._web.feed.close()
