"""Arguments to a command, behind the guard."""

import sys
from collections.abc import Sequence

from firmware.command_line.arguments import parser
from firmware.command_line.guard import guarded


def main(words: Sequence[str] | None = None) -> int:
    """What `keepline` does; returns the exit code. Wrong use ends in argparse's SystemExit(2)."""
    for stream in (sys.stdout, sys.stderr):
        # names of callers and files may hold what the terminal's encoding does not
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    arguments = parser().parse_args(words)
    return guarded(lambda: int(arguments.command(arguments)))
