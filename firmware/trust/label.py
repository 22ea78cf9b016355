"""The code that is asked for at the first set-up: the image writes it beside the label's file; a box without one makes its own.

Whoever reads the file may set the box up: it lies in the private state folder.
"""

import hmac
import secrets
from contextlib import suppress
from pathlib import Path

from firmware.trust.private_file import write_private

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None that look alike on a label."""
_LENGTH = 8


def setup_code(path: Path) -> str:
    """The code in the file, made where there is none; "" where it can be neither read nor written, and then none is right."""
    with suppress(OSError, ValueError):
        return path.read_text(encoding="ascii").strip()
    made = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    try:
        write_private(path, made + "\n")
    except OSError:
        return ""
    return made


def is_right(code: str, given: str) -> bool:
    """Case, spaces and dashes do not count: people type it from a label."""
    plain = "".join(letter for letter in given.upper() if letter.isalnum())
    wanted = "".join(letter for letter in code.upper() if letter.isalnum())
    return bool(wanted) and hmac.compare_digest(plain.encode(), wanted.encode())
