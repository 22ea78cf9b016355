"""The folder a device keeps its state in: made private, held by one device at a time; on a disk that takes no writes another stands in. Knows no
record and no call.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

from firmware import stand_in

_SUN_PATH_BYTES = 107
"""unix(7): a socket's path has 108 bytes, the last one zero."""


class FolderError(Exception):
    """The state folder cannot be used: correct --state. The text is one sentence for the owner of the box."""


class FolderInUse(FolderError):
    """Another device runs on it: stop that one first."""


class StateFolder:
    """An open, locked state folder; `close()` lets it go. The lock goes with the process, also after kill -9."""

    def __init__(self, path: Path, lock: int, trouble: str = "") -> None:
        self.path = path
        self.trouble = trouble
        """One sentence where another folder stands in."""
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Self:
        """Make the folder (mode 0700) where missing, and lock it; raises FolderError."""
        _refuse_second(path)
        try:
            lock = _open(path)
        except (OSError, ValueError) as error:
            reason = stand_in.REASONS.get(getattr(error, "errno", 0))
            if reason is None:
                raise _unusable(path, error) from error
            return cls._stand_in(path, reason)
        _hold(path, lock)
        stand_in.forget(path)
        return cls(path, lock)

    @classmethod
    def _stand_in(cls, path: Path, reason: str) -> Self:
        try:
            folder = stand_in.make(path)
            lock = _open(folder)
        except OSError as error:
            raise _unusable(path, error) from error
        _hold(folder, lock)
        return cls(
            folder,
            lock,
            f"the state folder {path} cannot be written ({reason}); calls go on, "
            "but what changes from now on is forgotten at the next start",
        )

    @property
    def control_socket(self) -> Path:
        return control_socket(self.path)

    @property
    def call_log(self) -> Path:
        return self.path / "calls.sqlite"

    def instance_id(self) -> str:
        """This device's own UUID (RFC 5626 section 4.1), made at the first start and kept; not kept where the disk is full."""
        file = self.path / "instance"
        with suppress(OSError, ValueError):
            return str(UUID(file.read_text(encoding="ascii").strip()))
        made = str(uuid4())
        with suppress(OSError):
            file.write_text(made + "\n", encoding="ascii")
        return made

    def close(self) -> None:
        os.close(self._lock)


def control_socket(state: Path) -> Path:
    """Where a device on the folder `state` listens."""
    return state / "control.sock"


@contextmanager
def socket_name(path: Path) -> Iterator[str]:
    """A name of the socket `path` that is short enough to bind or connect to, however deep the folder is; raises OSError."""
    if len(os.fsencode(path)) <= _SUN_PATH_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def remove_stale_socket(path: Path) -> None:
    """Take away the socket of a device that was killed. Only the holder of the folder's lock may do this."""
    with suppress(FileNotFoundError):
        path.unlink()


def _open(path: Path) -> int:
    """The lock's file, in a folder that takes a new name: the control socket will be one. Raises OSError or ValueError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path / "lock.new"
    os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    new.unlink()
    return os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _refuse_second(path: Path) -> None:
    """A device may still run on the folder that stands in, though the disk takes writes again."""
    left = stand_in.find(path)
    if left:
        with suppress(OSError):
            lock = _open(left)
            _hold(left, lock)
            os.close(lock)


def _hold(path: Path, lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _sign(lock)
    except OSError as error:
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip()
        os.close(lock)
        raise _refused(path, error, holder) from error


def _sign(lock: int) -> None:
    """Leave our process id for whoever finds the folder taken; a full disk is no reason not to start."""
    with suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


def _refused(path: Path, error: OSError, holder: str) -> FolderError:
    if isinstance(error, BlockingIOError):
        by = f" (process {holder})" if holder else ""
        return FolderInUse(f"another Keepline{by} already runs on the state folder {path}; stop it or use another folder")
    return FolderError(f"the state folder {path} cannot be locked: {_reason(error)}")


def _unusable(path: Path, error: OSError | ValueError) -> FolderError:
    return FolderError(f"the state folder {path} cannot be used: {_reason(error)}")


def _reason(error: OSError | ValueError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def write_whole(path: Path, text: str) -> None:
    """A small file of the folder anew: the whole of it or the old one, at every moment. Raises OSError."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
