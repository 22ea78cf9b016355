"""The pages people see: which there are, in which language, with what of the device on them at once. What a state means stands in words.py.

A page is readable as it comes; what changes afterwards, and every form, is brought by the scripts under static/ through the API.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.catalogue import LANGUAGES, N_, Words, compiled, preferred, words_of
from firmware.web.door import Door
from firmware.web.drawing import draw, part_names
from firmware.web.events import stream
from firmware.web.feed import Feed, Look
from firmware.web.visitor import Visitor

Json = dict[str, Any]

COOKIE = "language"
_A_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True)
class PageKind:
    """`name` is its template and its script too."""

    path: str
    name: str
    title: str


MENU = (
    PageKind("/", "home", N_("Home")),
    PageKind("/calls", "calls", N_("Calls")),
    PageKind("/voicemail", "voicemail", N_("Voicemail")),
    PageKind("/people", "people", N_("Contacts")),
    PageKind("/numbers", "numbers", N_("Numbers")),
    PageKind("/rules", "rules", N_("Call rules")),
    PageKind("/features", "features", N_("Features")),
    PageKind("/line", "line", N_("Telephone line")),
    PageKind("/connections", "connections", N_("Connections")),
    PageKind("/system", "system", N_("System")),
)
_CALL = PageKind("/calls/{call}", "call", N_("One call"))
_LOGIN = PageKind("/login", "login", N_("Sign in"))
_SETUP = PageKind("/setup", "setup", N_("First set-up"))


class Pages:
    """`still_in` says whether a visitor's session goes on, for the stream of events."""

    def __init__(self, door: Door, feed: Feed, still_in: Callable[[Visitor], Awaitable[bool]]) -> None:
        self._door = door
        self._feed = feed
        self._still_in = still_in
        self._shown = {language: functools.partial(_live_parts, words_of(language)) for language in LANGUAGES}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._home),
            *(Route(kind.path, functools.partial(self._plain, kind)) for kind in (*MENU[1:], _CALL)),
            Route("/login", self._login),
            Route("/setup", self._setup),
            Route("/events", self._events),
            Route("/language/{code}", self._choose_language),
            Route("/words/{name}", _send_words),
        ]

    async def _home(self, request: Request) -> Response:
        look = await self._feed.look()
        words = await self._words(request)
        return _page(MENU[0], request, words, parts=parts(look, words))

    async def _plain(self, kind: PageKind, request: Request) -> Response:
        return _page(kind, request, await self._words(request))

    async def _login(self, request: Request) -> Response:
        state = await self._state()
        if state and not state["setup"]["done"]:
            return RedirectResponse("/setup", 303)
        if _visitor(request).known:
            return RedirectResponse("/", 303)
        return _page(_LOGIN, request, await self._words(request), name=state.get("name", "Keepline"))

    async def _setup(self, request: Request) -> Response:
        """While it is not done; afterwards there is nothing to set up here."""
        state = await self._state()
        if state and state["setup"]["done"]:
            return RedirectResponse("/", 303)
        return _page(_SETUP, request, await self._words(request))

    async def _events(self, request: Request) -> Response:
        language = (await self._words(request)).language
        return stream(self._feed, self._shown[language], functools.partial(self._still_in, _visitor(request)))

    async def _choose_language(self, request: Request) -> Response:
        """A link, so that it works without a script; it changes nothing but this browser's own cookie."""
        answer = RedirectResponse(_local(request.query_params.get("then", "/")), 303)
        code = request.path_params["code"]
        if code in LANGUAGES:
            answer.set_cookie(COOKIE, code, max_age=_A_YEAR_S, samesite="strict", secure=request.url.scheme == "https")
        return answer

    async def _words(self, request: Request) -> Words:
        """What this browser chose, else the box's language, else the browser's own while the box is not set up."""
        chosen = request.cookies.get(COOKIE, "")
        if chosen in LANGUAGES:
            return words_of(chosen)
        state = await self._state()
        own = str(state["language"]) if state and state["setup"]["done"] else ""
        asked = preferred(request.headers.get("accept-language", ""))
        return words_of(next((each for each in (own, asked) if each in LANGUAGES), "en"))

    async def _state(self) -> Json:
        """Empty while the device is gone."""
        try:
            found: Json = await self._door.ask("access.state")
        except (DeviceAbsent, OrderRefused):
            return {}
        return found


def parts(look: Look, words: Words) -> dict[str, str]:
    """HTML by the id of the element it stands in; without a device all of it is empty but the sentence that says so."""
    shown = {"health"} if look.trouble else set(part_names())
    drawn = {name: draw(f"parts/{name}.html", words, look=look, status=look.status) for name in shown}
    return dict.fromkeys(part_names(), "") | drawn


def _live_parts(words: Words, look: Look) -> Mapping[str, object]:
    return {**parts(look, words), "phones": look.phones}


def _page(kind: PageKind, request: Request, words: Words, **values: object) -> Response:
    visitor = _visitor(request)
    return HTMLResponse(
        draw(
            f"{kind.name}.html",
            words,
            page=kind,
            menu=MENU,
            languages=LANGUAGES,
            csrf=visitor.csrf,
            session=bool(visitor.session),
            here=request.url.path,
            call=request.path_params.get("call", ""),
            **values,
        )
    )


async def _send_words(request: Request) -> Response:
    found = compiled(request.path_params["name"])
    if found is None:
        return Response("There are no such words.\n", 404, media_type="text/plain")
    body, tag = found
    headers = {"etag": f'"{tag}"', "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _visitor(request: Request) -> Visitor:
    visitor: Visitor = request.scope["visitor"]
    return visitor


def _local(path: str) -> str:
    """Only a path of this page: never another host, however it is written."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"
