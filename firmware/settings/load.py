"""Reads the settings file and says everything that is wrong with it at once. The only reader; knows nothing of who uses it."""

from pathlib import Path

from firmware.settings.check import check
from firmware.settings.errors import SettingsWrong
from firmware.settings.model import Settings
from firmware.settings.presets import Presets, read_presets
from firmware.settings.read import read, toml


def load(path: Path) -> Settings:
    """The settings in `path`; raises SettingsWrong with every mistake."""
    return parse(read(path), str(path), own_presets(path))


def parse(content: bytes, file: str, own: Path | None = None) -> Settings:
    """The settings in `content`; `file` is the name the mistakes carry, `own` the owner's folder of presets. Raises SettingsWrong."""
    settings, mistakes = check(toml(content, file), lambda: read_presets(own))
    if mistakes:
        raise SettingsWrong(file, mistakes)
    return settings


def presets_for(path: Path) -> Presets:
    """The presets that accounts in the settings file `path` may name: those that came with the firmware, and the owner's."""
    return read_presets(own_presets(path))


def own_presets(path: Path) -> Path:
    """Where the owner's presets stand: providers/ beside the settings file."""
    return path.parent / "providers"
