"""Voice messages on real files: what survives kill -9, a full disk and a damaged list, what limits do, and what the owner is told."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware.records.errors import MailboxFull, MessageUnknown
from firmware.records.messages import Message, Notice, as_json
from firmware.records.voicemail import Limits, VoicemailStore
from tests.private_mounts import private_mounts
from tests.voicemail.place import a_message, tone

ROOT = Path(__file__).parents[2]


class Store:
    """A store and what it told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.changed: list[str] = []
        self.store = VoicemailStore(folder, self.told.append, self.changed.append)

    def messages(self, mailbox: str = "") -> list[Message]:
        return self.store.messages(mailbox).result(10)

    def leave(self, number: str = "600", seconds: float = 2, **about: object) -> Message:
        recording = self.store.begin(a_message(number, **about), lambda: None)
        recording.add(tone(seconds))
        kept = recording.keep(1 << 30).result(10)
        assert kept
        return kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "voicemail"


def run(script: str, *words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    given = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", script, *words], check=False, cwd=cwd, env=given, capture_output=True, text=True)


def test_messages_are_there_after_a_restart(folder: Path) -> None:
    first = Store(folder)
    left = [first.leave(str(number)) for number in range(3)]
    first.store.mark(left[0].id, heard=True)
    first.store.close()
    again = Store(folder)
    assert [message.number for message in again.messages()] == ["0", "1", "2"]
    assert again.store.counts("home") == (2, 1)
    assert again.changed == ["home"]
    assert as_json(again.messages()[0])["heard"] is True
    again.store.close()


def test_a_message_without_a_time_gets_it_when_somebody_knows_it(folder: Path) -> None:
    first = Store(folder)
    left = first.leave("1", at="1970-01-01T00:00:05.000Z", undated="this 5")
    assert as_json(left)["at"] == ""
    speaking = first.store.begin(a_message("2", at="1970-01-01T00:00:07.000Z", undated="this 7"), lambda: None)
    speaking.add(tone(2))
    first.store.date(lambda undated: f"2026-11-30T10:00:0{undated[-1]}.000Z")
    assert speaking.keep(1 << 30).result(10)
    first.store.close()
    again = Store(folder)
    assert [as_json(message)["at"] for message in again.messages()] == ["2026-11-30T10:00:05.000Z", "2026-11-30T10:00:07.000Z"]
    assert again.store.sound(left.id).result(10)
    again.store.close()


def test_a_message_without_a_time_has_no_age(folder: Path) -> None:
    store = Store(folder)
    store.leave(at="2026-01-01T00:00:05.000Z", undated="this 5")
    store.store.apply({"home": Limits(keep_days=1)})
    assert len(store.messages()) == 1
    store.store.close()


def test_sound_and_list_are_private(folder: Path) -> None:
    store = Store(folder)
    message = store.leave()
    store.store.set_greeting("home", tone(1)).result(10)
    store.store.close()
    paths = [folder / "home" / message.file, folder / "home" / "greeting.wav", folder / "messages.sqlite"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600] * 3
    assert message.size == (folder / "home" / message.file).stat().st_size == 2 * 16000 + 44


@pytest.mark.parametrize("mailbox", ["..", "a/b", "магазин", ".hidden"])
def test_whatever_a_mailbox_is_called_its_files_stay_inside(folder: Path, mailbox: str) -> None:
    store = Store(folder)
    store.leave(mailbox=mailbox)
    store.store.close()
    assert [path.parent.parent for path in folder.parent.rglob("*.wav")] == [folder]
    again = Store(folder)
    assert [message.mailbox for message in again.messages()] == [mailbox]
    again.store.close()


KILLED = """
import os, pathlib, sys
from firmware.records.voicemail import VoicemailStore
from tests.voicemail.place import a_message, tone
store = VoicemailStore(pathlib.Path(sys.argv[1]), print, lambda mailbox: None)
for number, seconds in (("long", 3), ("short", 0.5)):
    recording = store.begin(a_message(number, name="Aigul"), lambda: None)
    recording.add(tone(seconds))
store.post(lambda: os.kill(os.getpid(), 9)).result()
"""


def test_a_recording_cut_by_kill_9_is_a_message_at_the_next_start(folder: Path) -> None:
    assert run(KILLED, str(folder)).returncode == -signal.SIGKILL
    store = Store(folder)
    (message,) = store.messages()
    assert (message.number, message.name, message.seconds, message.heard) == ("long", "Aigul", 3.0, False)
    assert store.store.sound(message.id).result(10)[44:] == tone(3)
    assert store.store.counts("home") == (1, 0)
    store.store.close()
    assert not list(folder.rglob("*.part"))
    assert store.told == []


def test_stopping_keeps_what_was_being_recorded(folder: Path) -> None:
    store = Store(folder)
    store.store.begin(a_message("1"), lambda: None).add(tone(2))
    store.store.close()
    again = Store(folder)
    assert [message.seconds for message in again.messages()] == [2.0]
    again.store.close()


def test_a_damaged_list_costs_the_names_and_no_sound(folder: Path) -> None:
    store = Store(folder)
    message = store.leave()
    store.store.close()
    (folder / "messages.sqlite").write_bytes(b"this is no database " * 100)
    again = Store(folder)
    (found,) = again.messages()
    assert (found.id, found.at, found.number, found.seconds) == (message.id, message.at, "", 2.0)
    assert "the list of voice messages is damaged; it was kept as" in again.told[0]
    again.store.close()


def test_a_message_whose_file_is_gone_is_forgotten(folder: Path) -> None:
    store = Store(folder)
    message = store.leave()
    store.leave("2")
    store.store.close()
    (folder / "home" / message.file).unlink()
    again = Store(folder)
    assert [row.number for row in again.messages()] == ["2"]
    again.store.close()


def test_files_of_others_are_left_alone(folder: Path) -> None:
    (folder / "home").mkdir(parents=True)
    (folder / "home" / "2026 holiday.wav").write_bytes(b"x" * 50_000)
    store = Store(folder)
    assert store.messages() == []
    store.store.close()
    assert (folder / "home" / "2026 holiday.wav").exists()


# Limits


def test_a_mailbox_takes_only_so_many(folder: Path) -> None:
    store = Store(folder)
    store.store.apply({"home": Limits(most_messages=2)})
    store.leave("1")
    store.store.check_room("home").result(10)
    second = store.leave("2")
    with pytest.raises(MailboxFull, match="the mailbox home is full: it keeps 2 messages"):
        store.store.check_room("home").result(10)
    store.store.check_room("shop").result(10)
    store.store.delete([second.id]).result(10)
    store.store.check_room("home").result(10)
    assert store.told == []
    store.store.close()


def test_old_messages_go_and_those_without_a_known_age_stay(folder: Path) -> None:
    store = Store(folder)
    for number, age in (("old", 31), ("young", 29)):
        store.leave(number, at=(datetime.now(UTC) - timedelta(days=age)).strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    store.leave("before the clock was set", at="1970-01-01T00:00:10.000Z")
    store.leave("for ever", mailbox="shop", at="2026-01-01T00:00:00.000Z")
    store.store.apply({"home": Limits(keep_days=30), "shop": Limits(keep_days=0)})
    assert {message.number for message in store.messages()} == {"young", "before the clock was set", "for ever"}
    assert len(list(folder.rglob("2*.wav"))) == 2
    store.store.close()


# Questions


def test_a_message_that_does_not_exist(folder: Path) -> None:
    store = Store(folder)
    for asked in (
        store.store.sound("nowhere"),
        store.store.mark("nowhere", heard=True),
        store.store.delete(["nowhere"]),
        store.store.set_notice("nowhere", Notice.SENT),
    ):
        with pytest.raises(MessageUnknown, match="there is no message nowhere"):
            asked.result(10)
    assert store.told == []
    store.store.close()


def test_counts_are_told_when_they_change(folder: Path) -> None:
    store = Store(folder)
    message = store.leave()
    store.leave(mailbox="shop")
    store.store.mark(message.id, heard=True).result(10)
    store.store.mark(message.id, heard=True).result(10)
    store.store.delete([message.id]).result(10)
    assert store.changed == ["home", "shop", "home", "home"]
    assert (store.store.counts("home"), store.store.counts("shop"), store.store.counts("none")) == ((0, 0), (1, 0), (0, 0))
    store.store.close()


# A full disk, on a real file system that only the child sees

ON_A_SMALL_DISK = 'mount -t tmpfs -o size=8m small "$PWD" && cd "$PWD" && "$PYTHON" -c "$SCRIPT"'


def on_a_small_disk(script: str, cwd: Path) -> list[str]:
    given = {"SCRIPT": script, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    command = [*private_mounts(), "sh", "-c", ON_A_SMALL_DISK]
    told = subprocess.run(command, cwd=cwd, env=os.environ | given, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


PRELUDE = """
import pathlib
from firmware.records.voicemail import VoicemailStore
from tests.voicemail.place import a_message, tone
told, filled = [], []
store = VoicemailStore(pathlib.Path("voicemail"), told.append, lambda mailbox: None)
def fill(bytes_left):
    with open("ballast", "ab", buffering=0) as file:
        import os
        while (free := os.statvfs(".").f_bavail * os.statvfs(".").f_frsize - bytes_left) > 0:
            try:
                file.write(bytes(min(free, 65536)))
            except OSError:
                break
"""

FILLS = (
    PRELUDE
    + """
fill(2_000_000)
recording = store.begin(a_message("600"), lambda: filled.append(True))
for _ in range(240):
    recording.add(tone(0.5))
kept = recording.keep(1 << 30).result()
print(len(filled), 40 < kept.seconds < 75, kept.size == kept.seconds * 16000 + 44 or kept.size)
print(told[0])
wav = store.sound(kept.id).result()
print(wav[44:44 + 16000] == tone(0.5) * 2, store.counts("home"))
try:
    store.check_room("home").result()
except Exception as error:
    print(type(error).__name__)
pathlib.Path("ballast").unlink()
store.check_room("home").result()
store.close()
again = VoicemailStore(pathlib.Path("voicemail"), told.append, lambda mailbox: None)
print([message.seconds for message in again.messages().result()] == [kept.seconds])
again.close()
"""
)


def test_a_disk_that_fills_while_recording_keeps_the_message_so_far(tmp_path: Path) -> None:
    lines = on_a_small_disk(FILLS, tmp_path)
    assert lines[0].startswith("1 True ")
    assert lines[1:] == [
        "no space left for voice messages in voicemail/home; callers are told",
        "True (1, 0)",
        "RecordsFull",
        "True",
    ]


SOMEBODY_ELSE = (
    PRELUDE
    + """
before = store.begin(a_message("before"), lambda: None)
before.add(tone(2))
before = before.keep(1 << 30).result()
recording = store.begin(a_message("600"), lambda: filled.append(True))
recording.add(tone(3))
store.post(lambda: fill(0)).result()
recording.add(tone(3))
kept = recording.keep(1 << 30).result()
print(len(filled), kept.seconds, store.counts("home"))
store.mark(kept.id, heard=True).result()
print(store.counts("home"))
store.delete([before.id]).result()
print([message.number for message in store.messages().result()])
pathlib.Path("ballast").unlink()
store.close()
again = VoicemailStore(pathlib.Path("voicemail"), print, lambda mailbox: None)
print([(message.number, message.heard) for message in again.messages().result()])
again.close()
"""
)


def test_somebody_else_takes_the_last_byte_and_nothing_is_told_wrong_or_lost(tmp_path: Path) -> None:
    assert on_a_small_disk(SOMEBODY_ELSE, tmp_path) == ["1 3.0 (2, 0)", "(1, 1)", "['600']", "[('600', True)]"]


KILLED_ON_A_FULL_DISK = (
    PRELUDE
    + """
import os, sys
recording = store.begin(a_message("600"), lambda: None)
recording.add(tone(3))
store.post(lambda: fill(0)).result()
recording.keep(1 << 30).result()
store._rows._database.close()
again = VoicemailStore(pathlib.Path("voicemail"), told.append, lambda mailbox: None)
print([(message.number, message.seconds) for message in again.messages().result()])
sys.stdout.flush()
os._exit(0)
"""
)


def test_a_full_disk_and_then_a_crash_lose_nothing(tmp_path: Path) -> None:
    """The row could not be completed, the sound is whole: the next start joins them."""
    assert on_a_small_disk(KILLED_ON_A_FULL_DISK, tmp_path) == ["[('600', 3.0)]"]


def test_a_greeting_without_room_leaves_the_old_one(tmp_path: Path) -> None:
    script = (
        PRELUDE
        + """
store.set_greeting("home", tone(1)).result()
fill(0)
print(type(store.set_greeting("home", tone(50)).exception()).__name__)
print(store.greeting("home").result() == tone(1), [path.name for path in pathlib.Path("voicemail/home").iterdir()])
store.close()
"""
    )
    assert on_a_small_disk(script, tmp_path) == ["RecordsFull", "True ['greeting.wav']"]
