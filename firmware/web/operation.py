"""One operation of the API: its place, its rights, its fields, and what answers it. Most are one order of the device and nothing else.

It turns every refusal into one JSON object with a sentence. It knows no operation's meaning.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from firmware.client import PATIENCE_S, DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.door import Door
from firmware.web.errors import NotFound, SignInFirst, Unclear, WaitFirst
from firmware.web.fields import Field, Place, read_body, read_query
from firmware.web.visitor import NOBODY, Scope, Visitor

BODY_BYTES = 4096
SETTINGS_BYTES = 512 * 1024
FILE_BYTES = 5 * 1024 * 1024
"""The control socket takes lines of 8 MiB, and base64 makes a third more of it."""

API = "/api/v1"


@dataclass(frozen=True)
class Asked:
    """One request, read: the fields by name, the raw body of an upload, who asks and from where."""

    given: Mapping[str, Any]
    content: bytes
    visitor: Visitor
    address: str
    secure: bool


_STATUSES: Mapping[type[Exception], HTTPStatus] = {
    Unclear: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    OrderRefused: HTTPStatus.CONFLICT,
    DeviceAbsent: HTTPStatus.SERVICE_UNAVAILABLE,
}

Run = Callable[[Asked], Awaitable[Response]]


@dataclass(frozen=True)
class Operation:
    """`scope` None: open to everybody. `upload` is the media type of a body that is a file; `answers` that of the answer."""

    method: str
    path: str
    summary: str
    scope: Scope | None
    run: Run
    fields: tuple[Field, ...] = ()
    answers: str = "application/json"
    upload: str = ""
    most_bytes: int = BODY_BYTES

    @property
    def name(self) -> str:
        """Its operationId."""
        words = self.path.replace("{", "").replace("}", "").replace("-", "/").replace(".", "/").strip("/").split("/")
        return "_".join([self.method.lower(), *words])

    async def answer(self, request: Request) -> Response:
        """The route's endpoint."""
        try:
            return await self.run(await self._read(request))
        except WaitFirst as problem:
            return refusal(problem, HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": str(problem.wait_s)})
        except SignInFirst as problem:
            return refusal(problem, problem.status)
        except tuple(_STATUSES) as problem:
            return refusal(problem, _STATUSES[type(problem)])

    async def _read(self, request: Request) -> Asked:
        visitor: Visitor = request.scope.get("visitor", NOBODY)
        self._admit(visitor)
        given = read_query(self.fields, Place.PATH, request.path_params.items())
        given |= read_query(self.fields, Place.QUERY, request.query_params.items())
        content = await request.body() if self.method != "GET" else b""
        if not self.upload:
            _check_type(request, "application/json", content)
            given |= read_body(self.fields, content)
        elif content:
            _check_type(request, self.upload, content)
        address = request.client.host if request.client else ""
        return Asked(given, content, visitor, address, request.url.scheme == "https")

    def _admit(self, visitor: Visitor) -> None:
        if self.scope is None or visitor.may(self.scope):
            return
        if visitor.known:
            raise SignInFirst(f"This takes the right to {self.scope.value}, which you do not have here.", 403)
        raise SignInFirst("Please sign in first.")


def _check_type(request: Request, wanted: str, content: bytes) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content and given != wanted:
        raise Unclear(f"The body must be of type {wanted}.")


def refusal(problem: object, status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    sentence = str(problem)
    return JSONResponse({"error": sentence[:1].upper() + sentence[1:]}, status, dict(headers or {}))


def order(door: Door, do: str, patience_s: float = PATIENCE_S) -> Run:
    """An operation that is just this order of the device: the fields are its arguments, its result is the answer."""

    async def run(asked: Asked) -> Response:
        return JSONResponse(await door.ask(do, patience_s, **arguments_of(asked)))

    return run


def arguments_of(asked: Asked) -> dict[str, object]:
    """The fields as the control protocol takes them, which knows no objects: those become JSON text."""
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in asked.given.items()}
