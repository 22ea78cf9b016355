"""A guest: a User-Mode Linux kernel with a fresh copy of the disk, one program to run in it, and what it printed.

It is ended by its process group, as a power cut would. It knows nothing of what runs inside.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "image-build" / "guest" / "build"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (the guest's memory and changed blocks: private folders of ours in it)
INIT = "/usr/lib/bench-init"
MEMORY = "512M"
ROOMY = "1536M"
"""Where the root's changes are kept in memory too."""
SIMULATORS = ("snd_aloop.enable=1,1", "snd_aloop.id=Loopback,Loopback1", "snd_aloop.pcm_substreams=1,1")
"""Two sound cards, one a line."""


class GuestFailed(AssertionError):
    """The guest did not do what it was started for; the text carries its last words."""


class Clock(Enum):
    """What the guest takes for time."""

    REAL = "real"
    """The host's: what the guest's slow system calls and the host's other work cost is seen inside."""
    SIMULATED = "simulated"
    """Its own, which stands still while anything is worked at and leaps over rest: a processor of infinite speed. Nothing in it may spin."""


def built(what: str) -> Path:
    """The `kernel`, the `disk` or the `tree` it is made of, made if it is not there; minutes the first time."""
    done = subprocess.run([RECIPE, what], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise GuestFailed(f"image-build/guest/build {what} failed with {done.returncode}")
    return Path(done.stdout.split()[-1])


@dataclass(frozen=True)
class Parts:
    """What a guest is booted from."""

    kernel: Path
    disk: Path
    tree: Path
    """The disk's files, in a folder of this machine."""


@dataclass(frozen=True)
class Ended:
    """What a program in the guest left behind."""

    status: int
    output: str
    seconds: float


class Machine:
    """One guest. `start` boots it, `wait` is until its program has ended, `cut_power` ends it at once; `disk_changes` outlive a cut.

    `folder` is seen inside as /bench: files go in and out by it.
    """

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.parts, self.folder = parts, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix="guest-", dir=SHARED_MEMORY))
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_power()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def start(self, program: str, init: str = INIT, clock: Clock = Clock.REAL) -> None:
        """Boot and run `program`, a shell script. Boot again after a power cut: the disk is as it was left.

        Under a simulated clock a disk would be far too slow, for time leaps while it works: the root is the tree, its changes kept in memory.
        """
        run = self.folder / "run"
        run.write_text(f"#!/bin/bash\nset -euo pipefail\n{program}\n")
        run.chmod(0o755)
        (self.folder / "status").unlink(missing_ok=True)
        root = self._on_disk() if clock is Clock.REAL else self._on_tree()
        command = [
            self.parts.kernel,
            "con=null",
            "con0=null,fd:1",
            *root,
            f"init={init}",
            f"bench={self.folder.resolve()}",
            *SIMULATORS,
        ]
        console = (self.folder / "console").open("ab")
        self._started = time.monotonic()
        with console:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, env=self._environment(), start_new_session=True
            )

    def _on_disk(self) -> Sequence[str]:
        changes = f"ubd0={self._scratch / 'changes'},{self.parts.disk}"
        return (f"mem={MEMORY}", changes, "root=/dev/ubda", "rootfstype=ext4", "rw")

    def _on_tree(self) -> Sequence[str]:
        return (
            f"mem={ROOMY}",
            "time-travel=inf-cpu",
            "root=/dev/root",
            "rootfstype=hostfs",
            f"rootflags={self.parts.tree}",
            "ro",
        )

    def _environment(self) -> Mapping[str, str]:
        """Restartable sequences of newer C libraries do not survive in the guest's processes."""
        return {
            "PATH": os.defpath,
            "HOME": str(self._scratch),
            "GLIBC_TUNABLES": "glibc.pthread.rseq=0",
            "TMPDIR": str(self._scratch),
        }

    def wait(self, timeout_s: float) -> Ended:
        """Until the program has ended and the guest has stopped."""
        assert self._process
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.cut_power()
            raise GuestFailed(f"the guest was still running after {timeout_s:g} s\n{self.last_words()}") from None
        seconds = time.monotonic() - self._started
        try:
            status = int((self.folder / "status").read_text())
        except (OSError, ValueError):
            raise GuestFailed(f"the guest ended without a result\n{self.last_words()}") from None
        return Ended(status, (self.folder / "output").read_text(errors="replace"), seconds)

    def run(self, program: str, timeout_s: float, clock: Clock = Clock.REAL) -> Ended:
        self.start(program, clock=clock)
        return self.wait(timeout_s)

    def cut_power(self) -> None:
        """The plug is pulled: nothing in the guest gets a last word."""
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def ended(self) -> bool:
        """Whether it has stopped by itself, or was cut."""
        return self._process is None or self._process.poll() is not None

    def last_words(self) -> str:
        """The ends of what the program printed and of the console."""
        words = []
        for name in ("output", "console"):
            with contextlib.suppress(OSError):
                words.append(f"-- {name}\n" + (self.folder / name).read_text(errors="replace")[-3000:])
        return "\n".join(words)
