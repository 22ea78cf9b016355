"""The page's routes put together behind the guard and the gate. It knows neither the server that runs it nor what a state means."""

import functools
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from firmware import VERSION
from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.call_operations import CallOperations
from firmware.web.door import Door
from firmware.web.events import as_data, stream
from firmware.web.feed import Feed
from firmware.web.file_operations import FileOperations
from firmware.web.files import Files
from firmware.web.gate import Gate
from firmware.web.guard import Guard
from firmware.web.line_operations import trying
from firmware.web.mqtt_task import MqttTask
from firmware.web.openapi import describe
from firmware.web.operation import API, BODY_BYTES, Asked, Operation, refusal
from firmware.web.operations import administering, calling, connecting, reading
from firmware.web.pages import Pages
from firmware.web.phone import PhoneButtons
from firmware.web.session_operations import SessionOperations
from firmware.web.sessions import Sessions
from firmware.web.sound import SoundDoor
from firmware.web.visitor import Scope, Visitor

_LEAST_ZIPPED = 1000
_METRIC_CALLS = 1000


class Web:
    """Everything that answers. `socket` is the device's control socket, `hosts` the names this page goes by; `private`: on loopback only."""

    def __init__(self, socket: Path, feed: Feed, hosts: Iterable[str], *, private: bool, demo: bool = False) -> None:
        self.door = Door(socket)
        self.feed = feed
        self.sessions = Sessions(time.monotonic)
        self.mqtt = MqttTask(feed, self.door)
        self.operations = self._operations()
        starlette = Starlette(routes=self._routes(socket), exception_handlers={HTTPException: _told})
        gate = Gate(GZipMiddleware(starlette, _LEAST_ZIPPED), self.door, self.sessions, demo=demo, private=private)
        self.asgi = Guard(gate, hosts, self._names, self._limits())

    def _operations(self) -> tuple[Operation, ...]:
        door = self.door
        return (
            *SessionOperations(door, self.sessions).operations(),
            *reading(door),
            *calling(door),
            *trying(door),
            *CallOperations(door).operations(),
            *FileOperations(door).operations(),
            *connecting(door),
            Operation("GET", "/events", "What changes, as it happens.", Scope.READ, self._events, answers="text/event-stream"),
            Operation("GET", "/mqtt", "Whether the MQTT broker hears us, and why not.", Scope.READ, self._mqtt),
            *administering(door),
        )

    async def _names(self) -> Iterable[str]:
        try:
            names: list[str] = (await self.door.ask("access.state"))["names"]
        except (DeviceAbsent, OrderRefused):
            return ()
        return names

    def _limits(self) -> Mapping[str, int]:
        return {f"{API}{each.path}": each.most_bytes for each in self.operations if each.most_bytes > BODY_BYTES}

    def _routes(self, socket: Path) -> list[BaseRoute]:
        return [
            *(Route(f"{API}{each.path}", each.answer, methods=[each.method]) for each in self.operations),
            Route(f"{API}/openapi.json", self._openapi),
            Route("/metrics", self._metrics),
            *Pages(self.door, self.feed, self._is_in).routes(),
            Route("/static/{name}", Files().get),
            Route("/phone/{verb}", PhoneButtons(socket).press, methods=["POST"]),
            WebSocketRoute("/phone/sound", SoundDoor(socket).open),
        ]

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(self._description)

    @functools.cached_property
    def _description(self) -> dict[str, object]:
        return describe(self.operations, VERSION)

    async def _events(self, asked: Asked) -> Response:
        return stream(self.feed, as_data, functools.partial(self._is_in, asked.visitor))

    async def _is_in(self, visitor: Visitor) -> bool:
        """Watching is no sign of life: a page left open must not keep its session for ever. A token may have been revoked meanwhile."""
        if visitor.token:
            return await self._is_kept(visitor.token)
        return not visitor.session or self.sessions.visitor(visitor.session, secure=visitor.secure, used=False) is not None

    async def _is_kept(self, token: str) -> bool:
        try:
            return any(each["id"] == token for each in await self.door.ask("access.tokens"))
        except (DeviceAbsent, OrderRefused):
            return True  # there is no device to look at either

    async def _mqtt(self, _: Asked) -> Response:
        return JSONResponse(self.mqtt.standing)

    async def _metrics(self, _: Request) -> Response:
        # imported at the first look: most boxes are never asked
        from firmware.web.metrics import MEDIA_TYPE, exposition  # noqa: PLC0415

        try:
            status, calls = await self.door.ask("status"), await self.door.ask("calls", limit=_METRIC_CALLS)
        except DeviceAbsent:
            status, calls = None, []
        return Response(exposition(status, calls), headers={"content-type": MEDIA_TYPE})


async def _told(_: Request, problem: Exception) -> Response:
    """What the framework itself refuses, in the shape of all refusals."""
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for it only
    return refusal(problem.detail, problem.status_code, problem.headers)
