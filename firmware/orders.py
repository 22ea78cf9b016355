"""The control protocol's words: what an order is, which arguments it takes, what is wrong with one. Pure; knows no socket and no meaning.

An order is an async function with keyword parameters of the types str, int, float and bool; its signature is what arguments are checked against.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

VERSION = 1
LONGEST_LINE_BYTES = 8 * 1024 * 1024

Handler = Callable[..., Awaitable[object]]
"""Returns what JSON can carry; an AsyncIterator of events instead turns the connection into their stream."""

_ENVELOPE = frozenset({"v", "id", "do"})
_TYPE_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class OrderRefused(Exception):
    """The order cannot be carried out: show the sentence. Handlers raise it, clients raise it again."""


@dataclass(frozen=True)
class Request:
    """One line of a client. `id` comes back in the answer; None where the line had none that can."""

    id: int | str | None
    do: str
    arguments: Mapping[str, object]


class RequestWrong(OrderRefused):
    """The line is no order; `id` is set where it could be read."""

    def __init__(self, sentence: str, request_id: int | str | None = None) -> None:
        super().__init__(sentence)
        self.id = request_id


@dataclass(frozen=True)
class Parameter:
    type: type
    required: bool


@dataclass(frozen=True)
class Order:
    do: str
    handler: Handler
    parameters: Mapping[str, Parameter]


def read_request(line: bytes) -> Request:
    """Take one line apart; raises RequestWrong."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RequestWrong("the line is not JSON; an order is one JSON object a line") from error
    if not isinstance(data, dict):
        raise RequestWrong('an order is a JSON object such as {"v": 1, "id": 1, "do": "status"}')
    request_id = data.get("id")
    if isinstance(request_id, bool) or not isinstance(request_id, int | str | None):
        raise RequestWrong("id must be a whole number or text")
    if data.get("v", VERSION) != VERSION:
        raise RequestWrong(f"this device speaks version {VERSION} of the control protocol", request_id)
    do = data.get("do")
    if not isinstance(do, str):
        raise RequestWrong('"do" is missing; it names the order', request_id)
    return Request(request_id, do, {name: value for name, value in data.items() if name not in _ENVELOPE})


def read_orders(handlers: Mapping[str, Handler]) -> dict[str, Order]:
    return {do: Order(do, handler, _parameters(handler)) for do, handler in handlers.items()}


def check_arguments(order: Order, given: Mapping[str, object]) -> dict[str, object]:
    """The arguments for the order's handler; raises OrderRefused. null stands for "as if not given"."""
    present = {name: value for name, value in given.items() if value is not None}
    for name in present:
        if name not in order.parameters:
            names = ", ".join(order.parameters) or "none"
            raise OrderRefused(f"{order.do} takes no {shown(name)}; its arguments: {names}")
    for name, parameter in order.parameters.items():
        if name not in present and parameter.required:
            raise OrderRefused(f"{order.do} needs {name} ({_TYPE_WORDS[parameter.type]})")
        if name in present and not _fits(parameter.type, present[name]):
            raise OrderRefused(f"{order.do}: {name} must be {_TYPE_WORDS[parameter.type]}, not {shown(present[name])}")
    return present


def shown(value: object) -> str:
    """A client's value inside a sentence: short and in ASCII."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _parameters(handler: Handler) -> dict[str, Parameter]:
    hints = get_type_hints(handler if inspect.isroutine(handler) else type(handler).__call__)
    return {
        name: Parameter(_plain(hints[name]), parameter.default is inspect.Parameter.empty)
        for name, parameter in inspect.signature(handler).parameters.items()
    }


def _plain(hint: Any) -> type:  # noqa: ANN401 - a type expression
    """The one JSON type in `hint`, which may be `T | None`."""
    for kind in _TYPE_WORDS:
        if hint in (kind, kind | None):
            return kind
    raise TypeError(f"an order's parameter cannot be of type {hint}")


def _fits(kind: type, value: object) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)
