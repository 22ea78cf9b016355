"""One SQLite file of this package: opened when first needed, reopened after trouble, set aside when damaged. It knows no row.

Synchronous, for one thread only. Write-ahead log with synchronous = FULL: a row that was written survives kill -9 and a power cut
(sqlite.org/pragma.html#pragma_synchronous); that is one fsync a row.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from firmware.records.errors import RecordsFull, RecordsSetAside, RecordsUnusable


@dataclass(frozen=True)
class Shape:
    """What one file holds, and what its owner calls it in sentences."""

    what: str
    """Such as "the call log"."""
    without: str
    """What goes on while the disk is full, such as "calls go on, but are not recorded"."""
    version: int
    tables: str
    """CREATE TABLE statements, each with its semicolon."""
    upgrades: tuple[str, ...] = ()
    """What makes version 2 of a file of version 1, and so on."""


_WAIT_FOR_OTHERS_S = 2
_LARGEST_LOG_BYTES = 1024 * 1024
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

T = TypeVar("T")


class Database:
    """`run(work)` gives `work` an open connection; whatever goes wrong comes out as one of this package's errors."""

    def __init__(self, path: Path, shape: Shape, on_set_aside: Callable[[RecordsSetAside], None]) -> None:
        self._path = path
        self._shape = shape
        self._on_set_aside = on_set_aside
        self._connection: sqlite3.Connection | None = None

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._run(work)
        except sqlite3.Error as error:
            self.close()
            if not _damaged(error):
                raise self._explained(error) from error
        except OSError as error:
            self.close()
            raise RecordsUnusable(f"{self._shape.what} {self._path} cannot be used: {error.strerror}") from error
        return self._begin_anew(work, "is damaged")

    def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            self._connection = self._open()
        with self._connection as connection:
            return work(connection)

    def _open(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self._path, timeout=_WAIT_FOR_OTHERS_S)
        try:
            version = _prepare(connection, self._shape)
        except BaseException:
            connection.close()
            raise
        if version > self._shape.version:
            connection.close()
            self._set_aside("was written by a newer Keepline")
            return self._open()
        return connection

    def _begin_anew(self, work: Callable[[sqlite3.Connection], T], why: str) -> T:
        try:
            self._set_aside(why)
            return self._run(work)
        except sqlite3.Error as error:
            self.close()
            raise self._explained(error) from error
        except OSError as error:
            raise RecordsUnusable(f"{self._shape.what} {self._path} {why} and cannot be moved aside: {error.strerror}") from error

    def _set_aside(self, why: str) -> None:
        number = next(n for n in range(1, 1_000_000) if not self._beside(f".broken-{n}").exists())
        aside = self._beside(f".broken-{number}")
        self._path.rename(aside)
        for suffix in ("-wal", "-shm"):
            if self._beside(suffix).exists():
                self._beside(suffix).rename(f"{aside}{suffix}")
        self._on_set_aside(RecordsSetAside(f"{self._shape.what} {why}; it was kept as {aside} and a new one was begun"))

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def _explained(self, error: sqlite3.Error) -> RecordsFull | RecordsUnusable:
        if _code(error) == sqlite3.SQLITE_FULL:
            return RecordsFull(f"no space left for {self._shape.what} {self._path}; {self._shape.without}")
        return RecordsUnusable(f"{self._shape.what} {self._path} cannot be used: {error}")


def _prepare(connection: sqlite3.Connection, shape: Shape) -> int:
    """Settle how the file is written and that its shape is ours; returns its schema version, which may be a newer one."""
    _all(connection, "PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_LOG_BYTES}")
    if _all(connection, "PRAGMA quick_check(1)") != [("ok",)]:
        raise _Damaged("quick_check found an error")
    version = int(_all(connection, "PRAGMA user_version")[0][0])
    if version == 0:
        connection.executescript(f"BEGIN; {shape.tables} PRAGMA user_version = {shape.version}; COMMIT;")
        return shape.version
    for number, upgrade in enumerate(shape.upgrades[version - 1 :], start=version + 1):
        connection.executescript(f"BEGIN; {upgrade} PRAGMA user_version = {number}; COMMIT;")
    return max(version, shape.version)


def _all(connection: sqlite3.Connection, statement: str) -> Sequence[tuple[Any, ...]]:
    with closing(connection.execute(statement)) as cursor:
        return cursor.fetchall()


class _Damaged(sqlite3.DatabaseError):
    """SQLite's own check found damage that it can otherwise work around."""


def _damaged(error: sqlite3.Error) -> bool:
    return isinstance(error, _Damaged) or _code(error) in _DAMAGED


def _code(error: sqlite3.Error) -> int:
    """The primary result code (sqlite.org/rescode.html): the low byte; 0 where Python itself complains."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
