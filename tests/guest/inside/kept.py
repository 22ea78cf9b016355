"""What must outlive a power cut, written and looked at: settings, rows of the call log, voice messages.

Settings: the generation acknowledged last, or the one that was being saved. Rows and messages: every acknowledged one, whole; databases that are whole.
"""

from __future__ import annotations

import itertools
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from firmware.records.call_log import CallLog
from firmware.records.calls import CallRow, Direction, Outcome
from firmware.records.messages import Message
from firmware.records.voicemail import VoicemailStore
from firmware.settings.load import load
from firmware.settings.save import save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

PADDING = "\n".join(f"# a line of the owner's own, number {number}" for number in range(200))
MOST_ROWS, ROWS_LOOKED_AT = 500, 300
MESSAGES_KEPT = 8
SOUND = bytes(range(256)) * 63
"""About a second."""
WAV_HEADER_BYTES = 44
AT = "2026-11-24T10:00:00.000Z"


def text(generation: int) -> str:
    return f'[device]\nname = "Box {generation}"\n[[line]]\n[[account]]\nid = "a"\nserver = "192.0.2.1"\nuser = "u"\n{PADDING}\n'


def begin(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "keepline.toml", text(0))


def write(folder: Path, generation: int, tell: Callable[[str], object]) -> Iterator[None]:
    """Save on and on, a step at a time; each thing is told of once it is said to be safe."""
    log = CallLog(folder / "calls.sqlite", sys.exit, keep_rows=MOST_ROWS)
    voices = VoicemailStore(folder / "voicemail", sys.exit, lambda _mailbox: None)
    try:
        kept = [each.id for each in voices.messages().result()]
        for number in itertools.count(generation + 1):
            save(folder / "keepline.toml", text(number))
            tell(f"settings {number}")
            log.write(CallRow(AT, Direction.OUT, 1, number=str(number), outcome=Outcome.ANSWERED)).result()
            tell(f"row {number}")
            recording = voices.begin(Message("home", AT, number=str(number)), lambda: None)
            recording.add(SOUND)
            message = recording.keep(len(SOUND)).result()
            assert message
            tell(f"message {message.id}")
            kept.append(message.id)
            if len(kept) > MESSAGES_KEPT:
                tell(f"deleting {kept[0]}")
                voices.delete([kept.pop(0)]).result()
            yield
    finally:
        log.close()
        voices.close()


def look(folder: Path, told: Iterable[str]) -> int:
    """The generation found; AssertionError with a sentence if something acknowledged is lost or torn."""
    words = [line.split() for line in told]
    of = {kind: [word[1] for word in words if word[0] == kind] for kind in ("settings", "row", "message", "deleting")}
    last = int(of["settings"][-1]) if of["settings"] else 0
    found = int(load(folder / "keepline.toml").device.name.removeprefix("Box "))
    assert found in {last, last + 1}, f"the settings are generation {found}; {last} was acknowledged"
    _look_at_rows(folder / "calls.sqlite", set(of["row"][-ROWS_LOOKED_AT:]))
    _look_at_messages(folder / "voicemail", set(of["message"]) - set(of["deleting"]))
    return found


def _look_at_rows(file: Path, acknowledged: set[str]) -> None:
    if not file.exists():
        assert not acknowledged, "the call log is lost"
        return
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the call log is damaged"
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'calls'").fetchone()[0]
        kept = {number for (number,) in database.execute("SELECT number FROM calls")} if tables else set()
    assert acknowledged <= kept, f"{len(acknowledged - kept)} acknowledged calls are lost"
    assert not list(file.parent.glob("*.broken-*")), "the call log was set aside as damaged"


def _look_at_messages(folder: Path, acknowledged: set[str]) -> None:
    store = VoicemailStore(folder, sys.exit, lambda _mailbox: None)
    try:
        kept = {each.id for each in store.messages().result()}
        assert acknowledged <= kept, f"{len(acknowledged - kept)} acknowledged messages are lost"
        for message in acknowledged:
            assert store.sound(message).result()[WAV_HEADER_BYTES:] == SOUND, f"message {message} is not as it was spoken"
    finally:
        store.close()
