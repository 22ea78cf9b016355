"""Writes the table of presets into docs/providers.md from the files, so that it cannot drift from them.

python -m tests.settings.provider_table docs/providers.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.settings.keys import keys
from firmware.settings.presets import KnownPreset, read_presets
from firmware.settings.tables.preset import Preset
from firmware.settings.write import toml_value

if TYPE_CHECKING:
    from collections.abc import Iterable

BEGIN, END = (
    "<!-- written from firmware/settings/providers: python -m tests.settings.provider_table -->",
    "<!-- end of the table -->",
)


def with_table(text: str) -> str:
    """`text` with the table between its two comments written anew."""
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    lines = [BEGIN, *_presets(), "", "### What a file may say", "", *_keys(), END]
    return between.sub(lambda _: "\n".join(lines), text)


def _presets() -> Iterable[str]:
    yield "| id | provider | country | status | sets | source, read on |"
    yield "|---|---|---|---|---|---|"
    for preset in read_presets().known.values():
        about = preset.about
        source = "<br>".join(about.source)
        yield f"| `{about.id}` | {about.name} | {about.country or 'any'} | {about.status} | {_sets(preset)} | {source}; {about.date} |"


def _sets(preset: KnownPreset) -> str:
    return "<br>".join(f"`{key} = {toml_value(value)}`" for key, value in preset.defaults.items())


def _keys() -> Iterable[str]:
    yield "| key | meaning |"
    yield "|---|---|"
    for key in keys(Preset):
        yield f"| `{key.name}`{' (required)' if key.required else ''} | {key.sentence} |"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_table(page.read_text()))
