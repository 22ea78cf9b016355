"""The control socket's orders about calls that were: the log and one call of it. It knows the log and nobody who calls."""

import asyncio
from collections.abc import Mapping

from firmware.orders import Handler, OrderRefused
from firmware.records.call_log import CallLog
from firmware.records.calls import as_json
from firmware.records.errors import RecordsError

_MOST_ROWS = 10_000


class CallOrders:
    """Each raises OrderRefused where the log cannot be read."""

    def __init__(self, call_log: CallLog) -> None:
        self._call_log = call_log

    def orders(self) -> Mapping[str, Handler]:
        return {"calls": self.calls, "calls.show": self.show}

    async def calls(self, limit: int = 100) -> object:
        """Rows as `keepline calls --json` gives them, the newest first."""
        if not 1 <= limit <= _MOST_ROWS:
            raise OrderRefused(f"calls: limit must be 1 to {_MOST_ROWS}, not {limit}")
        try:
            rows = await asyncio.wrap_future(self._call_log.read(limit))
        except RecordsError as error:
            raise OrderRefused(str(error)) from error
        return [as_json(row) for row in rows]

    async def show(self, call: str) -> object:
        """One row; None for a call the log does not have."""
        try:
            row = await asyncio.wrap_future(self._call_log.find(call))
        except RecordsError as error:
            raise OrderRefused(str(error)) from error
        return as_json(row) if row else None
