"""The voice messages of all mailboxes: rows, sound files, limits. Everything is posted; one thread of its own touches the disk.

The same design as the call log's. A message's row is written when its recording begins, so what a killed device had recorded is found at the next
start and kept. A row that a full disk refuses is remembered here and written with the next order that succeeds. The newest counts stand ready for the
deciding thread without asking the disk. It knows no call, no prompt and no mail server.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from firmware.records import message_files as files
from firmware.records.errors import MailboxFull, MessageUnknown, RecordsError, RecordsFull, RecordsUnusable
from firmware.records.message_rows import MessageRows
from firmware.records.messages import Message, Notice, from_file

_CLOCK_SET = "2026"
"""A board without a clock of its own starts in the past: what is dated before this year has no known age."""

_SHORTEST_BYTES = files.BYTES_A_SECOND

T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """Of one mailbox."""

    most_messages: int = 50
    keep_days: int = 90
    """0: for ever."""


class Recording:
    """A message as it is spoken. Its methods only post, and may be called from any thread."""

    def __init__(self, store: "VoicemailStore", message: Message, on_full: Callable[[], None]) -> None:
        self.message = message
        self.on_full = on_full
        self.file: files.PartFile | None = None
        self.ended = False
        self._store = store

    def add(self, pcm: bytes) -> None:
        self._store.post(lambda: self._store.add_sound(self, pcm))

    def keep(self, sound_bytes: int) -> "Future[Message | None]":
        """The first `sound_bytes` become a message, or as many as the disk took; None where that is next to nothing."""
        return self._store.post(lambda: self._store.complete(self, sound_bytes))

    def drop(self) -> None:
        self._store.post(lambda: self._store.drop(self))


class VoicemailStore:
    """Messages under `folder`, one folder a mailbox. `on_trouble` gets sentences for the owner, `on_change` the name of a mailbox whose
    counts changed, at the start every one's; both run in the worker thread: only post from them.
    """

    def __init__(self, folder: Path, on_trouble: Callable[[str], None], on_change: Callable[[str], None]) -> None:
        self._folder = folder
        self._on_trouble = on_trouble
        self._on_change = on_change
        self._limits: Mapping[str, Limits] = MappingProxyType({})
        self._counts: Mapping[str, tuple[int, int]] = MappingProxyType({})
        self._rows = MessageRows(folder / "messages.sqlite", on_trouble)
        self._recording: dict[str, Recording] = {}
        self._time_of: Callable[[str], str] = lambda _undated: ""
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="voicemail")
        self.post(self._recover)

    # For the deciding thread

    def apply(self, limits: Mapping[str, Limits]) -> None:
        """The mailboxes' limits, at the start and whenever settings changed."""
        self._limits = MappingProxyType(dict(limits))
        self.expire()

    def counts(self, mailbox: str) -> tuple[int, int]:
        """How many messages are new and how many were heard. Asks no disk."""
        return self._counts.get(mailbox, (0, 0))

    def check_room(self, mailbox: str) -> "Future[None]":
        """Raises MailboxFull or RecordsFull where a message would find no place."""
        return self.post(lambda: self._check_room(mailbox))

    def begin(self, message: Message, on_full: Callable[[], None]) -> Recording:
        """Begin a recording. `on_full`, in the worker thread, says that the disk takes no more; what it took so far stays."""
        recording = Recording(self, message, on_full)
        self.post(lambda: self._begin(recording))
        return recording

    def messages(self, mailbox: str = "") -> "Future[list[Message]]":
        """Complete messages of one mailbox or of all, oldest first."""
        return self.post(lambda: self._complete_rows(mailbox))

    def sound(self, message_id: str) -> "Future[bytes]":
        """The WAV file; raises MessageUnknown."""
        return self.post(lambda: self._path(self._row(message_id)).read_bytes())

    def mark(self, message_id: str, *, heard: bool) -> "Future[None]":
        return self.post(lambda: self._change(message_id, heard=heard))

    def set_notice(self, message_id: str, notice: Notice) -> "Future[None]":
        """What became of the e-mail about a message."""
        return self.post(lambda: self._change(message_id, notice=notice))

    def delete(self, message_ids: Iterable[str]) -> "Future[None]":
        """Raises MessageUnknown at the first that does not exist; those before are gone."""
        ids = tuple(message_ids)
        return self.post(lambda: self._delete([self._row(id_) for id_ in ids]))

    def expire(self) -> "Future[None]":
        """Let go what is older than its mailbox keeps; once a day is enough."""
        return self.post(self._expire)

    def greeting(self, mailbox: str) -> "Future[bytes | None]":
        """The samples of the owner's own greeting, None where there is none."""
        return self.post(lambda: files.read_greeting(self._mailbox(mailbox)))

    def set_greeting(self, mailbox: str, pcm: bytes | None) -> "Future[None]":
        """Samples of 8000 a second, 16 bit; None goes back to the standard greeting."""
        return self.post(lambda: self._set_greeting(mailbox, pcm))

    def date(self, dated: Callable[[str], str]) -> "Future[None]":
        """The time has become known: give it to the messages that had none. `dated` gives "" where nobody can tell."""
        return self.post(lambda: self._date(dated))

    def close(self) -> None:
        """Do what was posted; recordings under way are kept as far as they went. Blocks until done."""
        self.post(self._close)
        self._worker.shutdown()

    # In the worker thread

    def post(self, work: Callable[[], T]) -> "Future[T]":
        return self._worker.submit(self._explained, work)

    def _explained(self, work: Callable[[], T]) -> T:
        """Errors of the disk become this package's; the owner hears of each once, but not of a question that cannot be answered."""
        try:
            return work()
        except OSError as error:
            full = RecordsFull(f"no space left for voice messages in {self._folder}; callers are told")
            other = RecordsUnusable(f"the voice messages in {self._folder} cannot be used: {error.strerror}")
            found = full if files.is_full(error) else other
            self._on_trouble(str(found))
            raise found from error
        except (RecordsFull, RecordsUnusable) as error:
            self._on_trouble(str(error))
            raise

    def _begin(self, recording: Recording) -> None:
        self._recording[recording.message.id] = recording
        self._guarded(recording, lambda: self._open(recording))

    def _open(self, recording: Recording) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        recording.file = files.PartFile(self._path(recording.message))
        self._rows.write(recording.message)

    def add_sound(self, recording: Recording, pcm: bytes) -> None:
        if recording.file and not recording.ended:
            file = recording.file
            self._guarded(recording, lambda: file.add(pcm))

    def _guarded(self, recording: Recording, work: Callable[[], None]) -> None:
        """What the disk refuses ends the recording; the sound so far stays."""
        try:
            self._explained(work)
        except RecordsError:
            recording.ended = True
            recording.on_full()

    def complete(self, recording: Recording, sound_bytes: int) -> Message | None:
        if recording.file is None or min(sound_bytes, recording.file.sound_bytes) < _SHORTEST_BYTES:
            self.drop(recording)
            return None
        self._recording.pop(recording.message.id, None)
        recording.ended = True
        recording.file.finish(sound_bytes)
        return self._completed(recording.message, recording.file.sound_bytes)

    def _completed(self, message: Message, sound_bytes: int) -> Message:
        seconds = round(sound_bytes / files.BYTES_A_SECOND, 1)
        whole = self._dated(replace(message, seconds=seconds, size=sound_bytes + files.HEADER_BYTES, complete=True))
        self._rows.write(whole)
        self._count(whole.mailbox)
        return whole

    def drop(self, recording: Recording) -> None:
        self._recording.pop(recording.message.id, None)
        recording.ended = True
        if recording.file:
            recording.file.drop()
        self._rows.remove(recording.message.id)

    def _check_room(self, mailbox: str) -> None:
        self._expire()
        most = self._limits.get(mailbox, Limits()).most_messages
        if len(self._complete_rows(mailbox)) >= most:
            raise MailboxFull(f"the mailbox {mailbox} is full: it keeps {most} messages")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.check_room(self._folder)

    def _complete_rows(self, mailbox: str = "") -> list[Message]:
        return [row for row in self._rows.all() if row.complete and mailbox in {"", row.mailbox}]

    def _row(self, message_id: str) -> Message:
        for row in self._complete_rows():
            if row.id == message_id:
                return row
        raise MessageUnknown(f"there is no message {message_id}")

    def _change(self, message_id: str, **changes: object) -> None:
        row = self._row(message_id)
        self._rows.write(replace(row, **changes))  # type: ignore[arg-type]
        self._count(row.mailbox)

    def _delete(self, rows: Iterable[Message]) -> None:
        for row in rows:
            self._path(row).unlink(missing_ok=True)
            self._rows.remove(row.id)
            self._count(row.mailbox)

    def _expire(self) -> None:
        now = datetime.now(UTC)
        for mailbox, limits in self._limits.items():
            if limits.keep_days:
                oldest = (now - timedelta(days=limits.keep_days)).isoformat()
                self._delete([row for row in self._complete_rows(mailbox) if _CLOCK_SET <= row.recorded_at < oldest])

    def _date(self, dated: Callable[[str], str]) -> None:
        self._time_of = dated
        for row in self._complete_rows():
            if row.undated:
                self._rows.write(self._dated(row))

    def _dated(self, message: Message) -> Message:
        at = self._time_of(message.undated) if message.undated else ""
        return replace(message, undated="", dated_at=at) if at else message

    def _set_greeting(self, mailbox: str, pcm: bytes | None) -> None:
        folder = self._mailbox(mailbox)
        if pcm is None:
            files.remove_greeting(folder)
        else:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.write_greeting(folder, pcm)

    def _count(self, mailbox: str) -> None:
        rows = self._complete_rows(mailbox)
        new = sum(not row.heard for row in rows)
        counts = (new, len(rows) - new)
        if counts != self._counts.get(mailbox):
            self._counts = MappingProxyType({**self._counts, mailbox: counts})
            self._on_change(mailbox)

    def _recover(self) -> None:
        """What a device that was stopped in the middle left: cut recordings, files without rows, rows without files."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows = {row.id: row for row in self._rows.all()}
        for folder in sorted(path for path in self._folder.iterdir() if path.is_dir()):
            self._recover_mailbox(files.mailbox_of(folder), folder, rows)
        for row in rows.values():
            if not self._path(row).exists():
                self._rows.remove(row.id)
        for mailbox in {row.mailbox for row in self._rows.all()}:
            self._count(mailbox)

    def _recover_mailbox(self, mailbox: str, folder: Path, rows: Mapping[str, Message]) -> None:
        for path in files.parts(folder):
            part = files.PartFile(path)
            part.recover()
            if part.sound_bytes < _SHORTEST_BYTES:
                part.drop()
            else:
                part.finish(part.sound_bytes)
        for path in files.complete_files(folder):
            found = from_file(mailbox, path.name)
            row = rows.get(found.id, found) if found else None
            if row and not row.complete:
                self._completed(row, files.sound_bytes_of(path))

    def _close(self) -> None:
        for recording in tuple(self._recording.values()):
            with suppress(RecordsError, OSError):
                self.complete(recording, recording.file.sound_bytes if recording.file else 0)
        self._rows.close()

    def _mailbox(self, mailbox: str) -> Path:
        return files.mailbox_folder(self._folder, mailbox)

    def _path(self, message: Message) -> Path:
        return self._mailbox(message.mailbox) / message.file
