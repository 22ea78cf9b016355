"""Who comes in: each request gets its visitor, by cookie or token; whoever is nobody reaches only what is open; orders of a browser carry its csrf word.

It stands between the guard and the application, and closes by default: a route that nobody named as open takes somebody who is signed in.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.door import Door
from firmware.web.operation import API
from firmware.web.sessions import Sessions
from firmware.web.visitor import EVERYTHING, NOBODY, How, Visitor, scopes_of
from firmware.web.visitor import Scope as Right

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = frozenset({"/login", "/setup", f"{API}/session", f"{API}/setup/code", f"{API}/openapi.json"})
_OPEN_FOLDERS = ("/static/", "/language/", "/words/")
_BEARER = "bearer "
_POLICY_VIOLATION = 1008
"""RFC 6455 section 7.4.1."""

_DEMO = Visitor(How.DEMO, EVERYTHING, secrets.token_urlsafe(24))


class Gate:
    """`private`: on loopback only, where TLS has nothing to hide from; `demo` lets everybody from there in."""

    def __init__(self, app: ASGIApp, door: Door, sessions: Sessions, *, demo: bool, private: bool) -> None:
        self._app = app
        self._door = door
        self._sessions = sessions
        self._demo = demo
        self._private = private

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        visitor = await self._visitor(scope, headers)
        refusal = await self._refusal(scope, headers, visitor)
        if refusal is None:
            scope["visitor"] = visitor
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await refusal(scope, receive, send)

    # Who it is

    async def _visitor(self, scope: Scope, headers: Headers) -> Visitor:
        authorization = headers.get("authorization", "")
        if authorization.lower().startswith(_BEARER):
            return await self._by_token(authorization[len(_BEARER) :].strip())
        secure = _is_secure(scope)
        word = _cookies(headers).get(cookie_name(secure=secure), "")
        visitor = self._sessions.visitor(word, secure=secure) if word else None
        if visitor is None and self._demo and _is_loopback(scope) and await self._is_simulated():
            return _DEMO
        if visitor is None and scope["path"] == "/metrics" and _is_loopback(scope) and "x-forwarded-for" not in headers:
            return Visitor(How.LOOPBACK, scopes_of("read"))
        return visitor or NOBODY

    async def _by_token(self, word: str) -> Visitor:
        try:
            found = await self._door.ask("access.token_check", word=word[:200])
        except (DeviceAbsent, OrderRefused):
            return NOBODY
        rights = scopes_of(found["scope"])
        return Visitor(How.TOKEN, rights, token=found["id"]) if rights else NOBODY

    async def _is_simulated(self) -> bool:
        """The demo's door is for a simulated telephone only; it must not open a real one. While there is no device there is nothing to open."""
        try:
            return bool((await self._door.ask("status"))["board"] == "sim")
        except (DeviceAbsent, OrderRefused):
            return True

    # What stands against it

    async def _refusal(self, scope: Scope, headers: Headers, visitor: Visitor) -> Response | None:
        if not self._private and not _is_secure(scope) and await self._is_set_up():
            return _over_tls(scope, headers)
        if not visitor.known and not _is_open(scope["path"]):
            return await self._sign_in_first(scope)
        if scope["path"].startswith("/phone/") and not visitor.may(Right.CALL):
            return _refused("This takes the right to call.", 403)
        if scope["type"] == "websocket":
            return None
        if visitor.csrf and scope["method"] not in _SAFE_METHODS and not _is_ours(headers, visitor):
            return _refused("This order does not come from this page; load the page again.", 403)
        return None

    async def _sign_in_first(self, scope: Scope) -> Response:
        if _is_machine(scope["path"]) or scope.get("method", "GET") not in _SAFE_METHODS:
            return _refused("Please sign in first.", 401)
        return RedirectResponse("/login" if await self._is_set_up() else "/setup", 303)

    async def _is_set_up(self) -> bool:
        """Asked anew each time, since a factory reset undoes it; while the device is gone nobody knows, and the door stays closed."""
        try:
            return bool((await self._door.ask("access.state"))["setup"]["done"])
        except (DeviceAbsent, OrderRefused):
            return True


def cookie_name(*, secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to TLS (RFC 6265bis section 4.1.3.2), so that one set without TLS is another one."""
    return "__Host-keepline" if secure else "keepline"


def _cookies(headers: Headers) -> Mapping[str, str]:
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_FOLDERS)


def _is_machine(path: str) -> bool:
    """Whether the asker is a script, to whom a page to sign in says nothing."""
    return path.startswith((API, "/events", "/metrics", "/phone/"))


def _is_ours(headers: Headers, visitor: Visitor) -> bool:
    return hmac.compare_digest(headers.get("x-csrf-token", "").encode(), visitor.csrf.encode())


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in {"https", "wss"}


def _is_loopback(scope: Scope) -> bool:
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _over_tls(scope: Scope, headers: Headers) -> Response:
    if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
        query = f"?{scope['query_string'].decode('latin-1')}" if scope.get("query_string") else ""
        return RedirectResponse(f"https://{headers.get('host', '')}{scope['path']}{query}", 307)
    return _refused("Open this page over https.", 403)


def _refused(sentence: str, status: int) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)
