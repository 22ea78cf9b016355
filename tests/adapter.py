"""A running Keepline with a simulated telephone, as its owner would start it, driven only through its control socket.

Used by the tests, the demos and the benches. It knows the command line and the protocol, nothing of the inside.
"""

from __future__ import annotations

import base64
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from firmware.client import Client
from firmware.stand_in import place_of
from hal.sim.ear import Heard, analyse
from tests.peers.process import READY_S, Process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.peers.sound import Samples

KEEPLINE = Path(sys.executable).with_name("keepline")
EVENT_S = 10.0


class Never(AssertionError):
    """Something awaited did not happen in time."""


class _News:
    """The events of a device, as they come."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(place_of(path)))
        self._socket.sendall(b'{"v": 1, "id": 0, "do": "watch"}\n')
        self._buffer = b""

    def wait_event(self, timeout_s: float) -> bool:
        """Whether an event came within the time."""
        while b"\n" not in self._buffer:
            if timeout_s <= 0 or not select.select([self._socket], [], [], timeout_s)[0]:
                return False
            more = self._socket.recv(1 << 20)
            if not more:
                return False
            self._buffer += more
        self._buffer = self._buffer.partition(b"\n")[2]
        return True


class Adapter:
    """One device on its own folder. Start by constructing, stop by leaving the context."""

    def __init__(  # noqa: PLR0913 - each has its default
        self,
        folder: Path,
        settings: str,
        *,
        environment: dict[str, str] | None = None,
        program: Sequence[str | Path] = (KEEPLINE,),
        board: str = "sim",
        ready_s: float = READY_S,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.state = folder, folder / "state"
        self.settings = folder / "keepline.toml"
        self.settings.write_text(settings)
        command = [*program, "run", "--config", self.settings, "--state", self.state, "--board", board]
        self.process = Process(command, folder, environment=environment)
        try:
            self.process.wait_for_line("^ready$", ready_s)
            self._orders, self._news = Client(self.state / "control.sock"), _News(self.state / "control.sock")
        except BaseException:
            self.process.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        code = self.stop()
        if kind is None and code not in {0, -signal.SIGKILL}:
            raise Never(f"the device ended with {code}, not 0\n{self.process.log_tail}")

    def stop(self) -> int:
        """SIGTERM, as the service manager does; the exit status."""
        return self.process.stop()

    def ask(self, do: str, patience_s: float = 60, **arguments: object) -> Any:  # noqa: ANN401 - whatever JSON holds
        return self._orders.ask(do, patience_s, **arguments)

    def wait(self, holds: Callable[[dict[str, Any]], object], what: str, timeout_s: float = EVENT_S) -> dict[str, Any]:
        """The first status for which `holds`, looked at now and after every event of the device."""
        end = time.monotonic() + timeout_s
        while True:
            status: dict[str, Any] = self.ask("status")
            if holds(status):
                return status
            if not self._news.wait_event(end - time.monotonic()):
                raise Never(f"{what} did not happen within {timeout_s} s; status: {status}\n{self.process.log_tail}")

    def wait_registered(self, account: str = "", timeout_s: float = EVENT_S) -> dict[str, Any]:
        return self.wait(
            lambda status: _account(status, account)["state"] == "registered", f"registration of {account}", timeout_s
        )

    def wait_line(self, state: str, timeout_s: float = EVENT_S, line: int = 1) -> dict[str, Any]:
        return self.wait(lambda status: status["lines"][line - 1]["state"] == state, f"line {line} {state}", timeout_s)

    def wait_account(self, state: str, account: str = "", timeout_s: float = EVENT_S) -> dict[str, Any]:
        return _account(
            self.wait(lambda status: _account(status, account)["state"] == state, f"account {state}", timeout_s), account
        )

    def lift(self, line: int = 1) -> None:
        self.ask("phone.lift", line=line)

    def replace(self, line: int = 1) -> None:
        self.ask("phone.replace", line=line)

    def flash(self, line: int = 1) -> None:
        self.ask("phone.flash", line=line)

    def dial(self, digits: str, **how: object) -> None:
        self.ask("phone.dial", digits=digits, **how)

    def say(self, samples: Samples, line: int = 1) -> None:
        self.ask("phone.say", pcm=base64.b64encode(samples.tobytes()).decode(), line=line)

    def samples(self, seconds: float, line: int = 1) -> Samples:
        """What the receiver hears next."""
        pcm = base64.b64decode(self.ask("phone.hear", seconds=seconds, line=line)["pcm"])
        return np.frombuffer(pcm, np.int16)

    def samples_by_another(self, seconds: float, line: int = 1) -> Samples:
        """The same over a connection of its own, so that another thread can listen while this one speaks."""
        with Client(self.state / "control.sock") as client:
            pcm = base64.b64decode(client.ask("phone.hear", seconds + 30, seconds=seconds, line=line)["pcm"])
        return np.frombuffer(pcm, np.int16)

    def hear(self, seconds: float, line: int = 1) -> Heard:
        return analyse(self.samples(seconds, line).tobytes())

    def phone(self, line: int = 1) -> dict[str, Any]:
        state: dict[str, Any] = self.ask("phone.state", line=line)
        return state

    def wait_phone(
        self, holds: Callable[[dict[str, Any]], object], what: str, timeout_s: float = EVENT_S, line: int = 1
    ) -> dict[str, Any]:
        """The bell and the display have no event on the socket: they are a person's to watch, so they are looked at often."""
        end = time.monotonic() + timeout_s
        while not holds(state := self.phone(line)):
            if time.monotonic() > end:
                raise Never(f"{what} did not happen within {timeout_s} s; the telephone: {state}\n{self.process.log_tail}")
            self._news.wait_event(0.02)
        return state

    def wait_ringing(self, timeout_s: float = EVENT_S, line: int = 1) -> dict[str, Any]:
        return self.wait_phone(lambda state: state["ringing"], "ringing", timeout_s, line)

    def wait_quiet(self, timeout_s: float = EVENT_S, line: int = 1) -> dict[str, Any]:
        return self.wait_phone(lambda state: not state["ringing"], "the bell's silence", timeout_s, line)

    def calls(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("calls")
        return rows


def _account(status: dict[str, Any], account: str) -> dict[str, Any]:
    """The account by its id; the first where none is named."""
    found: dict[str, Any] = next(each for each in status["accounts"] if account in {"", each["id"]})
    return found


def account(identity: str, server: str, **keys: object) -> str:
    """An [[account]] table of the settings file."""
    return "[[account]]\n" + "".join(
        f"{key} = {_toml(value)}\n" for key, value in {"id": identity, "server": server, **keys}.items()
    )


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str | Path) else str(value)
