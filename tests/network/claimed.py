"""Routes that follow a watch, as the device keeps them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from firmware.network.routes import Routes
from tests.network.sight import PATIENCE_S, Sight

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from firmware.network.link_state import LinkState


class Claimed:
    """Routes that follow what a watch tells, as the device does it."""

    def __init__(self) -> None:
        self.repairs: list[str] = []
        self._repaired = asyncio.Event()
        self.routes = Routes(self._hear)

    def _hear(self, sentence: str) -> None:
        self.repairs.append(sentence)
        self._repaired.set()

    async def repaired(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._repaired.wait()
        self._repaired.clear()


@asynccontextmanager
async def claimed(*names: str, root: Path | None = None) -> AsyncIterator[tuple[Claimed, Sight]]:
    """Both uplinks with tables of their own, kept up to date by a watch; all removed at the end."""
    held = Claimed()
    held.routes.start()
    sight = Sight(*(names or ("eth0", "wlan0")), root=root)
    told = sight._hear

    def hear(link: LinkState) -> None:
        held.routes.claim(link)
        told(link)

    sight._hear = hear  # type: ignore[method-assign]
    try:
        async with sight:
            yield held, sight
    finally:
        held.routes.release_all()
