"""Presets of providers: the files under providers/ that came with the firmware, and the owner's own. Knows no account's values.

A file with mistakes is named and skipped: one wrong preset must not keep the telephone from working.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from firmware.settings.errors import Mistake, SettingsWrong
from firmware.settings.keys import keys
from firmware.settings.read import read, toml
from firmware.settings.table_check import check_table
from firmware.settings.tables.account import Account
from firmware.settings.tables.preset import Preset
from firmware.settings.wording import listed, meant, shortened

SHIPPED = Path(__file__).parent / "providers"

_MOST_FILES = 500
"""Of the owner's: a wrong folder must not keep the device from starting."""

_OF_THE_PRESET = frozenset({"id", "name", "country", "status", "source", "date", "quirks"})
_DEFAULTS = frozenset(key.name for key in keys(Preset)) - _OF_THE_PRESET
"""The keys that are also an account's."""


@dataclass(frozen=True)
class KnownPreset:
    """`defaults`: what the file says about an account's keys, raw as in TOML."""

    about: Preset
    file: Path
    defaults: Mapping[str, object]

    @property
    def plain(self) -> dict[str, object]:
        """For JSON: who it is and where that is known from, and under "account" the keys it sets there."""
        told = {key: getattr(self.about, key) for key in ("id", "name", "country", "status", "source", "date", "quirks")}
        return told | {"account": dict(self.defaults)}


@dataclass(frozen=True)
class Presets:
    """`known` by id; `skipped` by file name without .toml: the sentences that say what is wrong with each."""

    known: Mapping[str, KnownPreset] = field(default_factory=dict)
    skipped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is wrong with the files that were skipped, for the log and for people."""
        return tuple(f"{sentence} (this preset is skipped)" for sentences in self.skipped.values() for sentence in sentences)

    def covers(self, account: Account) -> frozenset[str]:
        """The keys of this account that its preset sets just so: they need not be written."""
        preset = self.known.get(account.provider)
        if preset is None:
            return frozenset()
        return frozenset(key for key in preset.defaults if getattr(account, key) == getattr(preset.about, key))


def read_presets(own: Path | None = None) -> Presets:
    """Those that came with the firmware, then the owner's; a preset of the owner's takes the place of one with the same id."""
    known: dict[str, KnownPreset] = {}
    skipped: dict[str, tuple[str, ...]] = {}
    for file in (*_files(SHIPPED), *_files(own)):
        try:
            preset = read_preset(file)
        except SettingsWrong as wrong:
            skipped[file.stem] = wrong.sentences()
        else:
            known[preset.about.id] = preset
    return Presets(known, skipped)


def _files(folder: Path | None) -> Iterable[Path]:
    try:
        return sorted(islice(folder.glob("*.toml"), _MOST_FILES)) if folder else ()
    except OSError:
        return ()


def read_preset(file: Path) -> KnownPreset:
    """One file; raises SettingsWrong with every mistake."""
    name = f"{file.parent.name}/{file.name}"
    try:
        raw = toml(read(file), name)
    except SettingsWrong as wrong:
        raise SettingsWrong(name, wrong.mistakes) from wrong
    about, mistakes = check_table(Preset, "", raw)
    if not mistakes and about.id != file.stem:
        mistakes = [Mistake("", "id", f'"{about.id}" is not the name of the file', shortened(file.stem))]
    if mistakes:
        raise SettingsWrong(name, tuple(mistakes))
    return KnownPreset(about, file, {key: value for key, value in raw.items() if key in _DEFAULTS})


def with_preset(
    place: str, raw: Mapping[str, object], presets: Callable[[], Presets]
) -> tuple[Mapping[str, object], list[Mistake]]:
    """An account's raw keys on top of those of the preset it names."""
    name = raw.get("provider")
    form = next(key.form for key in keys(Account) if key.name == "provider")
    if not isinstance(name, str) or not name or not (form and form.holds(name)):
        return raw, []
    found = presets()
    if name in found.known:
        return {**found.known[name].defaults, **raw}, []
    return raw, [_unknown(place, name, found)]


def _unknown(place: str, name: str, presets: Presets) -> Mistake:
    if name in presets.skipped:
        return Mistake(place, "provider", f'the preset "{name}" has a mistake: {presets.skipped[name][0]}')
    return Mistake(place, "provider", f'no preset has the id "{name}"{meant(name, [*presets.known])}', listed(presets.known))
