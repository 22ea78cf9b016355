"""The rows of voice messages: a small SQLite file, held in memory as a whole. Synchronous, for one thread; it knows no sound.

Reading asks the disk once. What a full disk refuses is remembered and written with the next change, so nothing is told wrong meanwhile.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from firmware.records.database import Database, Shape
from firmware.records.errors import RecordsError
from firmware.records.messages import COLUMNS, Message, from_columns, to_columns

SHAPE = Shape(
    "the list of voice messages",
    "it is written when there is room again",
    version=2,
    tables="""
CREATE TABLE messages (
    number_in_list INTEGER PRIMARY KEY,
    mailbox TEXT NOT NULL, at TEXT NOT NULL, account TEXT NOT NULL, number TEXT NOT NULL, name TEXT NOT NULL, called TEXT NOT NULL,
    seconds REAL NOT NULL, heard INTEGER NOT NULL, size INTEGER NOT NULL, complete INTEGER NOT NULL, notice TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE, undated TEXT NOT NULL, dated_at TEXT NOT NULL
);
""",
    upgrades=(
        """
ALTER TABLE messages ADD COLUMN undated TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN dated_at TEXT NOT NULL DEFAULT '';
""",
    ),
)

_UPSERT = (
    f"INSERT INTO messages ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608 - names of our own columns
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in COLUMNS)}"
)
# by the number in the list and not by the clock, which jumps on a board that has none of its own
_ALL = f"SELECT {', '.join(COLUMNS)} FROM messages ORDER BY number_in_list"  # noqa: S608 - same
_DELETE = "DELETE FROM messages WHERE id = ?"


class MessageRows:
    """`on_trouble` gets one sentence for each spell of trouble."""

    def __init__(self, path: Path, on_trouble: Callable[[str], None]) -> None:
        self._on_trouble = on_trouble
        self._database = Database(path, SHAPE, lambda trouble: on_trouble(str(trouble)))
        self._rows: dict[str, Message] | None = None
        self._unwritten: dict[str, Message | None] = {}

    def all(self) -> list[Message]:
        """In the order they came; raises RecordsError while the file cannot be read for the first time."""
        return list(self._known().values())

    def write(self, message: Message) -> None:
        """Insert or update by its id."""
        self._known()[message.id] = message
        self._put({message.id: message})

    def remove(self, message_id: str) -> None:
        self._known().pop(message_id, None)
        self._put({message_id: None})

    def close(self) -> None:
        self._put({})
        self._database.close()

    def _known(self) -> dict[str, Message]:
        if self._rows is None:
            self._rows = {row.id: row for row in self._database.run(_read)}
        return self._rows

    def _put(self, changes: dict[str, Message | None]) -> None:
        told = bool(self._unwritten)
        self._unwritten |= changes
        try:
            self._database.run(lambda connection: _change(connection, self._unwritten))
        except RecordsError as error:
            if not told:
                self._on_trouble(str(error))
        else:
            self._unwritten = {}


def _read(connection: sqlite3.Connection) -> list[Message]:
    return [from_columns(values) for values in connection.execute(_ALL).fetchall()]


def _change(connection: sqlite3.Connection, changes: dict[str, Message | None]) -> None:
    for message_id, message in changes.items():
        if message is None:
            connection.execute(_DELETE, (message_id,))
        else:
            connection.execute(_UPSERT, to_columns(message))
