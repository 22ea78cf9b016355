"""The door of the page: who may ask, how much may be sent, and what every answer says about itself.

It stands in front of the whole application, so that no route can forget it. It knows no route. Passwords and sessions are later work.
"""

import re
from collections.abc import Awaitable, Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firmware.web.address import bracketed

BODY_BYTES = 4096
"""No form of this page is longer."""

_POLICY_VIOLATION = 1008
"""RFC 6455 section 7.4.1."""

_HEADERS = {
    # Nothing but our own files, no inline script or style, no frame around us (CSP level 3).
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?")


class Guard:
    """`hosts` are the names this page may be called by; a name of somebody else that leads here is DNS rebinding."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset({"localhost", "127.0.0.1", "[::1]", *hosts})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, _limited(receive), _secured(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": refusal[1]})
        else:
            status, sentence = refusal
            await PlainTextResponse(sentence + "\n", status)(scope, receive, _secured(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if not self._is_ours(host, scope):
            return 403, "This page does not go by that name. Open it by the address it listens on."
        if (scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS) and not _same_origin(headers, host):
            return 403, "Only this page itself may give orders."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            return 413, f"That is longer than the {BODY_BYTES} bytes this page takes."
        return None

    def _is_ours(self, host: str, scope: Scope) -> bool:
        """By a known name, or by the very address the request came in on, which no rebinding can fake."""
        found = _HOST.fullmatch(host)
        if not found:
            return False
        came_in_on = scope.get("server")
        return found[1] in self._hosts or bool(came_in_on and found[1] == bracketed(came_in_on[0]))


def _same_origin(headers: Headers, host: str) -> bool:
    """Browsers name the origin of every order (Fetch standard); https when a proxy in front of us adds it."""
    return headers.get("origin", "").lower() in {f"http://{host}", f"https://{host}"}


def _limited(receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Count a body that came without its length."""
    left = BODY_BYTES

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"That is longer than the {BODY_BYTES} bytes this page takes.")
        return message

    return counted


def _secured(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return with_headers
