"""The box of a scenario: what it tells over its control socket, as anyone may ask, and what befalls it: it stops, is killed, its disk fills."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any, Self

from tests.adapter import KEEPLINE, Adapter, Never
from tests.private_mounts import private_mounts
from tests.scenarios.failed import Failed
from tests.scenarios.place import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.scenarios.place import Place

DISK = "4m"
"""Of which 1 MiB always stays free (docs/voicemail.md): room for some three minutes of messages."""


class Box:
    """The words of `tests.scenarios.words.BOX_FORMS`, as methods. With `small_disk`, its messages lie on a disk of their own that can be filled."""

    def __init__(
        self, folder: Path, settings: str, *, small_disk: bool = False, board: str = "sim", place: Place = LOOPBACK
    ) -> None:
        self._folder, self._settings, self._board = folder, settings, board
        self._messages = folder / "state" / "voicemail"
        self._program = (*place.enter, *(_with_small_disk(self._messages) if small_disk else (KEEPLINE,)))
        self.starts()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.device.__exit__(*why)  # type: ignore[arg-type]

    def starts(self) -> None:
        self.device = Adapter(self._folder, self._settings, program=self._program, board=self._board)

    def stops(self) -> None:
        """SIGTERM, as the service manager does."""
        if code := self.device.stop():
            raise Failed(f"the box ended with {code}, not 0\n{self.device.process.log_tail}")

    def is_killed(self) -> None:
        """As by a power cut."""
        self.device.process.kill()

    def disk_fills(self) -> None:
        """Not a byte more can be written. Only the box sees that disk, so it is reached through the box's own root."""
        ballast = f"/proc/{self.device.process.pid}/root{self._messages}/ballast"
        with open(ballast, "ab", buffering=0) as file:  # noqa: PTH123 (a path of another process)
            size = 1 << 16
            while size:
                try:
                    file.write(os.urandom(size))
                except OSError:
                    size //= 2

    def has_row(self, within_s: float, wanted: str) -> None:
        self._wait(lambda: self._rows(wanted), lambda: f"the call log holds {self.device.calls()[:4]}", within_s)

    def has_no_row(self, wanted: str) -> None:
        if rows := self._rows(wanted):
            raise Failed(f"the call log holds {rows[0]}")

    def status(self, within_s: float, path: str, value: str) -> None:
        shown = lambda: _word(_at(self.device.ask("status"), path.split(".")))  # noqa: E731 - asked again and again
        self._wait(lambda: shown() == value, lambda: f"{path} is {shown()}", within_s)

    def _wait(self, holds: Callable[[], object], seen: Callable[[], str], within_s: float) -> None:
        try:
            self.device.wait(lambda _: holds(), "it", within_s)
        except Never as never:
            raise Failed(seen()) from never

    def _rows(self, wanted: str) -> list[dict[str, Any]]:
        pairs = [word.partition("=") for word in shlex.split(wanted)]
        return [row for row in self.device.calls() if all(_word(row.get(key)) == value for key, _, value in pairs)]


def _with_small_disk(folder: Path) -> Sequence[str | Path]:
    """The device's program with a mount nobody else sees, whose state folder is as private as the device makes it."""
    mount = f'install -d -m 700 "$0" && mount -t tmpfs -o size={DISK},mode=700 keepline-test "$0" && exec "$@"'
    return (*private_mounts(), "sh", "-c", mount, folder, KEEPLINE)


def _at(found: Any, path: list[str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """`lines.1.state`, `accounts.home.state`, `calls`: lists by place from 1, or by the id of their entries; a list alone is its length."""
    for key in path:
        if isinstance(found, list):
            found = next((each for place, each in enumerate(found, 1) if key in {str(place), each.get("id")}), None)
        elif isinstance(found, dict):
            found = found.get(key)
    return len(found) if isinstance(found, list) else found


def _word(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
