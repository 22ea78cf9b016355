"""Reads the settings file and says everything that is wrong with it at once. The only reader; knows nothing of who uses it."""

import errno
import os
import stat
import tomllib
from pathlib import Path

from firmware.settings.check import check
from firmware.settings.errors import Mistake, SettingsWrong
from firmware.settings.model import Settings

LARGEST_BYTES = 256 * 1024
"""Far above any real file; keeps a wrong path (a disk image) from being read into memory."""


def load(path: Path) -> Settings:
    """The settings in `path`; raises SettingsWrong with every mistake."""
    return parse(_read(path), str(path))


def parse(content: bytes, file: str) -> Settings:
    """The settings in `content`; `file` is the name the mistakes carry. Raises SettingsWrong."""
    settings, mistakes = check(_toml(content, file))
    if mistakes:
        raise SettingsWrong(file, mistakes)
    return settings


def _read(path: Path) -> bytes:
    try:
        # non-blocking: a FIFO given by mistake must not hang the device
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - the descriptor is already open
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _unreadable(path, "is not a file")
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, _reason(error)) from error
    if len(content) > LARGEST_BYTES:
        raise SettingsWrong(str(path), (Mistake("", "", "is too large", f"at most {LARGEST_BYTES // 1024} KiB"),))
    return content


def _unreadable(path: Path, reason: str) -> SettingsWrong:
    return SettingsWrong(str(path), (Mistake("", "", reason, "a readable TOML file"),))


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "is not a name a file can have"
    if error.errno == errno.ENOENT:
        return "does not exist"
    return f"cannot be read ({error.strerror})"


def _toml(content: bytes, file: str) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem, wanted = f"line {line} is not UTF-8 text", "UTF-8"
    except RecursionError:
        problem, wanted = "nests lists or tables too deeply", "the tables of keepline.example.toml"
    except ValueError as error:
        problem, wanted = f"is not TOML: {_lower_first(str(error))}", "TOML 1.0, as in keepline.example.toml"
    raise SettingsWrong(file, (Mistake("", "", problem, wanted),))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
