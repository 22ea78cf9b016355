"""The door of the page: who may ask, how much may be sent, and what every answer says about itself.

It stands in front of the whole application, so that no route can forget it. It knows no route's meaning; who is signed in is the gate's affair.
"""

import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firmware.web.address import bracketed

BODY_BYTES = 4096
"""What a request may carry where nothing else is said."""

_POLICY_VIOLATION = 1008
"""RFC 6455 section 7.4.1."""

_HEADERS = {
    # Nothing but our own files, no inline script or style, no frame around us (CSP level 3).
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; "
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


Names = Callable[[], Awaitable[Iterable[str]]]

_ASK_AGAIN_S = 10.0


class Guard:
    """`hosts` are the names this page may be called by; a name of somebody else that leads here is DNS rebinding.

    `names` asks for those the settings add; `limits` are the bytes a body may have, by path; `{}` in a path stands for any one part of it.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], names: Names, limits: Mapping[str, int]) -> None:
        self._app = app
        self._names = names
        self._added: frozenset[str] = frozenset()
        self._asked_s = -_ASK_AGAIN_S
        self._hosts = frozenset({"localhost", "127.0.0.1", "[::1]", *_local_names(), *hosts})
        self._limits = [(_as_pattern(path), most) for path, most in limits.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        await self._learn_names(scope)
        refusal = self._refusal(scope)
        if refusal is None:
            body = _Body(receive, self._most(scope["path"]), Headers(scope=scope))
            await self._app(scope, body.receive, _secured(send, body))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": refusal[1]})
        else:
            status, sentence = refusal
            # the rest of what was sent is not worth reading
            answer = JSONResponse({"error": sentence}, status, {"connection": "close"})
            await answer(scope, receive, _secured(send))

    async def _learn_names(self, scope: Scope) -> None:
        """When somebody comes by a name that is not known, and not each time."""
        if self._is_ours(Headers(scope=scope).get("host", "").lower(), scope) or time.monotonic() - self._asked_s < _ASK_AGAIN_S:
            return
        self._asked_s = time.monotonic()
        self._added = frozenset(name.lower() for name in await self._names())

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if not self._is_ours(host, scope):
            return 403, "This page does not go by that name. Open it by the address it listens on."
        if _gives_orders(scope, headers) and not _same_origin(headers, host):
            return 403, "Only this page itself may give orders."
        length, most = headers.get("content-length", "0"), self._most(scope["path"])
        if not length.isdecimal() or int(length) > most:
            return 413, _too_long(most)
        return None

    def _most(self, path: str) -> int:
        return next((most for pattern, most in self._limits if pattern.fullmatch(path)), BODY_BYTES)

    def _is_ours(self, host: str, scope: Scope) -> bool:
        """By a known name, or by the very address the request came in on, which no rebinding can fake."""
        found = _HOST.fullmatch(host)
        if not found:
            return False
        came_in_on = scope.get("server")
        return found[1] in self._hosts | self._added or bool(came_in_on and found[1] == bracketed(came_in_on[0]))


def _same_origin(headers: Headers, host: str) -> bool:
    """Browsers name the origin of every order (Fetch standard); https when a proxy in front of us adds it."""
    return headers.get("origin", "").lower() in {f"http://{host}", f"https://{host}"}


def _gives_orders(scope: Scope, headers: Headers) -> bool:
    """A script names its token instead of an origin; no foreign page can make a browser send that header unasked (Fetch, CORS)."""
    if scope["type"] == "websocket":
        return True
    return scope["method"] not in _SAFE_METHODS and not ("authorization" in headers and "origin" not in headers)


def _too_long(most: int) -> str:
    return f"That is longer than the {most} bytes this page takes."


def _as_pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(path)))


def _local_names() -> Iterable[str]:
    """What this machine calls itself, and the same in multicast DNS (RFC 6762 section 3), which no rebinding reaches."""
    name = socket.gethostname().lower().partition(".")[0]
    return {name, f"{name}.local", "keepline.local"}


class _Body:
    """What comes with one request, counted; `ends` once all of it is here, or its length was told and is bounded by that."""

    def __init__(self, receive: Receive, most: int, headers: Headers) -> None:
        self._receive = receive
        self._most = most
        self._left = most
        self.ends = "transfer-encoding" not in headers

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise HTTPException(413, _too_long(self._most), {"connection": "close"})
            self.ends = self.ends or not message.get("more_body", False)
        return message


def _secured(send: Send, body: _Body | None = None) -> Callable[[Message], Awaitable[None]]:
    """An answer before the end of a body without a length closes the connection: nobody reads the rest, which may have no end."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            if body and not body.ends:
                headers["connection"] = "close"
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return with_headers
