"""A child program in its own folder, awaited by its own words and stopped by its own id.

What it prints goes to `FOLDER/NAME.log` and to whoever waits for a line; nobody sleeps. If the thread that started it ends, or the whole
test process, the kernel ends the child too (once setpriv has run, some milliseconds after the start). Must not know any peer in particular.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Self

from tests.peers.errors import PeerDied, PeerError, PeerMissing, PeerSilent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

READY_S = 20.0  # a loaded two-core machine; every wait ends with its event, this is only the give-up
STOP_S = 5.0
LOG_LINES_SHOWN = 30
SBIN = "/usr/sbin:/sbin"  # daemons live there; a user's PATH often leaves it out


def program_path(program: str) -> str:
    """Where the program is; raises `PeerMissing` with the package list to install."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:{SBIN}")
    if found is None:
        raise PeerMissing(f"{program} is not installed: apt-get install the packages of tests/peers/packages.txt")
    return found


class Process:
    """One running child. Use as a context manager, or call `stop`."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        folder: Path,
        *,
        name: str = "",
        environment: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start at once. `environment` is added to this process's own; `stop_signal` is tried for `STOP_S`, then SIGKILL."""
        folder.mkdir(parents=True, exist_ok=True)
        program = program_path(str(arguments[0]))
        self.name = name or str(arguments[0]).rpartition("/")[2]
        self.log_path = folder / f"{self.name}.log"
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self._stop_signal = stop_signal
        death_signal = ["setpriv", "--pdeathsig", stop_signal.name.removeprefix("SIG"), "--"]
        self._child = subprocess.Popen(
            [*death_signal, program, *map(str, arguments[1:])],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,  # open, never written: baresip ends when its standard input does
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name=f"log of {self.name}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether the child still lives."""
        return self._child.poll() is None

    @property
    def log_tail(self) -> str:
        """The last lines it printed, for messages."""
        return "\n".join(self.lines[-LOG_LINES_SHOWN:])

    def wait_for_line(self, pattern: str, timeout_s: float = READY_S, *, after: int = 0) -> re.Match[str]:
        """The first match of the regular expression in a line it printed, counting from line number `after`.

        Raises `PeerDied` if the child ends without it and `PeerSilent` when the time is out.
        """
        wanted = re.compile(pattern)

        def look() -> re.Match[str] | None:
            return next((match for line in self.lines[after:] if (match := wanted.search(line))), None)

        with self._changed:
            self._changed.wait_for(lambda: look() or self._ended, timeout_s)
            match = look()
        if match is None:
            raise self._failure(f"never printed {pattern!r}", timeout_s)
        return match

    def wait_until(self, holds: Callable[[], object], what: str, timeout_s: float = READY_S, every_s: float = 0.02) -> None:
        """Ask a condition that sends no event of its own (a port, a socket file) until it holds; a dead child ends the wait."""
        end = time.monotonic() + timeout_s
        while not holds():
            with self._changed:
                self._changed.wait_for(lambda: self._ended, every_s)
            if self._ended or time.monotonic() > end:
                raise self._failure(what, timeout_s)

    def wait_for_exit(self, timeout_s: float) -> int:
        """The exit code; raises `PeerSilent` if it still runs."""
        try:
            code = self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise self._failure("did not end", timeout_s) from None
        self._reader.join(STOP_S)
        return code

    def stop(self) -> int:
        """End it, and whatever it started, and say its exit code; may be called twice."""
        if self.running:
            self._child.send_signal(self._stop_signal)
            try:
                self._child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
        code = self._child.wait(STOP_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)  # its session: workers that outlived it
        self._reader.join(STOP_S)
        if self._child.stdin is not None:
            self._child.stdin.close()
        return code

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL to it and its workers, no goodbye on the wire."""
        os.killpg(self._child.pid, signal.SIGKILL)
        self.stop()

    def _failure(self, what: str, timeout_s: float) -> PeerError:
        if self._ended:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(STOP_S)  # its output ended just before itself
        if self.running:
            return PeerSilent(f"{self.name}: {what} within {timeout_s:g} s; its last words:\n{self.log_tail}")
        return PeerDied(f"{self.name}: ended with {self._child.poll()}, {what}; its last words:\n{self.log_tail}")

    def _read(self) -> None:
        output = self._child.stdout
        assert output is not None
        with output, self.log_path.open("ab") as log:
            for raw in output:
                log.write(raw)
                log.flush()
                with self._changed:
                    self.lines.append(raw.decode(errors="replace").rstrip())
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
