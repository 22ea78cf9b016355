"""One row of the call log as frozen data. It knows no database."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import Any
from uuid import uuid4


class Direction(Enum):
    OUT = "out"
    IN = "in"


class Outcome(Enum):
    UNDER_WAY = "under way"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    CANCELLED = "cancelled"
    """We hung up before the far end answered."""
    REJECTED = "rejected"
    """We refused an incoming call, or the far end refused ours."""
    FAILED = "failed"
    MISSED = "missed"
    """An incoming call that nobody answered here."""
    FORWARDED = "forwarded"
    """An incoming call sent on to another number."""
    VOICEMAIL = "voicemail"
    """An incoming call the mailbox answered."""
    INTERRUPTED = "interrupted"
    """The device stopped during the call; set at the next start."""


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True)
class CallRow:
    """A call as far as it went. Write it at the start with UNDER_WAY, again (same `id`) with every change, last with its outcome."""

    started_at: str
    """UTC, ISO 8601 with milliseconds and Z: 2026-11-24T10:00:00.000Z; "" where the time was not known."""
    direction: Direction
    line: int
    account: str = ""
    number: str = ""
    """The other side's number; "" when withheld."""
    name: str = ""
    outcome: Outcome = Outcome.UNDER_WAY
    reason: str = ""
    """The outcome in words, such as "the number does not exist"."""
    status: int = 0
    """The final SIP status; 0 when there was none."""
    ring_s: float = 0
    talk_s: float = 0
    codec: str = ""
    media: Mapping[str, float] = field(default_factory=dict)
    """RTP figures where known: loss_percent, jitter_ms, rtt_ms."""
    id: str = field(default_factory=_new_id)
    undated: str = ""
    """Where the time was not known: the stamp that may become one (firmware/wall_clock.py)."""


COLUMNS = tuple(column.name for column in fields(CallRow))


def as_json(row: CallRow) -> dict[str, Any]:
    """The row as `keepline calls --json` gives it: enums as their words, `media` as an object, `time_known` where `started_at` is a time."""
    values = _values(row) | {"time_known": not row.undated}
    del values["undated"]
    return values


def _values(row: CallRow) -> dict[str, Any]:
    return asdict(row) | {"direction": row.direction.value, "outcome": row.outcome.value, "media": dict(row.media)}


def to_columns(row: CallRow) -> tuple[Any, ...]:
    values = _values(row) | {"media": json.dumps(dict(row.media))}
    return tuple(values[column] for column in COLUMNS)


def from_columns(values: tuple[Any, ...]) -> CallRow:
    given = dict(zip(COLUMNS, values, strict=True))
    return CallRow(
        **given
        | {
            "direction": Direction(given["direction"]),
            "outcome": Outcome(given["outcome"]),
            "media": json.loads(given["media"]),
        }
    )
