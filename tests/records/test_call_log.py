"""The call log on real files: what survives kill -9, a full disk and a damaged file, and what the owner is told."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.records.call_log import CallLog
from firmware.records.calls import CallRow, Direction, Outcome, as_json
from firmware.records.errors import RecordsFull, RecordsUnusable
from tests.private_mounts import private_mounts

ROOT = Path(__file__).parents[2]


def a_call(number: str = "600", outcome: Outcome = Outcome.UNDER_WAY) -> CallRow:
    return CallRow("2026-11-24T10:00:00.000Z", Direction.OUT, 1, "home", number, outcome=outcome)


class Log:
    """A call log and what it told the owner."""

    def __init__(self, path: Path, keep_rows: int = 100) -> None:
        self.told: list[str] = []
        self.log = CallLog(path, self.told.append, keep_rows)

    def rows(self, limit: int = 100) -> list[CallRow]:
        return self.log.read(limit).result(10)

    def numbers(self) -> list[str]:
        return [row.number for row in self.rows()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    opened = Log(path)
    yield opened
    opened.log.close()


def reopened(path: Path) -> Log:
    log = Log(path)
    log.log.close()
    return log


def test_a_call_is_one_row_as_it_goes(log: Log) -> None:
    row = a_call()
    log.log.write(row)
    assert log.rows() == [row]
    ended = replace(row, outcome=Outcome.ANSWERED, talk_s=12.5, codec="PCMA", media={"loss_percent": 0.5}, status=200)
    log.log.write(ended)
    assert log.rows() == [ended]
    assert log.log.find(row.id).result(10) == ended
    assert log.log.find("another").result(10) is None
    assert as_json(ended)["outcome"] == "answered"
    assert as_json(ended)["media"] == {"loss_percent": 0.5}


def test_the_newest_come_first_whatever_the_clock_says(log: Log) -> None:
    log.log.write(replace(a_call("1"), started_at="2026-11-24T10:00:00.000Z"))
    log.log.write(replace(a_call("2"), started_at="1970-01-01T00:00:00.000Z"))
    assert log.numbers() == ["2", "1"]
    assert [row.number for row in log.rows(limit=1)] == ["2"]


def test_only_so_many_rows_are_kept(path: Path) -> None:
    log = Log(path, keep_rows=3)
    rows = [a_call(str(number)) for number in range(6)]
    for row in rows:
        log.log.write(row)
    log.log.write(replace(rows[4], outcome=Outcome.BUSY))
    assert log.numbers() == ["5", "4", "3"]
    log.log.close()


def test_everything_posted_is_there_after_closing(path: Path) -> None:
    log = Log(path)
    for number in range(50):
        log.log.write(a_call(str(number)))
    log.log.close()
    again = Log(path)
    assert len(again.rows()) == 50
    again.log.close()


def test_the_file_is_private(path: Path) -> None:
    reopened(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


KILLED = """
import os, pathlib, sys
from firmware.records.call_log import CallLog
from firmware.records.calls import CallRow, Direction, Outcome
log = CallLog(pathlib.Path(sys.argv[1]), print)
log.write(CallRow("2026-11-24T10:00:00.000Z", Direction.IN, 1, number="over", outcome=Outcome.MISSED))
log.write(CallRow("2026-11-24T10:00:01.000Z", Direction.OUT, 1, number="under way")).result()
os.kill(os.getpid(), 9)
"""


def test_a_call_cut_by_kill_9_is_closed_at_the_next_start(path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    log = Log(path)
    assert [(row.number, row.outcome) for row in log.rows()] == [("under way", Outcome.INTERRUPTED), ("over", Outcome.MISSED)]
    assert log.rows()[0].reason == "the device stopped during the call"
    log.log.close()
    assert log.told == []


@pytest.mark.parametrize("junk", [b"this is no database " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(path: Path, junk: bytes) -> None:
    path.write_bytes(junk)
    log = Log(path)
    log.log.write(a_call("1"))
    assert log.numbers() == ["1"]
    assert log.told == [f"the call log is damaged; it was kept as {path}.broken-1 and a new one was begun"]
    assert Path(f"{path}.broken-1").read_bytes() == junk
    log.log.close()


def test_damage_inside_is_found_at_the_start(path: Path) -> None:
    log = Log(path)
    for number in range(200):
        log.log.write(replace(a_call(str(number)), name="x" * 500))
    log.log.close()
    content = bytearray(path.read_bytes())
    content[8192 : 8192 + 2048] = os.urandom(2048)
    path.write_bytes(content)
    again = Log(path)
    assert again.numbers() == []
    assert "is damaged" in again.told[0]
    again.log.close()


def test_a_second_damaged_file_leaves_the_first_alone(path: Path) -> None:
    for number in (1, 2):
        path.write_bytes(b"junk" * 1000)
        assert f".broken-{number}" in reopened(path).told[0]
    assert Path(f"{path}.broken-1").exists()


def test_the_log_of_a_newer_keepline_is_kept_aside(path: Path) -> None:
    reopened(path)
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    assert "was written by a newer Keepline" in reopened(path).told[0]
    assert Path(f"{path}.broken-1").exists()


BEFORE = """
CREATE TABLE calls (
    number_in_log INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL, direction TEXT NOT NULL, line INTEGER NOT NULL, account TEXT NOT NULL,
    number TEXT NOT NULL, name TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, status INTEGER NOT NULL,
    ring_s REAL NOT NULL, talk_s REAL NOT NULL, codec TEXT NOT NULL, media TEXT NOT NULL, id TEXT NOT NULL UNIQUE
);
INSERT INTO calls VALUES (1, '2026-11-24T10:00:00.000Z', 'in', 1, 'home', '600', '', 'missed', '', 487, 3, 0, '', '{}', 'a');
PRAGMA user_version = 1;
"""
"""A file of version 1."""


def test_the_log_of_an_older_keepline_goes_on(path: Path) -> None:
    with sqlite3.connect(path) as older:
        older.executescript(BEFORE)
    older.close()
    log = Log(path)
    log.log.write(replace(a_call("601"), started_at="", undated="boot 5"))
    assert [(row.number, row.started_at, row.undated) for row in log.rows()] == [
        ("601", "", "boot 5"),
        ("600", "2026-11-24T10:00:00.000Z", ""),
    ]
    assert log.told == []
    log.log.close()


def test_rows_without_a_time_get_theirs_when_somebody_knows_it(log: Log) -> None:
    for number, undated in (("1", "another 5"), ("2", "this 7"), ("3", "")):
        log.log.write(replace(a_call(number), started_at="" if undated else "2026-11-24T10:00:00.000Z", undated=undated))
    log.log.date(lambda undated: "2026-11-30T10:00:00.000Z" if undated == "this 7" else "").result(10)
    shown = [(row["number"], row["started_at"], row["time_known"]) for row in map(as_json, log.rows())]
    assert shown == [("3", "2026-11-24T10:00:00.000Z", True), ("2", "2026-11-30T10:00:00.000Z", True), ("1", "", False)]


def test_a_folder_that_is_gone_is_a_sentence_and_the_next_row_is_kept_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    log = Log(folder / "calls.sqlite")
    failed = log.log.write(a_call("1")).exception(10)
    assert isinstance(failed, RecordsUnusable)
    assert str(failed) == f"the call log {folder}/calls.sqlite cannot be used: No such file or directory"
    with pytest.raises(RecordsUnusable):
        log.rows()
    folder.mkdir()
    log.log.write(a_call("2"))
    assert log.numbers() == ["2"]
    log.log.close()


def test_a_row_begun_in_trouble_is_whole_once_it_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    log = Log(folder / "calls.sqlite")
    row = a_call()
    log.log.write(row)
    log.log.write(row).exception(10)
    folder.mkdir()
    ended = replace(row, outcome=Outcome.ANSWERED, talk_s=3)
    log.log.write(ended)
    assert log.rows() == [ended]
    log.log.close()


FULL = """
import pathlib, sys
from firmware.records.call_log import CallLog
from firmware.records.calls import CallRow, Direction
told = []
log = CallLog(pathlib.Path("calls.sqlite"), told.append)
row = lambda number: CallRow("2026-11-24T10:00:00.000Z", Direction.OUT, 1, number=number, name="x" * 1000)
log.write(row("first")).result()
filler = pathlib.Path("filler")
try:
    filler.write_bytes(bytes(1_000_000))
