"""The sound of voice messages on the disk: WAV files of 8000 samples a second, 16 bit, mono, 960 kB a minute. It knows no row.

16-bit samples and not A-law: every mail program and browser plays them, and 50 messages of 2 minutes are 96 MB at most. A recording is called `.part`
until it is complete, so whatever has the name of a message is whole; `kill -9` costs the sound of the last half second. Synchronous, for one thread.
"""

import errno
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from firmware.records.errors import RecordsFull

RATE_HZ = 8000
BYTES_A_SECOND = 2 * RATE_HZ
KEPT_FREE_BYTES = 1024 * 1024
"""A recording ends before the disk is full: the rows of SQLite need room too, and so does whoever else writes there."""

HEADER_BYTES = 44
_SYNCED_EVERY_BYTES = 4 * BYTES_A_SECOND
_GREETING = "greeting.wav"
_PART = ".part"


def wav_header(sound_bytes: int) -> bytes:
    """RIFF/WAVE with one PCM chunk (Microsoft and IBM, Multimedia Programming Interface 1.0, 1991)."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + sound_bytes, b"WAVE", b"fmt ", 16, 1, 1, RATE_HZ, BYTES_A_SECOND, 2, 16, b"data", sound_bytes),
    )


def mailbox_folder(root: Path, mailbox: str) -> Path:
    """Whatever a mailbox is called, its folder lies in `root`."""
    return root / quote(mailbox, safe="").replace(".", "%2E")


def mailbox_of(folder: Path) -> str:
    return unquote(folder.name)


def check_room(root: Path) -> None:
    """Raises RecordsFull where a recording would be cut at once."""
    disk = os.statvfs(root)
    if disk.f_bavail * disk.f_frsize < KEPT_FREE_BYTES:
        raise RecordsFull(f"no space left for voice messages in {root}; callers are told")


class PartFile:
    """A recording on its way to the disk. `add` and `finish` raise OSError, `add` also RecordsFull; what was added before stays."""

    def __init__(self, path: Path) -> None:
        """`path`: the complete file's; its folder is made where missing."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._path = path
        self._part = path.with_name(path.name + _PART)
        self._file = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.sound_bytes = 0
        if not os.fstat(self._file).st_size:
            os.write(self._file, wav_header(0))

    def add(self, pcm: bytes) -> None:
        check_room(self._part.parent)
        rest = memoryview(pcm)
        while rest:
            written = os.pwrite(self._file, rest, HEADER_BYTES + self.sound_bytes)
            self.sound_bytes += written
            rest = rest[written:]
        if self.sound_bytes % _SYNCED_EVERY_BYTES < len(pcm):
            os.fdatasync(self._file)

    def finish(self, sound_bytes: int) -> None:
        """Keep the first `sound_bytes`; needs no more room than there is."""
        self.sound_bytes = min(self.sound_bytes, sound_bytes // 2 * 2)
        os.ftruncate(self._file, HEADER_BYTES + self.sound_bytes)
        os.pwrite(self._file, wav_header(self.sound_bytes), 0)
        os.fsync(self._file)
        self.close()
        self._part.rename(self._path)
        _sync_folder(self._path.parent)

    def recover(self) -> None:
        """Take what a device that was killed had recorded."""
        self.sound_bytes = max(0, os.fstat(self._file).st_size - HEADER_BYTES)

    def drop(self) -> None:
        self.close()
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def parts(folder: Path) -> Iterator[Path]:
    """The complete names of recordings that were cut."""
    return (path.with_name(path.name.removesuffix(_PART)) for path in sorted(folder.glob(f"[0-9]*.wav{_PART}")))


def complete_files(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("[0-9]*.wav")))


def sound_bytes_of(path: Path) -> int:
    return max(0, path.stat().st_size - HEADER_BYTES)


def is_full(error: OSError) -> bool:
    """No space, or more than this user may have."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def read_greeting(folder: Path) -> bytes | None:
    """The samples of the owner's own greeting; None without one."""
    try:
        return (folder / _GREETING).read_bytes()[HEADER_BYTES:]
    except FileNotFoundError:
        return None


def write_greeting(folder: Path, pcm: bytes) -> None:
    """Replace the greeting as a whole, or leave the old one where that fails; raises OSError, RecordsFull."""
    check_room(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    new = folder / f"{_GREETING}{_PART}"
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:  # noqa: PTH123 (private from the start)
            file.write(wav_header(len(pcm)) + pcm)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / _GREETING)
        _sync_folder(folder)
    except OSError:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def remove_greeting(folder: Path) -> None:
    (folder / _GREETING).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only once its folder is on the disk (fsync(2))."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
