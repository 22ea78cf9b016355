"""Sound in the browser: what the receiver hears goes out, what the microphone takes comes in; 8 kHz 16-bit samples in binary messages.

It moves samples and looks at none. The browser brings them to its own rate.
"""

import asyncio
import base64
import contextlib
from pathlib import Path

from starlette.websockets import WebSocket, WebSocketDisconnect

from firmware.client import AsyncClient, DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.door import connected

BYTES_A_MS = 16
MOST_UNSAID_MS = 300
"""A microphone this far ahead of the line is cut: late speech is worse than lost speech."""

LEAD_MS = 60
"""Silence said before the first piece, so that the next piece is there before the line has run dry."""

LONGEST_PIECE_MS = 100
_TRY_AGAIN = 1013
"""The WebSocket close codes' registry (IANA): try again later."""


class SoundDoor:
    """`/phone/sound?line=1`."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def open(self, browser: WebSocket) -> None:
        await browser.accept()
        line = 2 if browser.query_params.get("line") == "2" else 1
        try:
            async with connected(self._socket) as client:
                await client.ask("phone.listen", line=line)
                await _join(browser, client, line)
            sentence = "the device stopped"
        except (DeviceAbsent, OrderRefused) as problem:
            sentence = str(problem)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the browser left first
            await browser.close(_TRY_AGAIN, sentence.encode()[:120].decode(errors="ignore"))


async def _join(browser: WebSocket, client: AsyncClient, line: int) -> None:
    """Until one side leaves."""
    ways = [asyncio.create_task(_hear(browser, client)), asyncio.create_task(_speak(browser, Mouthpiece(client, line)))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _hear(browser: WebSocket, client: AsyncClient) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        async for event in client.events():
            if event["event"] == "sound":
                await browser.send_bytes(base64.b64decode(event["pcm"]))


async def _speak(browser: WebSocket, mouthpiece: "Mouthpiece") -> None:
    with contextlib.suppress(WebSocketDisconnect, KeyError):  # KeyError: a text message, which nobody sends
        try:
            while True:
                mouthpiece.take(await browser.receive_bytes())
        finally:
            mouthpiece.close()


class Mouthpiece:
    """Says piece after piece without waiting for each, and keeps count of what is not out yet."""

    def __init__(self, client: AsyncClient, line: int) -> None:
        self._client = client
        self._line = line
        self._unsaid_ms = 0.0
        self._saying: set[asyncio.Task[None]] = set()

    def take(self, pcm: bytes) -> None:
        """A piece too long, torn or too early is dropped."""
        piece_ms = len(pcm) / BYTES_A_MS
        if not pcm or len(pcm) % 2 or piece_ms > LONGEST_PIECE_MS or self._unsaid_ms + piece_ms > MOST_UNSAID_MS:
            return
        lead_ms = 0 if self._saying else LEAD_MS
        self._unsaid_ms += lead_ms + piece_ms
        task = asyncio.create_task(self._say(bytes(lead_ms * BYTES_A_MS) + pcm))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    def close(self) -> None:
        for task in self._saying:
            task.cancel()

    async def _say(self, pcm: bytes) -> None:
        try:
            # refused when the handset lies on its hook: then nobody speaks
            with contextlib.suppress(OrderRefused, DeviceAbsent):
                await self._client.ask("phone.say", pcm=base64.b64encode(pcm).decode("ascii"), line=self._line)
        finally:
            self._unsaid_ms -= len(pcm) / BYTES_A_MS
