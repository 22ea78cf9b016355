"""Cuts of a card that tears writes and changes their order: dm-log-writes keeps every write between the file system and the disk, and the disk is
made again as it could stand after a cut - all up to some moment, then any of those the card had not yet been told to keep, the last one in part.

python -m tests.guest.inside.torn [TRIALS]
"""

from __future__ import annotations

import json
import os
import random
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.guest.inside import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOM = Path("/tmp")  # noqa: S108 (a tmpfs of the guest's)
DISK, LOG, AGAIN, MOUNT = ROOM / "disk.img", ROOM / "log.img", ROOM / "again.img", ROOM / "mount"
DISK_MB, LOG_MB = 32, 96
SECTOR = 512
SAVES = 60
# linux: drivers/md/dm-log-writes.c
MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
ENTRY = struct.Struct("<4Q")

Sectors = dict[int, bytes]
"""A disk by the numbers of its sectors; those that are not here hold zeros. A fresh page of memory costs a guest more than anything else done here."""


@dataclass(frozen=True)
class Written:
    """An entry of the log: a write, or a mark."""

    sector: int
    flags: int
    data: bytes


def entries(log: bytes) -> list[Written]:
    magic, _version, count = struct.unpack_from("<3Q", log)
    assert magic == MAGIC, "this is no log of dm-log-writes"
    at, found = SECTOR, []
    for _ in range(count):
        sector, sectors, flags, length = ENTRY.unpack_from(log, at)
        words = log[at + ENTRY.size : at + ENTRY.size + length] if flags & MARK else b""
        at += SECTOR
        size = 0 if flags & (DISCARD | MARK) else sectors * SECTOR
        found.append(Written(sector, flags, words or log[at : at + size]))
        at += size
    return found


def _run(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.stderr.strip()}"
    return done.stdout.strip()


@contextmanager
def mounted(device: str | Path) -> Iterator[Path]:
    MOUNT.mkdir(exist_ok=True)
    _run("mount", "-t", "ext4", device, MOUNT)
    try:
        yield MOUNT
    finally:
        _run("umount", MOUNT)


def record() -> tuple[Sectors, list[Written]]:
    """The disk as it was at first, and all that was written to it afterwards, with marks of what was acknowledged."""
    for file, size in ((DISK, DISK_MB), (LOG, LOG_MB)):
        with file.open("wb") as made:
            made.truncate(size << 20)
    _run("mke2fs", "-q", "-t", "ext4", DISK)
    with _loop(DISK) as disk, _loop(LOG) as log:
        with mounted(disk) as folder:
            kept.begin(folder / "keepline")
        first = {number: data for number, data in _sectors(0, DISK.read_bytes()) if any(data)}
        size = (DISK_MB << 20) // SECTOR
        _run("dmsetup", "create", "--noudevsync", "bench", "--table", f"0 {size} log-writes {disk} {log}")
        try:
            _run("dmsetup", "mknodes", "bench")
            with mounted("/dev/mapper/bench") as folder:
                steps = kept.write(
                    folder / "keepline",
                    0,
                    lambda told: _run("dmsetup", "message", "bench", "0", f"mark {told.replace(' ', ':')}"),
                )
                for _ in range(SAVES):
                    next(steps)
                steps.close()
        finally:
            _run("dmsetup", "remove", "--noudevsync", "bench")
        subprocess.run(["sync"], check=True)
        return first, entries(LOG.read_bytes())


@contextmanager
def _loop(file: Path) -> Iterator[str]:
    device = _run("losetup", "--find", "--show", file)
    try:
        yield device
    finally:
        _run("losetup", "--detach", device)


def _sectors(first: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(0, len(data), SECTOR):
        yield first + at // SECTOR, data[at : at + SECTOR]


def after_a_cut(first: Sectors, written: Sequence[Written], cut: int, chance: random.Random) -> Sectors:
    """The disk's content: everything before the cut; of what follows until the next order to keep it, any part, one of them torn."""
    disk = dict(first)
    for each in written[:cut]:
        _apply(disk, each, len(each.data))
    loose = []
    for each in written[cut:]:
        if each.flags & (FLUSH | FUA):
            break
        if not each.flags & (MARK | DISCARD) and chance.random() < 1 / 2:
            loose.append(each)
    chance.shuffle(loose)
    for number, each in enumerate(loose, 1):
        whole = len(each.data) // SECTOR
        _apply(disk, each, SECTOR * (whole if number < len(loose) else chance.randrange(whole + 1)))
    return disk


def _apply(disk: Sectors, each: Written, size: int) -> None:
    if not each.flags & (MARK | DISCARD):
        disk.update(_sectors(each.sector, each.data[:size]))


def _make(disk: Sectors) -> None:
    """Neighbours are written at once."""
    with AGAIN.open("wb") as made:
        made.truncate(DISK_MB << 20)
        for start, data in _runs(disk):
            os.pwrite(made.fileno(), data, start * SECTOR)


def _runs(disk: Sectors) -> Iterator[tuple[int, bytes]]:
    numbers = sorted(disk)
    ends = [at for at, number in enumerate(numbers) if at and number != numbers[at - 1] + 1]
    for begin, end in pairwise((0, *ends, len(numbers))):
        yield numbers[begin], b"".join(disk[number] for number in numbers[begin:end])


def main() -> int:
    trials = int(sys.argv[1]) if sys.argv[1:] else 100
    seed = int(time.time())
    chance = random.Random(seed)  # noqa: S311 (moments, not secrets)
    began_s = time.monotonic()
    first, written = record()
    loose = sum(not each.flags & (FLUSH | FUA | MARK | DISCARD) for each in written)
    for trial in range(trials):
        cut = chance.randrange(len(written) + 1)
        told = [
            each.data.decode().rstrip("\0").replace(":", " ") for each in written[:cut] if each.flags & MARK and b":" in each.data
        ]
        _make(after_a_cut(first, written, cut, chance))
        try:
            with _loop(AGAIN) as disk, mounted(disk) as folder:
                kept.look(folder / "keepline", told)
        except AssertionError as lost:
            raise AssertionError(f"trial {trial} of seed {seed}, cut at write {cut} of {len(written)}: {lost}") from lost
    seconds = round(time.monotonic() - began_s, 1)
    figures = {"trials": trials, "writes": len(written), "not_ordered": loose, "saves": SAVES, "seed": seed, "seconds": seconds}
    print(json.dumps(figures))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
