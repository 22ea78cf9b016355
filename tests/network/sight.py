"""Watching the watch: collects what it tells and lets a test await the state it looks for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from firmware.network.watch import NetworkWatch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firmware.network.link_state import LinkState

PATIENCE_S = 20.0


class Sight:
    """A started watch. Use as an async context manager."""

    def __init__(self, *names: str, root: Path | None = None) -> None:
        self.watch = NetworkWatch(names, root)
        self.told: list[LinkState] = []
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.watch.start(self._hear)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.watch.stop()

    def _hear(self, link: LinkState) -> None:
        self.told.append(link)
        self._changed.set()

    async def until(self, holds: Callable[[LinkState], bool], name: str = "eth0") -> LinkState:
        """The link once it is so: told of, not asked for."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self._changed.clear()
                latest = next((each for each in reversed(self.told) if each.name == name), None)
                if latest and holds(latest):
                    return latest
                await self._changed.wait()
