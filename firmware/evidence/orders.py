"""The control socket's orders `evidence.show` and `timeline`, and the joining of recorder, store and timeline. It knows no engine."""

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.evidence.pcap import capture
from firmware.evidence.recorder import Recorder, Sources
from firmware.evidence.store import Store
from firmware.evidence.timeline import Timeline
from firmware.evidence.wire import WireMessage
from firmware.orders import Handler
from hal.ports import Scheduler


class Evidence:
    """Give it every event that is published and every entry of the engine's log; close it after the last call."""

    def __init__(self, folder: Path, sources: Sources, scheduler: Scheduler, trouble: Callable[[str], None]) -> None:
        self._store = Store(folder, trouble)
        self._timeline = Timeline(time.time)
        self.recorder = Recorder(sources, scheduler, self._keep)

    def orders(self) -> dict[str, Handler]:
        return {"evidence.show": self.show, "timeline": self.timeline}

    def hear_event(self, event: Mapping[str, Any]) -> None:
        self._timeline.hear_event(event)
        self.recorder.hear_event(event)

    async def erase(self) -> None:
        """Forget the evidence of every call that is over; raises OSError."""
        self.recorder.forget_ended()
        self._timeline.forget_calls()
        await asyncio.wrap_future(self._store.erase())

    def close(self) -> None:
        self.recorder.close()
        self._store.close()

    async def show(self, call: str, pcap: bool = False) -> object:  # noqa: FBT001, FBT002 (named by the protocol)
        """A call's evidence by the id of its row, of one under way too; null where none is kept."""
        trace = self.recorder.of(call)
        found = trace.as_json() if trace else await asyncio.wrap_future(self._store.read(call))
        if found is None or not pcap:
            return found
        return {"pcap": base64.b64encode(_capture(found)).decode()}

    async def timeline(self) -> object:
        return self._timeline.as_json()

    def _keep(self, call: str, evidence: dict[str, Any]) -> None:
        self._timeline.call_ended(evidence)
        self._store.keep(call, evidence)


def _capture(evidence: Mapping[str, Any]) -> bytes:
    began_s = datetime.fromisoformat(evidence["began_at"]).timestamp()
    return capture(
        (
            max(0.0, began_s + each["at_s"]),
            WireMessage(each["direction"] == "sent", each["transport"], each["peer"], each["text"], each["cut"]),
        )
        for each in evidence["sip"]
    )
