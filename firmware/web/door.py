"""The device, as the API asks it: orders over the control socket. It knows no route and no order's meaning."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from firmware.client import PATIENCE_S, AsyncClient


@contextlib.asynccontextmanager
async def connected(socket: Path) -> AsyncIterator[AsyncClient]:
    """A connection of one's own, closed afterwards; raises DeviceAbsent."""
    client = await AsyncClient.connect(socket)
    try:
        yield client
    finally:
        await client.close()


class Door:
    """A connection for each order: it costs a fraction of a millisecond, holds nothing open, and a device that came back is found at once."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    async def ask(self, do: str, /, patience_s: float = PATIENCE_S, **arguments: object) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The order's result; raises DeviceAbsent and OrderRefused."""
        async with connected(self.socket) as client:
            return await client.ask(do, patience_s, **arguments)
