"""The page's routes put together behind the guard. It knows neither the server that runs it nor what a state means."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from firmware.web.feed import Feed
from firmware.web.files import Files
from firmware.web.guard import Guard
from firmware.web.parts import page, parts
from firmware.web.phone import PhoneButtons
from firmware.web.sound import SoundDoor

_RETRY_MS = 1000
"""How soon a browser comes back when this process was restarted."""


def build(socket: Path, feed: Feed, hosts: Iterable[str]) -> ASGIApp:
    """`socket` is the device's control socket, `hosts` the names this page goes by."""

    async def whole_page(_: Request) -> Response:
        return HTMLResponse(page(await feed.look()))

    async def events(_: Request) -> Response:
        if feed.is_full:
            return PlainTextResponse("Too many browsers watch this page already; close one of them.\n", 503)
        return StreamingResponse(_changes(feed), media_type="text/event-stream")

    routes = [
        Route("/", whole_page),
        Route("/events", events),
        Route("/static/{name}", Files().get),
        Route("/phone/{verb}", PhoneButtons(socket).press, methods=["POST"]),
        WebSocketRoute("/phone/sound", SoundDoor(socket).open),
    ]
    return Guard(Starlette(routes=routes), hosts)


async def _changes(feed: Feed) -> AsyncIterator[str]:
    """Server-sent events (WHATWG HTML section 9.2): everything first, then only what changed."""
    yield f"retry: {_RETRY_MS}\n\n"
    shown: dict[str, object] = {}
    async with contextlib.aclosing(feed.watch()) as looks:
        async for look in looks:
            now: dict[str, object] = {**parts(look), "phones": look.phones}
            changed = {name: part for name, part in now.items() if shown.get(name) != part}
            shown = now
            yield f"data: {json.dumps(changed)}\n\n" if changed else ": still here\n\n"
