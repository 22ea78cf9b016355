"""The call log: rows are posted, one thread of its own writes them. It decides nothing and never stops a call.

The simplest design that is sound: one worker thread owns the one SQLite connection, all orders go through its queue in the order they were given,
and every write carries the whole row. So the deciding thread never waits for a disk, a read sees every write before it, and a row whose beginning
was lost to a full disk is complete again with its next write.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from firmware.records.calls import COLUMNS, CallRow, Outcome, from_columns, to_columns
from firmware.records.database import Database, Shape
from firmware.records.errors import RecordsError

KEEP_ROWS = 10_000
"""About 3 MB; the oldest rows beyond are dropped."""

SHAPE = Shape(
    "the call log",
    "calls go on, but are not recorded",
    version=2,
    tables="""
CREATE TABLE calls (
    number_in_log INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL, direction TEXT NOT NULL, line INTEGER NOT NULL, account TEXT NOT NULL,
    number TEXT NOT NULL, name TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, status INTEGER NOT NULL,
    ring_s REAL NOT NULL, talk_s REAL NOT NULL, codec TEXT NOT NULL, media TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
    undated TEXT NOT NULL
);
""",
    upgrades=("ALTER TABLE calls ADD COLUMN undated TEXT NOT NULL DEFAULT '';",),
)

_UPSERT = (
    f"INSERT INTO calls ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608 - names of our own columns
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in COLUMNS)}"
)
_DROP_OLDEST = (
    "DELETE FROM calls WHERE number_in_log <= (SELECT number_in_log FROM calls ORDER BY number_in_log DESC LIMIT 1 OFFSET ?)"
)
# by the number in the log and not by the clock, which jumps on a board that has none of its own
_NEWEST = f"SELECT {', '.join(COLUMNS)} FROM calls ORDER BY number_in_log DESC LIMIT ?"  # noqa: S608 - same
_ONE = f"SELECT {', '.join(COLUMNS)} FROM calls WHERE id = ?"  # noqa: S608 - same
_ERASE = "DELETE FROM calls WHERE outcome <> ?"
_UNDATED = "SELECT id, undated FROM calls WHERE undated <> ''"
_DATE = "UPDATE calls SET started_at = ?, undated = '' WHERE id = ?"
_INTERRUPT = "UPDATE calls SET outcome = ?, reason = ? WHERE outcome = ?"


class CallLog:
    """`on_trouble` gets one sentence whenever a record could not be kept; it runs in the worker thread: only post from it."""

    def __init__(self, path: Path, on_trouble: Callable[[str], None], keep_rows: int = KEEP_ROWS) -> None:
        self._on_trouble = on_trouble
        self._keep_rows = keep_rows
        self._database = Database(path, SHAPE, lambda trouble: on_trouble(str(trouble)))
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="call-log")
        self._worker.submit(self._told, self._interrupt)

    def write(self, row: CallRow) -> "Future[None]":
        """Insert or update by `row.id`. Returns at once; the future, which may be ignored, raises RecordsError where it failed."""
        return self._worker.submit(self._told, lambda: self._write(row))

    def read(self, limit: int = 100) -> "Future[list[CallRow]]":
        """The newest rows first; the future raises RecordsError. In asyncio: `await asyncio.wrap_future(log.read())`."""
        return self._worker.submit(lambda: self._database.run(lambda connection: _read(connection, limit)))

    def find(self, call: str) -> "Future[CallRow | None]":
        """One row by its id; the future raises RecordsError."""
        return self._worker.submit(lambda: self._database.run(lambda connection: _find(connection, call)))

    def erase(self) -> "Future[None]":
        """Forget every call but those under way; the future raises RecordsError."""
        return self._worker.submit(self._told, self._erase)

    def date(self, dated: Callable[[str], str]) -> "Future[None]":
        """The time has become known: give it to the rows that had none. `dated` gives "" where nobody can tell."""
        return self._worker.submit(self._told, lambda: self._database.run(lambda connection: _date(connection, dated)))

    def close(self) -> None:
        """Write what was posted and stop. Blocks until done."""
        self._worker.submit(self._database.close)
        self._worker.shutdown()

    def _told(self, work: Callable[[], None]) -> None:
        try:
            work()
        except RecordsError as error:
            self._on_trouble(str(error))
            raise

    def _write(self, row: CallRow) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_UPSERT, to_columns(row))
            connection.execute(_DROP_OLDEST, (self._keep_rows,))

        self._database.run(work)

    def _erase(self) -> None:
        self._database.run(lambda connection: connection.execute(_ERASE, (Outcome.UNDER_WAY.value,)).close())

    def _interrupt(self) -> None:
        values = (Outcome.INTERRUPTED.value, "the device stopped during the call", Outcome.UNDER_WAY.value)
        self._database.run(lambda connection: connection.execute(_INTERRUPT, values).close())


def _read(connection: sqlite3.Connection, limit: int) -> list[CallRow]:
    return [from_columns(values) for values in connection.execute(_NEWEST, (limit,)).fetchall()]


def _date(connection: sqlite3.Connection, dated: Callable[[str], str]) -> None:
    known = [(dated(undated), id_) for id_, undated in connection.execute(_UNDATED).fetchall()]
    connection.executemany(_DATE, [(at, id_) for at, id_ in known if at])


def _find(connection: sqlite3.Connection, call: str) -> CallRow | None:
    values = connection.execute(_ONE, (call,)).fetchone()
    return from_columns(values) if values else None
