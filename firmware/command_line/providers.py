"""`keepline providers`: the presets an account may name, and what one of them says. Needs no running device."""

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.command_line.errors import Misused
from firmware.command_line.output import print_json, print_text, say, table

if TYPE_CHECKING:
    from firmware.settings.presets import KnownPreset, Presets


def providers(arguments: Namespace) -> int:
    from firmware.settings.load import presets_for  # noqa: PLC0415 - brings msgspec with it, which most commands do not need

    presets = presets_for(Path(arguments.config))
    for sentence in presets.sentences:
        say(sentence)
    chosen = [_one(presets, arguments.id)] if arguments.id else list(presets.known.values())
    if arguments.json:
        print_json([preset.plain for preset in chosen])
    else:
        print_text(_whole(chosen[0]) if arguments.id else _list(chosen))
    return 0


def _one(presets: "Presets", name: str) -> "KnownPreset":
    from firmware.settings.wording import meant, shortened  # noqa: PLC0415 - as above

    if name not in presets.known:
        close = meant(name, list(presets.known)) or "; `keepline providers` lists them"
        raise Misused(f'no preset has the id "{shortened(name)}"{close}')
    return presets.known[name]


def _list(presets: Iterable["KnownPreset"]) -> Iterable[str]:
    heading = ("id", "name", "country", "status", "server")
    return table(heading, ([getattr(preset.about, key) for key in heading] for preset in presets))


def _whole(preset: "KnownPreset") -> Iterable[str]:
    from firmware.settings.write import toml_value  # noqa: PLC0415 - as above

    about = preset.about
    yield f"{about.name} ({about.id}{', ' + about.country if about.country else ''}), {about.status}, read {about.date}"
    yield from (f"  {key} = {toml_value(value)}" for key, value in preset.defaults.items())
    yield from (f"- {quirk}" for quirk in about.quirks)
    yield from (f"source: {source}" for source in about.source)
