"""What the device has no right to do itself is asked for by a file in its run-time folder: a path unit of systemd sees it and starts the one unit that may.

A request is a name, no more: whoever could write the file could ask for nothing else than what that unit does. It knows no unit.
"""

import os
from contextlib import suppress
from pathlib import Path

SET_UP_NETWORK = "want-set-up-network"
"""systemd/keepline-setup-network.path. The file stands as long as the network is wanted, and is gone when it has ended."""


class Requests:
    """`folder`: what systemd calls RuntimeDirectory=; None where nobody made one, and then nothing can be asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def of_service(cls) -> "Requests":
        """Of the service that we are, by what systemd says of it (systemd.exec(5), RUNTIME_DIRECTORY)."""
        named = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
        return cls(Path(named) if named else None)

    def ask(self, name: str) -> str:
        """Why it could not be asked for; "" if it was."""
        if self._folder is None:
            return "no service manager gave this box a run-time folder"
        try:
            (self._folder / name).touch(mode=0o640)
        except OSError as error:
            return f"{self._folder / name} cannot be written: {error.strerror}"
        return ""

    def is_asked(self, name: str) -> bool:
        return self._folder is not None and (self._folder / name).exists()

    def take_back(self, name: str) -> None:
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / name).unlink()
