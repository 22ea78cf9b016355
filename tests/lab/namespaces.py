"""Network namespaces of one run: made by name, entered by a thread, removed with all that runs in them; a sweep removes those of dead runs.

A name carries the process that made it and when that process started, so a namespace whose maker is gone is known as an orphan, whatever
killed it. Must not know what stands in a namespace.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import re
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.peers.errors import PeerError
from tests.peers.process import program_path
from tests.private_mounts import private_mounts

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "keepline"
_NAME = re.compile(rf"{PREFIX}-(\d+)-(\d+)-\d+-[a-z0-9]+")
_MADE = Path("/run/netns")
_FILES = Path("/etc/netns")
CLONE_NEWNET = 0x40000000  # linux/sched.h
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)
_lock = threading.Lock()


class NoRights(PeerError):
    """Namespaces cannot be made: run as root."""


class Namespace:
    """One network namespace. Its names end with the run; make it within `Namespaces`."""

    def __init__(self, name: str) -> None:
        self.name = name
        _ip("netns", "add", name)
        self._door = os.open(_MADE / name, os.O_RDONLY | os.O_CLOEXEC)
        self.ip("link", "set", "lo", "up")

    @property
    def enter(self) -> tuple[str, ...]:
        """The words before a command that run it here, with this namespace's own resolv.conf."""
        return _entering(self.name)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread is here meanwhile: sockets it opens and programs it starts belong here, and stay."""
        outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _set_namespace(self._door)
            yield
        finally:
            _set_namespace(outside)
            os.close(outside)

    def ip(self, *words: str) -> str:
        """The answer of `ip`, here."""
        return _run(*_inside_by(self.name), *words)

    def run(self, *command: str | Path) -> str:
        """What a command says that runs here; raises `PeerError` with its words."""
        return _run(*self.enter, *map(str, command))

    def write(self, path: str, text: str) -> None:
        """Write a file of /proc/sys/net that belongs to this namespace."""
        with self.inside():
            Path(path).write_text(text)

    def nameservers(self, *addresses: str) -> None:
        """What programs started through `enter` read as /etc/resolv.conf; may change while they run."""
        folder = _FILES / self.name
        folder.mkdir(parents=True, exist_ok=True)
        # In place: a bind mount shows the file, not the name.
        (folder / "resolv.conf").write_text("".join(f"nameserver {address}\n" for address in addresses))

    def remove(self) -> None:
        os.close(self._door)
        _remove(self.name)


def _in_plain_chroot() -> bool:
    """There `ip netns exec` and `ip -n` fail: they make the root's mounts private, and a root that is no mount point has none to make so."""
    return "unchanged" in private_mounts()


_OWN_RESOLVER = 'if [ -e "$0" ]; then mount --bind "$0" /etc/resolv.conf || exit 1; fi; exec "$@"'


def _entering(name: str) -> tuple[str, ...]:
    if not _in_plain_chroot():
        return ("ip", "netns", "exec", name)
    own = str(_FILES / name / "resolv.conf")
    return ("nsenter", f"--net={_MADE / name}", *private_mounts(), "sh", "-c", _OWN_RESOLVER, own)


def _inside_by(name: str) -> tuple[str, ...]:
    return ("nsenter", f"--net={_MADE / name}", "ip") if _in_plain_chroot() else ("ip", "-n", name)


class Namespaces:
    """All namespaces of one laboratory. Use as a context manager; whatever dead runs left is removed first."""

    def __init__(self) -> None:
        if os.geteuid():
            raise NoRights("network namespaces need root: run as root or with sudo")
        sweep()
        self._stem = f"{PREFIX}-{os.getpid()}-{_started(os.getpid())}-{next(_numbers)}"
        self._made: list[Namespace] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in reversed(self._made):
            each.remove()
        self._made.clear()

    def make(self, what: str) -> Namespace:
        made = Namespace(f"{self._stem}-{what}")
        self._made.append(made)
        return made


def connect(one: Namespace, one_end: str, other: Namespace, other_end: str) -> None:
    """A cable: a veth pair between two namespaces, both ends up."""
    one.ip("link", "add", one_end, "type", "veth", "peer", "name", other_end, "netns", other.name)
    one.ip("link", "set", one_end, "up")
    other.ip("link", "set", other_end, "up")


def sweep() -> list[str]:
    """Remove what dead runs left; the names removed. Living runs, and namespaces of anyone else, are left alone."""
    with _lock:
        orphans = [name for name in _listed() if _is_orphan(name)]
        for name in orphans:
            _remove(name)
        return orphans


def _listed() -> set[str]:
    folders = [folder for folder in (_MADE, _FILES) if folder.is_dir()]
    return {each.name for folder in folders for each in folder.iterdir()}


def _is_orphan(name: str) -> bool:
    match = _NAME.fullmatch(name)
    return match is not None and _started(int(match[1])) != match[2]


def _started(pid: int) -> str:
    """When a process started, in ticks since boot; empty if there is none. Field 22 of proc(5), counted behind the name's bracket."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


def _remove(name: str) -> None:
    if (_MADE / name).exists():
        for pid in _run("ip", "netns", "pids", name, check=False).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _run("ip", "netns", "delete", name, check=False)
    shutil.rmtree(_FILES / name, ignore_errors=True)


def _set_namespace(door: int) -> None:
    if _libc.setns(door, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*words: str) -> str:
    return _run("ip", *words)


def _run(*command: str, check: bool = True) -> str:
    done = subprocess.run([program_path(command[0]), *command[1:]], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise PeerError(f"{' '.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
