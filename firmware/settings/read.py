"""From a file to raw TOML data, with a sentence for whatever stands in the way. Knows no key."""

import errno
import os
import stat
import tomllib
from pathlib import Path

from firmware.settings.errors import Mistake, SettingsWrong

LARGEST_BYTES = 256 * 1024
"""Far above any real file; keeps a wrong path (a disk image) from being read into memory."""


def read(path: Path) -> bytes:
    """What stands in the file; raises SettingsWrong."""
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


def toml(content: bytes, file: str) -> dict[str, object]:
    """The raw tables; raises SettingsWrong with the place that cannot be read."""
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
