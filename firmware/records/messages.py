"""One voice message as frozen data: who, when, how long, where its sound is. It knows no database and no disk."""

from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import Any
from uuid import uuid4


class Notice(Enum):
    """The e-mail about a message."""

    NONE = "none"
    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    """Given up after the last attempt."""


def _new_id() -> str:
    return uuid4().hex[:12]


@dataclass(frozen=True)
class Message:
    """A message as it is recorded (`complete` is False) and afterwards."""

    mailbox: str
    at: str
    """UTC by the box's clock, right or wrong, ISO 8601 with milliseconds and Z: 2026-11-24T10:00:00.000Z. The file is named by it."""
    account: str = ""
    number: str = ""
    """The caller's; "" when withheld."""
    name: str = ""
    called: str = ""
    """The number that was called."""
    seconds: float = 0
    heard: bool = False
    size: int = 0
    """Of the file, in bytes."""
    complete: bool = False
    notice: Notice = Notice.NONE
    id: str = field(default_factory=_new_id)
    undated: str = ""
    """Where the time was not known: the stamp that may become one (firmware/wall_clock.py)."""
    dated_at: str = ""
    """The time that became known afterwards."""

    @property
    def recorded_at(self) -> str:
        """As `at`; "" where the time was not known."""
        return self.dated_at or ("" if self.undated else self.at)

    @property
    def file(self) -> str:
        """The file's name in the mailbox's folder, such as 20261124T100000Z-0123456789ab.wav."""
        return f"{self.at[:19].replace('-', '').replace(':', '')}Z-{self.id}.wav"


def from_file(mailbox: str, name: str) -> Message | None:
    """What a file's name alone tells, for a message whose row was lost; None for a name that is not ours."""
    day, id_ = name[:8], name[17:-4]
    if len(name) != len("20261124T100000Z-0123456789ab.wav") or not (day + name[9:15]).isdecimal() or name[15:17] != "Z-":
        return None
    at = f"{day[:4]}-{day[4:6]}-{day[6:]}T{name[9:11]}:{name[11:13]}:{name[13:15]}.000Z"
    return Message(mailbox, at, id=id_)


COLUMNS = tuple(column.name for column in fields(Message))


def as_json(message: Message) -> dict[str, Any]:
    """The message as `keepline voicemail list --json` gives it."""
    values: dict[str, Any] = asdict(message) | {"notice": message.notice.value, "file": message.file, "at": message.recorded_at}
    for inner in ("complete", "undated", "dated_at"):
        del values[inner]
    return values


def to_columns(message: Message) -> tuple[Any, ...]:
    values = asdict(message) | {"notice": message.notice.value}
    return tuple(values[column] for column in COLUMNS)


def from_columns(values: tuple[Any, ...]) -> Message:
    given = dict(zip(COLUMNS, values, strict=True))
    kinds = {"heard": bool(given["heard"]), "complete": bool(given["complete"]), "notice": Notice(given["notice"])}
    return Message(**given | kinds)
