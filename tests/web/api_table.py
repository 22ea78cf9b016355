"""Writes the tables of routes and of figures into docs/api.md from the code's own, so that they cannot drift from it.

python -m tests.web.api_table docs/api.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware.web.app import Web
from firmware.web.feed import Feed
from firmware.web.metrics import exposition
from firmware.web.openapi import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

END = "<!-- end of the table -->"
ROUTES = "<!-- written from the operations of firmware/web: make diagrams -->"
FIGURES = "<!-- written from firmware/web/metrics.py: make diagrams -->"

EVERYTHING: dict[str, Any] = {
    "version": "",
    "engine": "",
    "board": "",
    "ready": True,
    "calls": [],
    "lines": [],
    "accounts": [],
    "door": {"dropped": 0},
    "uplinks": [
        {"name": "", "state": ""}
        | dict.fromkeys(("rtt_ms", "loss_percent", "jitter_ms", "r_factor", "month_bytes", "signal_dbm"), 0)
    ],
}
"""A device with everything that a figure is made of."""


def with_tables(text: str) -> str:
    """`text` with each table between its two comments written anew."""
    for begin, rows in ((ROUTES, _routes()), (FIGURES, _figures())):
        written = "\n".join([begin, *rows, END])
        text = re.sub(f"{re.escape(begin)}.*?{re.escape(END)}", lambda _, written=written: written, text, flags=re.DOTALL)
    return text


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each."""
    nowhere = Path("control.sock")
    web = Web(nowhere, Feed(nowhere), (), private=True)
    described: Any = describe(web.operations, "")
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _routes() -> Iterable[str]:
    yield "| method | path | scope | does | takes |"
    yield "|---|---|---|---|---|"
    for method, path, operation in sorted(operations(), key=lambda each: (each[1], each[0])):
        scope = operation.get("x-scope", "-")
        yield f"| {method} | `{path}` | {scope} | {operation['summary']} | {', '.join(_takes(operation))} |"


def _takes(operation: dict[str, Any]) -> Iterable[str]:
    """Fields of the query and of the body; those that must be there in bold."""
    for field in operation.get("parameters", []):
        if field["in"] == "query":
            yield _field(field["name"], required=field["required"])
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        if "properties" not in schema:
            yield f"a file ({media_type})"
        for name in schema.get("properties", {}):
            yield _field(name, required=name in schema["required"])


def _field(name: str, *, required: bool) -> str:
    return f"**{name}**" if required else name


def _figures() -> Iterable[str]:
    yield "| figure | kind | tells |"
    yield "|---|---|---|"
    told = exposition(EVERYTHING, []).decode()
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", told, re.MULTILINE))
    for name, words in re.findall(r"^# HELP (\S+) (.+)$", told, re.MULTILINE):
        yield f"| `{name}` | {kinds[name]} | {words} |"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_tables(page.read_text()))
