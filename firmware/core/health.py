"""When a part of the box that does not answer is restarted: after a few checks in a row, and ever more rarely if that does not help. Pure."""

from dataclasses import dataclass

PATIENCE = 3
"""Checks in a row that fail before anything is done: one may meet a restart, two a moment of load (chosen)."""
LONGEST_WAIT = 60
"""Checks between two restarts at the most; at one a minute, an hour."""


@dataclass(frozen=True)
class Record:
    """Of one part: checks that failed since it last answered or was restarted, and restarts since it last answered."""

    failures: int = 0
    restarts: int = 0


def checked(record: Record, *, answers: bool) -> tuple[Record, bool]:
    """The new record, and whether the part is to be restarted now."""
    if answers:
        return Record(), False
    failures = record.failures + 1
    if failures < min(PATIENCE << min(record.restarts, LONGEST_WAIT), LONGEST_WAIT):
        return Record(failures, record.restarts), False
    return Record(0, record.restarts + 1), True
