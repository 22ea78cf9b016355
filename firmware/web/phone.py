"""The simulated telephone's buttons: each POST becomes one order on the control socket. It knows no meaning of an order."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse

from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.door import connected

_ARGUMENTS = {
    "lift": frozenset({"line"}),
    "replace": frozenset({"line"}),
    "flash": frozenset({"line"}),
    "dial": frozenset({"line", "digits", "pulse"}),
}
_PATIENCE_S = 60.0
"""Pulses take over a second each."""


class PhoneButtons:
    """`POST /phone/VERB` with a JSON object; answers the telephone's state, or `{"error": "one sentence"}`."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def press(self, request: Request) -> JSONResponse:
        verb = request.path_params["verb"]
        try:
            arguments = await _arguments(request, verb)
            async with connected(self._socket) as client:
                return JSONResponse(await client.ask(f"phone.{verb}", _PATIENCE_S, **arguments))
        except _Unclear as problem:
            return _error(str(problem), 400)
        except OrderRefused as problem:
            return _error(str(problem), 409)
        except DeviceAbsent as problem:
            return _error(str(problem), 503)


class _Unclear(Exception):
    """The browser sent what this page would not."""


async def _arguments(request: Request, verb: str) -> dict[str, object]:
    if verb not in _ARGUMENTS:
        raise _Unclear(f"There is no such button; there are: {', '.join(_ARGUMENTS)}.")
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise _Unclear("The order must be of type application/json.")
    try:
        given = await request.json()
    except (ValueError, RecursionError) as error:
        raise _Unclear("The order is not JSON.") from error
    if not isinstance(given, dict) or not given.keys() <= _ARGUMENTS[verb]:
        raise _Unclear(f"{verb} takes an object with: {', '.join(sorted(_ARGUMENTS[verb]))}.")
    return given


def _error(sentence: str, status: int) -> JSONResponse:
    return JSONResponse({"error": sentence[:1].upper() + sentence[1:]}, status)
