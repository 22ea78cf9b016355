"""What commands print on stdout: JSON for programs, small tables for people. Knows no order."""

import json
import sys
from collections.abc import Iterable, Sequence


def print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))  # noqa: T201 - the command's output


def print_text(lines: Iterable[str]) -> None:
    for line in lines:
        print(harmless(line))  # noqa: T201 - the command's output


def say(sentence: str) -> None:
    """A word to the person, beside the output."""
    print(harmless(sentence), file=sys.stderr)  # noqa: T201 - words on stderr


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines with columns lined up; columns in which no row says anything are left out."""
    cells = [[_cell(value) for value in row] for row in rows]
    kept = [column for column in range(len(heading)) if any(row[column] for row in cells)]
    lines = [[heading[column] for column in kept], *([row[column] for column in kept] for row in cells)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(kept))]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def duration(seconds: float) -> str:
    """ "1:05" of 65, "1:00:00" of 3600."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def harmless(text: str) -> str:
    """Without control characters: a caller's name must not steer the owner's terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return harmless(str(value))
