"""Calls that were: searched, filtered, as CSV for a spreadsheet, and the evidence of one. It knows no page."""

import base64
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from firmware.web.door import Door
from firmware.web.errors import NotFound
from firmware.web.fields import Field, Place
from firmware.web.operation import Asked, Operation
from firmware.web.visitor import Scope

Json = dict[str, Any]

_MOST = 10_000
_CALL = Field("call", str, "The call's id in the log.", Place.PATH, longest=64)
_FIELDS = (
    Field("limit", int, "At most so many, the newest.", Place.QUERY, least=1, most=_MOST),
    Field("search", str, "A part of the number, the name or the reason.", Place.QUERY, longest=64),
    Field("direction", str, "Only these.", Place.QUERY, choices=("in", "out")),
    Field("outcome", str, "Only these, such as missed.", Place.QUERY, longest=32),
    Field("line", int, "Only of this line.", Place.QUERY, least=1, most=2),
)
_COLUMNS = (
    "started_at",
    "direction",
    "line",
    "account",
    "number",
    "name",
    "outcome",
    "reason",
    "status",
    "ring_s",
    "talk_s",
    "codec",
)
_FIGURES = ("loss_percent", "jitter_ms", "rtt_ms")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class CallOperations:
    door: Door

    def operations(self) -> Iterable[Operation]:
        yield Operation("GET", "/calls", "The call log, newest first.", Scope.READ, self.log, _FIELDS)
        yield Operation("GET", "/calls.csv", "The same for a spreadsheet.", Scope.READ, self.as_csv, _FIELDS, answers="text/csv")
        yield Operation("GET", "/calls/{call}", "One call of the log.", Scope.READ, self.one, (_CALL,))
        yield Operation(
            "GET",
            "/calls/{call}/evidence",
            "What happened in one call: SIP, RTP figures and events on one clock, secrets removed.",
            Scope.READ,
            self.evidence,
            (_CALL,),
        )
        yield Operation(
            "GET",
            "/calls/{call}/evidence.pcap",
            "Its SIP messages for Wireshark, secrets removed.",
            Scope.READ,
            self.pcap,
            (_CALL,),
            answers="application/vnd.tcpdump.pcap",
        )

    async def log(self, asked: Asked) -> Response:
        return JSONResponse(await self._rows(asked))

    async def as_csv(self, asked: Asked) -> Response:
        return attachment(_csv(await self._rows(asked)).encode(), "text/csv", "calls.csv")

    async def one(self, asked: Asked) -> Response:
        row = await self.door.ask("calls.show", call=asked.given["call"])
        if row is None:
            raise NotFound("This call is not in the log.")
        return JSONResponse(row)

    async def evidence(self, asked: Asked) -> Response:
        return JSONResponse(await self._evidence(asked, pcap=False))

    async def pcap(self, asked: Asked) -> Response:
        found = await self._evidence(asked, pcap=True)
        return attachment(base64.b64decode(found["pcap"]), "application/vnd.tcpdump.pcap", "call.pcap")

    async def _evidence(self, asked: Asked, *, pcap: bool) -> Json:
        found: Json | None = await self.door.ask("evidence.show", call=asked.given["call"], pcap=pcap)
        if found is None:
            raise NotFound("The evidence of this call is not kept, or never was: only that of the last calls is.")
        return found

    async def _rows(self, asked: Asked) -> list[Json]:
        wanted = dict(asked.given)
        limit = wanted.pop("limit", 100)
        # what is looked for may lie far back; the log itself is bounded
        rows = await self.door.ask("calls", limit=_MOST if wanted else limit)
        return [row for row in rows if _fits(row, wanted)][:limit]


def _fits(row: Json, wanted: Json) -> bool:
    search = str(wanted.get("search", "")).casefold()
    if search and not any(search in str(row[key]).casefold() for key in ("number", "name", "reason")):
        return False
    return all(row[key] == wanted[key] for key in ("direction", "outcome", "line") if key in wanted)


def _csv(rows: Iterable[Json]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*_COLUMNS, *_FIGURES))
    for row in rows:
        figures = [row["media"].get(name, "") for name in _FIGURES]
        writer.writerow([_cell(value) for value in (*(row[name] for name in _COLUMNS), *figures)])
    return out.getvalue()


def _cell(value: object) -> object:
    """A stranger's name must not become a formula in a spreadsheet; a number with a leading + is none."""
    text = str(value)
    if not isinstance(value, str) or not text.startswith(_FORMULA) or text[1:].isdecimal():
        return value
    return "'" + text


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep; never shown in our own origin."""
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})
