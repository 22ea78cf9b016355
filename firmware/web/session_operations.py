"""Signing in and out, the first set-up, the password. The device judges every word; the cookie's making stands here. Knows no page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from firmware.web.door import Door
from firmware.web.errors import SignInFirst, WaitFirst
from firmware.web.fields import Field
from firmware.web.gate import cookie_name
from firmware.web.operation import Asked, Operation
from firmware.web.sessions import LONGEST_S, Sessions
from firmware.web.visitor import How, Scope

_PATIENCE_S = 30.0
"""Hashing takes a second on a small board, and logins wait for each other."""

_PASSWORD = Field("password", str, "The page's password.", required=True, longest=256, secret=True)


@dataclass(frozen=True)
class SessionOperations:
    door: Door
    sessions: Sessions

    def operations(self) -> Iterable[Operation]:
        yield Operation("GET", "/session", "Who you are here, and how far the set-up is.", None, self.look)
        yield Operation("POST", "/session", "Sign in.", None, self.sign_in, (_PASSWORD,))
        yield Operation("DELETE", "/session", "Sign out.", None, self.sign_out)
        code = Field("code", str, "The code on the label.", required=True, longest=64)
        yield Operation(
            "POST", "/setup/code", "Begin the first set-up with the code on the label.", None, self.begin_setup, (code,)
        )
        step = Field("step", str, "Where the set-up goes on; done ends it.", required=True, longest=32)
        yield Operation("POST", "/setup/step", "Note how far the set-up is.", Scope.ADMIN, self.take_step, (step,))
        fields = (
            Field("new", str, "The new password, at least 8 characters.", required=True, longest=256),
            Field("old", str, "The present one, once there is one.", longest=256),
        )
        yield Operation(
            "POST", "/password", "Set the page's password; all other sessions end.", Scope.ADMIN, self.set_password, fields
        )

    async def look(self, asked: Asked) -> Response:
        state = await self.door.ask("access.state")
        visitor = asked.visitor
        known = {
            "signed_in": visitor.known,
            "how": visitor.how.value,
            "scopes": sorted(scope.value for scope in visitor.scopes),
            "csrf": visitor.csrf,
        }
        return JSONResponse(known | {"setup": state["setup"], "name": state["name"], "language": state["language"]})

    async def sign_in(self, asked: Asked) -> Response:
        judged = await self.door.ask("access.login", _PATIENCE_S, password=asked.given["password"], address=asked.address)
        return await self._begin(asked, How.SESSION, judged)

    async def begin_setup(self, asked: Asked) -> Response:
        judged = await self.door.ask("access.setup_code", _PATIENCE_S, code=asked.given["code"], address=asked.address)
        return await self._begin(asked, How.SETUP, judged)

    async def sign_out(self, asked: Asked) -> Response:
        self.sessions.end(asked.visitor.session)
        answer = JSONResponse({})
        answer.delete_cookie(cookie_name(secure=asked.secure), secure=asked.secure, httponly=True, samesite="strict")
        return answer

    async def take_step(self, asked: Asked) -> Response:
        return JSONResponse(await self.door.ask("access.setup_step", step=asked.given["step"]))

    async def set_password(self, asked: Asked) -> Response:
        judged = await self.door.ask("access.set_password", _PATIENCE_S, address=asked.address, **asked.given)
        _refuse(judged)
        self.sessions.end_all_but(asked.visitor.session)
        return JSONResponse({})

    async def _begin(self, asked: Asked, how: How, judged: dict[str, Any]) -> Response:
        """A new word with every sign-in, so that one planted before is worth nothing."""
        _refuse(judged)
        self.sessions.end(asked.visitor.session)
        word = self.sessions.begin(how, secure=asked.secure)
        visitor = self.sessions.visitor(word, secure=asked.secure)
        answer = JSONResponse({"csrf": visitor.csrf if visitor else ""})
        answer.set_cookie(
            cookie_name(secure=asked.secure), word, max_age=LONGEST_S, secure=asked.secure, httponly=True, samesite="strict"
        )
        return answer


def _refuse(judged: dict[str, Any]) -> None:
    if judged["wait_s"]:
        raise WaitFirst(judged["reason"], judged["wait_s"])
    if not judged["ok"]:
        raise SignInFirst(judged["reason"], 403)
