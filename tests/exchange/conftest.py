"""A stage whose acts are told one after the other, so that a test can do between them what no telephone can."""

from __future__ import annotations

import tomllib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.scenarios import settings
from tests.scenarios.stage import Stage
from tests.scenarios.words import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.adapter import Adapter


class Acts:
    """Steps in telephone words, one a line, for the far ends of `first`, whose SETTINGS are the box's."""

    def __init__(self, folder: Path, first: str, running: ExitStack) -> None:
        self._folder = folder
        self._peers = next(line for line in first.splitlines() if line.startswith("PEERS"))
        self._stage = running.enter_context(Stage(folder / "stage", self._read(first)))
        self._stage.play()

    @property
    def device(self) -> Adapter:
        return self._stage.box.device

    def then(self, text: str) -> None:
        self._stage.go_on(self._read(f"{self._peers}\n{text}"))

    def reload(self, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Change the settings file as its owner would, and have it read again."""
        tables = tomllib.loads(self.device.settings.read_text())
        change(tables)
        self.device.settings.write_text(settings.toml(tables))
        answer: dict[str, Any] = self.device.ask("reload")
        return answer

    def _read(self, text: str) -> Any:  # noqa: ANN401 (the reader's)
        path = self._folder / "acts.call"
        path.write_text(text)
        return read(path)


@pytest.fixture
def acts(tmp_path: Path) -> Iterator[Callable[[str], Acts]]:
    with ExitStack() as running:
        yield lambda first: Acts(tmp_path, first, running)
