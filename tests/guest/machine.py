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
from concurrent.futures import ThreadPoolExecutor
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
MEMORY = "1536M"
"""Taken only as far as it is used."""
CARD = "/var/lib/keepline"
CARD_SIZE = "64M"
LEFT_WITHIN_S = 20.0
CARDS = ("Loopback", "Loopback1")
"""The sound cards of `sim`, one a line."""


class GuestFailed(AssertionError):
    """The guest did not do what it was started for; the text carries its last words."""


class Kind(Enum):
    """What a guest runs on."""

    DISK = "disk"
    """The disk, as a card carries it."""
    TREE = "tree"
    """The disk's files from a folder of this machine, which is quicker; changes are kept in memory, those in CARD on an ext4 disk of its own."""
    SIMULATED = "simulated"
    """The same without that disk, and with a clock that stands still while anything is worked at and leaps over rest: a processor of infinite
    speed. Nothing in it may spin, and a disk would be far too slow."""

    @property
    def clock(self) -> str:
        return "simulated" if self is Kind.SIMULATED else "real"


@dataclass(frozen=True)
class Parts:
    """What a guest is booted from."""

    kernel: Path
    disk: Path
    tree: Path
    """The disk's files, in a folder of this machine."""


def built() -> Parts:
    """Made where they are not there, kernel and disk side by side; minutes the first time."""
    with ThreadPoolExecutor() as pool:
        kernel, disk = pool.map(_built, ("kernel", "disk"))
    return Parts(kernel, disk, _built("tree"))


def _built(what: str) -> Path:
    done = subprocess.run([RECIPE, what], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise GuestFailed(f"image-build/guest/build {what} failed with {done.returncode}")
    return Path(done.stdout.split()[-1])


@dataclass(frozen=True)
class Ended:
    """What a program in the guest left behind."""

    status: int
    output: str
    seconds: float


def running_of(group: int) -> list[int]:
    """The processes of a process group that still hold something; one that is dead and not yet buried holds nothing."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # proc_pid_stat(5): the name, which may hold anything, ends with the last bracket
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                found.append(int(stat.parent.name))
    return found


class Machine:
    """One guest. `start` boots it, `wait` is until its program has ended, `cut_power` ends it at once; `disk_changes` outlive a cut.

    `folder` is seen inside as /bench: files go in and out by it. `cards` are the ids of the simulated sound cards.
    """

    def __init__(self, parts: Parts, folder: Path, cards: Sequence[str] = CARDS) -> None:
        self._parts, self.folder, self._cards = parts, folder, cards
        folder.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix="guest-", dir=SHARED_MEMORY))
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self.clocks: set[str] = set()
        """Those by which it ran, and those of `another`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_power()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def another(self, folder: Path, cards: Sequence[str] = CARDS) -> Machine:
        """One of the same parts, with disks of its own."""
        made = Machine(self._parts, folder, cards)
        made.clocks = self.clocks
        return made

    def start(self, program: str, kind: Kind = Kind.TREE, init: str = INIT) -> None:
        """Boot and run `program`, a shell script. Boot again after a power cut: disks are as they were left."""
        self.clocks.add(kind.clock)
        run = self.folder / "run"
        run.write_text(f"#!/bin/bash\nset -euo pipefail\n{program}\n")
        run.chmod(0o755)
        (self.folder / "status").unlink(missing_ok=True)
        words = ("con=null", "con0=null,fd:1", f"mem={MEMORY}", f"init={init}", f"bench={self.folder.resolve()}")
        command = [self._parts.kernel, *words, *self._runs_on(kind), *self._sound()]
        console = (self.folder / "console").open("ab")
        self._started = time.monotonic()
        with console:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, env=self._environment(), start_new_session=True
            )

    def _runs_on(self, kind: Kind) -> Sequence[str]:
        tree = ("root=/dev/root", "rootfstype=hostfs", f"rootflags={self._parts.tree}", "ro")
        match kind:
            case Kind.DISK:
                return (
                    f"ubd0={self._scratch / 'changes'},{self._parts.disk}",
                    "root=/dev/ubda",
                    "rootfstype=ext4",
                    "rw",
                    "systemd.show_status=false",
                )
            case Kind.TREE:
                return (f"ubd0={self._card()}", f"card={CARD}", *tree)
            case Kind.SIMULATED:
                return ("time-travel=inf-cpu", *tree)

    def _sound(self) -> Sequence[str]:
        each = ",".join("1" for _ in self._cards)
        return (f"snd_aloop.enable={each}", f"snd_aloop.id={','.join(self._cards)}", f"snd_aloop.pcm_substreams={each}")

    def _card(self) -> Path:
        """An empty disk, made once a guest."""
        card = self._scratch / "card"
        if not card.exists():
            subprocess.run(["mke2fs", "-q", "-t", "ext4", card, CARD_SIZE], stdout=subprocess.DEVNULL, check=True)
        return card

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
        self._wait_left()
        try:
            status = int((self.folder / "status").read_text())
        except (OSError, ValueError):
            raise GuestFailed(f"the guest ended without a result\n{self.last_words()}") from None
        return Ended(status, (self.folder / "output").read_text(errors="replace"), seconds)

    def run(self, program: str, timeout_s: float, kind: Kind = Kind.TREE) -> Ended:
        self.start(program, kind)
        return self.wait(timeout_s)

    def cut_power(self) -> None:
        """The plug is pulled: nothing in the guest gets a last word."""
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._wait_left()

    def _wait_left(self) -> None:
        """Until nothing of it runs: the kernel is several processes, and whichever ends last gives up the disk that the next boot takes."""
        assert self._process
        end_s = time.monotonic() + LEFT_WITHIN_S
        while left := running_of(self._process.pid):
            if time.monotonic() > end_s:
                raise GuestFailed(f"the guest has ended, and its processes {left} still run")
            time.sleep(0.005)  # nobody tells of another's children

    @property
    def ended(self) -> bool:
        """Whether it has stopped by itself, or was cut."""
        return self._process is None or self._process.poll() is not None

    def last_words(self) -> str:
        """The ends of the console and of what the program printed."""
        words = []
        for name in ("console", "output"):
            with contextlib.suppress(OSError):
                words.append(f"-- {name}\n" + (self.folder / name).read_text(errors="replace")[-3000:])
        return "\n".join(words)