except OSError:
    pass
try:
    while True:
        with filler.open("ab") as file:
            file.write(b"x")
except OSError:
    pass
errors = [log.write(row("lost")).exception(10) for _ in range(200)]
error = next(error for error in errors if error)
print(type(error).__name__, error, sep=": ")
print(told[0] == str(error))
print(log.read().result()[-1].number)
filler.unlink()
log.write(row("after")).result()
print(log.read().result()[0].number)
"""


def test_a_full_disk_is_told_and_the_log_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """On a real file system of 256 KiB that only the child sees."""
    script = 'mount -t tmpfs -o size=256k small "$PWD" && cd "$PWD" && "$PYTHON" -c "$FULL"'
    given = {"FULL": FULL, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [*private_mounts(), "sh", "-c", script], cwd=tmp_path, env=os.environ | given, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines() == [
        f"{RecordsFull.__name__}: no space left for the call log calls.sqlite; calls go on, but are not recorded",
        "True",
        "first",
        "after",
    ], told.stderr


def test_writing_never_waits_for_the_disk(path: Path) -> None:
    """Another program holds the file's lock; rows are posted all the same, and written when it lets go."""
    log = Log(path)
    log.rows()
    other = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    written = log.log.write(a_call("1"))
    assert not written.done()
    letting_go = threading.Timer(0.1, lambda: other.execute("ROLLBACK"))
    letting_go.start()
    assert written.result(10) is None
    assert log.numbers() == ["1"]
    letting_go.join()
    other.close()
    log.log.close()
