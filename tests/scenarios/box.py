"""What a scenario asks of the box beside the telephone: its call log and its status, over the control socket as anyone may ask."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from tests.adapter import Never
from tests.scenarios.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adapter import Adapter


class Box:
    """The words of `tests.scenarios.words.BOX_FORMS`, as methods."""

    def __init__(self, device: Adapter) -> None:
        self._device = device

    def has_row(self, within_s: float, wanted: str) -> None:
        self._wait(lambda: self._rows(wanted), lambda: f"the call log holds {self._device.calls()[:4]}", within_s)

    def has_no_row(self, wanted: str) -> None:
        if rows := self._rows(wanted):
            raise Failed(f"the call log holds {rows[0]}")

    def status(self, within_s: float, path: str, value: str) -> None:
        shown = lambda: _word(_at(self._device.ask("status"), path.split(".")))  # noqa: E731 - asked again and again
        self._wait(lambda: shown() == value, lambda: f"{path} is {shown()}", within_s)

    def _wait(self, holds: Callable[[], object], seen: Callable[[], str], within_s: float) -> None:
        try:
            self._device.wait(lambda _: holds(), "it", within_s)
        except Never as never:
            raise Failed(seen()) from never

    def _rows(self, wanted: str) -> list[dict[str, Any]]:
        pairs = [word.partition("=") for word in shlex.split(wanted)]
        return [row for row in self._device.calls() if all(_word(row.get(key)) == value for key, _, value in pairs)]


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
