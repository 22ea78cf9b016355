"""Puts a new settings file in the place of the old one so that at every moment, power cuts included, one whole file stands there.

It checks before it writes, and keeps the file that was there as FILE.previous.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from firmware.settings.errors import SettingsUnsaved
from firmware.settings.load import own_presets, parse
from firmware.settings.model import Settings

_PRIVATE = 0o600
"""The file holds passwords."""


def save(path: Path, text: str) -> Settings:
    """Check and save `text`; returns what it means. Raises SettingsWrong or SettingsUnsaved; then the old file stands as it was."""
    content = text.encode()
    settings = parse(content, str(path), own_presets(path))
    try:
        _replace(path.resolve(), content)
    except OSError as error:
        raise SettingsUnsaved(f"{path} was not saved, the old settings stay: {error.strerror}") from error
    return settings


def previous(path: Path) -> Path:
    return path.with_name(path.name + ".previous")


def _replace(path: Path, content: bytes) -> None:
    """Everything that needs space is written under other names first; then two renames, and the folder is told to the disk."""
    waiting = [(_written(path, content), path)]
    try:
        with suppress(FileNotFoundError):
            waiting.insert(0, (_written(path, path.read_bytes()), previous(path)))
        for new, place in waiting:
            new.replace(place)
        _sync_folder(path.parent)
    finally:
        for new, _ in waiting:
            new.unlink(missing_ok=True)


def _written(path: Path, content: bytes) -> Path:
    """A new file beside `path`, on the disk and private."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - the descriptor is already open
            os.fchmod(descriptor, _PRIVATE)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - beside mkstemp
        raise
    return Path(name)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
