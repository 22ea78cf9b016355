"""A real broker (mosquitto) and a client that remembers what was last said under each topic. It knows no topic."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Self

import paho.mqtt.client as paho

from tests.peers.errors import PeerMissing
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.peers.certificates import Certificate

EVENT_S = 20.0


class Broker:
    """On a free port of the loopback, in clear for the listener.

    With a certificate it also speaks TLS on `tls_port`; with an authority too it takes there only whom that authority knows. With a user and a
    password it takes nobody else on either port.
    """

    def __init__(  # noqa: PLR0913 - each has its default
        self,
        folder: Path,
        port: int = 0,
        *,
        certificate: Certificate | None = None,
        authority: Path | None = None,
        user: str = "",
        password: str = "",
    ) -> None:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if program is None:
            raise PeerMissing("mosquitto is not installed: apt-get install the packages of tests/web/packages.txt")
        self.port = port or _free_port()
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "mosquitto.conf"
        self.tls_port = _free_port() if certificate else 0
        # started by root it would drop its rights, and could read no key of the tests
        lines = [
            "user root",
            f"listener {self.port} 127.0.0.1",
            *_logins(folder, user, password),
            *_tls(self.tls_port, certificate, authority),
        ]
        config.write_text("\n".join(lines) + "\n")
        self.process = Process([program, "-c", config], folder)
        self.process.wait_until(lambda: _answers(self.port), "never listened")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()


class Listener:
    """What was last said under each topic; "" once it was taken back."""

    def __init__(self, port: int, user: str = "", password: str = "") -> None:
        self.said: dict[str, str] = {}
        self._changed = threading.Condition()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._hear
        if user:
            self._client.username_pw_set(user, password)
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#")
        self._client.loop_start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: str) -> None:
        self._client.publish(topic, payload).wait_for_publish(EVENT_S)

    def forget(self) -> None:
        with self._changed:
            self.said.clear()

    def wait(self, holds: Callable[[dict[str, str]], object], what: str, timeout_s: float = EVENT_S) -> dict[str, str]:
        end = time.monotonic() + timeout_s
        with self._changed:
            while not holds(self.said):
                left = end - time.monotonic()
                assert left > 0, f"{what} was never said; said was {self.said}"
                self._changed.wait(left)
            return dict(self.said)

    def _hear(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        with self._changed:
            self.said[message.topic] = message.payload.decode()
            self._changed.notify_all()


def _logins(folder: Path, user: str, password: str) -> Iterable[str]:
    if not user:
        yield "allow_anonymous true"
        return
    known = folder / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", known, user, password], check=True)
    yield "allow_anonymous false"
    yield f"password_file {known}"


def _tls(port: int, certificate: Certificate | None, authority: Path | None) -> Iterable[str]:
    if certificate is None:
        return
    yield f"listener {port} 127.0.0.1"
    yield f"certfile {certificate.certificate}"
    yield f"keyfile {certificate.key}"
    if authority is not None:
        yield f"cafile {authority}"
        yield "require_certificate true"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2):
            return True
    except OSError:
        return False
