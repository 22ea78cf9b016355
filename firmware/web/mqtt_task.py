"""Runs the MQTT link beside the page while the settings name a broker; without one, nothing of it is even loaded. It knows no topic."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.door import Door
from firmware.web.feed import Feed

if TYPE_CHECKING:
    from firmware.mqtt.link import Link

LOOK_AGAIN_S = 15.0
"""How often the settings are asked for whether there is a broker now, or another."""

Json = dict[str, Any]


class MqttTask:
    def __init__(self, feed: Feed, door: Door) -> None:
        self._feed = feed
        self._door = door
        self._watching: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._link: Link | None = None

    def start(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        if self._watching:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    @property
    def standing(self) -> Json:
        """How it stands with the broker; `server` is empty where none is set, `reason` a sentence while it does not hear us."""
        if self._link is None:
            return {"server": "", "connected": False, "reason": ""}
        return {"server": self._link.server, "connected": self._link.connected, "reason": self._link.reason}

    async def _watch(self) -> None:
        settings: Json = {}
        try:
            while True:
                wanted = await self._settings() or settings
                if wanted != settings or (self._running is not None and self._running.done()):
                    # another broker, another name, or none: Home Assistant is to forget this one
                    await self._end(removes=wanted != settings)
                    settings = wanted
                    self._begin(settings)
                await asyncio.sleep(LOOK_AGAIN_S)
        finally:
            await self._end(removes=False)

    async def _settings(self) -> Json | None:
        try:
            found: Json = await self._door.ask("mqtt.settings")
        except (DeviceAbsent, OrderRefused):
            return None
        return found

    def _begin(self, settings: Json) -> None:
        if not settings.get("server"):
            return
        # imported here: most boxes have no broker
        from firmware.mqtt.link import Broker, Link  # noqa: PLC0415

        self._link = Link(Broker(**settings), self._feed.watch, self._door.ask)
        self._running = asyncio.get_running_loop().create_task(self._link.run())

    async def _end(self, *, removes: bool) -> None:
        if self._running is None or self._link is None:
            return
        self._link.removes = removes
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self._running = self._link = None
