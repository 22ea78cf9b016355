"""Writes the table of star codes into docs/star-codes.md from the code's own, so that it cannot drift from it.

python -m tests.core.star_code_table docs/star-codes.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.core.star_codes import OFF, PASS, STAR_CODES, Follows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firmware.core.star_codes import StarCode

BEGIN, END = "<!-- written from firmware/core/star_codes.py: make diagrams -->", "<!-- end of the table -->"

_FOLLOWS = {
    Follows.NOTHING: "",
    Follows.NUMBER: " number",
    Follows.CHOICE_NUMBER: " 1-8 number",
    Follows.SLOT_NUMBER: " 2-9 number",
}


def with_table(text: str) -> str:
    """`text` with the table between its two comments written anew."""
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: "\n".join([BEGIN, *_rows(), END]), text)


def _rows() -> Iterable[str]:
    yield "| dial | to | key in `[star_codes]` | habit of |"
    yield "|---|---|---|---|"
    for entry in STAR_CODES:
        yield f"| {_dialed(entry)} | {entry.does}{_when(entry)} | `{entry.feature.value}` | {entry.habit} |"


def _dialed(entry: StarCode) -> str:
    if entry.default in {OFF, PASS}:
        return f"({entry.default})"
    return " or ".join(f"`{code}{_FOLLOWS[entry.follows]}`" for code in entry.default.split())


def _when(entry: StarCode) -> str:
    return "; after a flash, with a call on hold" if entry.while_held else ""


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_table(page.read_text()))
