"""The device as the page sees it: one connection to the control socket for all browsers, open only while somebody watches.

Every event of the device leads to one fresh look; browsers get the newest look and never more than they can take. It knows no HTML.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware.client import AsyncClient, DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.door import connected

CALLS_SHOWN = 10
MOST_WATCHERS = 100

STILL_HERE_S = 25.0
"""Proxies close what is silent for a minute; a browser that left without a word is noticed too."""

RETRY_S = 0.5
"""How often a device that is not there is looked for, while somebody watches."""

BELL_S = 0.25
"""The simulated bell and its caller display announce nothing on the socket: while it rings they are looked at this often."""

CALL_S = 2.0
"""How a call sounds changes without an event: while there is one it is looked at this often."""


@dataclass(frozen=True)
class Look:
    """`trouble` is a sentence when there is no device; `phones` are the simulated telephones, none on a real board."""

    trouble: str = ""
    status: dict[str, Any] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    phones: list[dict[str, Any]] = field(default_factory=list)

    _drawn: dict[object, Mapping[str, object]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def look_again_s(self) -> float | None:
        """How soon something may have changed without an event."""
        if any(phone["ringing"] or "ringing" in {phone["state"], phone.get("ring_test")} for phone in self.phones):
            return BELL_S
        return CALL_S if self.status.get("calls") else None

    def drawn(self, shown: Callable[["Look"], Mapping[str, object]]) -> Mapping[str, object]:
        """`shown` of this look, made once for all who watch."""
        if shown not in self._drawn:
            self._drawn[shown] = shown(self)
        return self._drawn[shown]


class Feed:
    """`socket` is the control socket's path."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._watchers: dict[asyncio.Event, None] = {}
        self._latest: Look | None = None
        self._following: asyncio.Task[None] | None = None
        self._closed = False

    async def look(self) -> Look:
        """The device now."""
        try:
            async with connected(self._socket) as client:
                return await _look(client)
        except (DeviceAbsent, OrderRefused) as problem:
            return Look(trouble=str(problem))

    @property
    def is_full(self) -> bool:
        return len(self._watchers) >= MOST_WATCHERS

    async def watch(self) -> AsyncGenerator[Look, None]:
        """A look at once, then one after every event, and the same again now and then, until the feed is closed."""
        changed = asyncio.Event()
        self._watchers[changed] = None
        self._begin(changed)
        try:
            while not self._closed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), STILL_HERE_S)
                changed.clear()
                if self._latest and not self._closed:
                    yield self._latest
        finally:
            self._watchers.pop(changed)
            self._end_if_alone()

    def close(self) -> None:
        """Every watcher's stream ends."""
        self._closed = True
        self._wake()

    def _begin(self, changed: asyncio.Event) -> None:
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow())
        elif self._latest:
            changed.set()

    def _end_if_alone(self) -> None:
        if not self._watchers and self._following:
            self._following.cancel()
            self._following, self._latest = None, None

    def _wake(self) -> None:
        for changed in self._watchers:
            changed.set()

    def _show(self, look: Look) -> None:
        if look != self._latest:
            self._latest = look
            self._wake()

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_connected()
            except (DeviceAbsent, OrderRefused) as problem:
                self._show(Look(trouble=str(problem)))
            await asyncio.sleep(RETRY_S)

    async def _follow_connected(self) -> None:
        """Until the connection ends, and then it raises DeviceAbsent."""
        async with connected(self._socket) as client:
            await client.ask("watch")
            news = asyncio.Event()
            async with _beside(_note(client, news)) as noting:
                while not noting.done():
                    news.clear()
                    look = await _look(client)
                    self._show(look)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), look.look_again_s)
        raise DeviceAbsent("the device stopped")


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()


async def _note(client: AsyncClient, news: asyncio.Event) -> None:
    """Many events at once need one look only."""
    async for _ in client.events():
        news.set()
    news.set()


async def _look(client: AsyncClient) -> Look:
    status, log = await asyncio.gather(client.ask("status"), client.ask("calls", limit=CALLS_SHOWN))
    lines = status["lines"] if status["board"] == "sim" else []
    phones = await asyncio.gather(*(client.ask("phone.state", line=line["line"]) for line in lines))
    return Look("", status, log, [line | phone for line, phone in zip(lines, phones, strict=True)])
