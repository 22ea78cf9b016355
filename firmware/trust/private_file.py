"""Small files that hold secrets: mode 0600 from the first moment on, and whole at every moment. It knows no content."""

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """The file anew, known to the disk; raises OSError."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - the descriptor is already open
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
