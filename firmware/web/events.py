"""Looks at the device as server-sent events (WHATWG HTML section 9.2): everything first, then only what changed, until the visitor's session ends."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from starlette.responses import JSONResponse, Response, StreamingResponse

from firmware.web.feed import Feed, Look

RETRY_MS = 1000
"""How soon a browser comes back when this process was restarted."""

Shown = Callable[[Look], Mapping[str, object]]
StillIn = Callable[[], Awaitable[bool]]


def stream(feed: Feed, shown: Shown, still_in: StillIn) -> Response:
    """`shown` makes the parts of one look; `still_in` is asked before each is sent."""
    if feed.is_full:
        return JSONResponse({"error": "Too many browsers watch this page already; close one of them."}, 503)
    return StreamingResponse(_changes(feed, shown, still_in), media_type="text/event-stream")


def as_data(look: Look) -> Mapping[str, object]:
    """`trouble` is a sentence while there is no device, `status` is null then."""
    return {"trouble": look.trouble, "status": look.status or None, "calls": look.log, "phones": look.phones}


async def _changes(feed: Feed, shown: Shown, still_in: StillIn) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    before: dict[str, object] = {}
    async with contextlib.aclosing(feed.watch()) as looks:
        async for look in looks:
            if not await still_in():
                yield "event: signed-out\ndata: {}\n\n"
                return
            now = dict(look.drawn(shown))
            changed = {name: part for name, part in now.items() if before.get(name, _NEVER) != part}
            before = now
            yield f"data: {json.dumps(changed)}\n\n" if changed else ": still here\n\n"


_NEVER = object()
