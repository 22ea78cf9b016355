"""Gathers the evidence of calls as they run: hears SIP messages, the device's events and, once a second while there are calls, RTP figures.

It runs on the deciding thread, asks for nothing that blocks, and gives each call's evidence to the store when it is over.
"""

import functools
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from firmware.evidence.call_trace import CallTrace, Sample, figure
from firmware.evidence.wire import WireMessage, read_logged
from firmware.wall_clock import utc
from hal.ports import Scheduler, Timer

SAMPLE_MS = 1000
AFTERWARDS_MS = 2000
"""How long after its end a call still hears its messages: the answer to a BYE comes late."""
MOST_CALLS = 16
_BEFORE = 60
"""Messages kept while they belong to no call yet: an INVITE is heard before its call is known."""


class Figures(Protocol):
    """RTP figures so far; a call's Quality has this shape (sip.news)."""

    @property
    def rx_packets(self) -> int: ...
    @property
    def rx_lost(self) -> int: ...
    @property
    def tx_packets(self) -> int: ...
    @property
    def jitter_ms(self) -> float: ...
    @property
    def rtt_ms(self) -> float: ...


@dataclass(frozen=True)
class Sources:
    """What the recorder asks: the log's row of each call under way by handle, a call's RTP figures, its Call-ID ("" when unknown)."""

    rows: Callable[[], Mapping[str, str]]
    figures: Callable[[str], Figures]
    call_id: Callable[[str], str]


Keep = Callable[[str, dict[str, Any]], object]


class Recorder:
    """`keep` takes the id of a call's row and its evidence."""

    def __init__(self, sources: Sources, scheduler: Scheduler, keep: Keep) -> None:
        self._sources = sources
        self._scheduler = scheduler
        self._keep = keep
        self._traces: dict[str, CallTrace] = {}
        self._call_ids: dict[str, str] = {}
        self._early: deque[tuple[float, WireMessage]] = deque(maxlen=_BEFORE)
        self._ending: dict[str, Timer] = {}
        self._timer: Timer | None = None

    def hear_wire(self, entry: str) -> None:
        """One entry of the engine's log."""
        message = read_logged(entry)
        if message is None or message.method in {"REGISTER", "OPTIONS"}:
            return
        now_s = self._now_s()
        handle = self._call_ids.get(message.call_id)
        if handle in self._traces:
            self._traces[handle].add_message(now_s, message)
        else:
            self._early.append((now_s, message))

    def hear_event(self, event: Mapping[str, Any]) -> None:
        """One event as the control socket's watchers get it; calls that began or ended since are noticed here."""
        self._follow()
        now_s = self._now_s()
        told = _without_secrets(event)
        for handle, trace in self._traces.items():
            other = event.get("event") == "call" and event.get("call") != handle
            trace.add_event(now_s, {**told, "other": True} if other else told)
        if event.get("event") == "call":
            self._follow()

    def live(self, handle: str) -> dict[str, Any] | None:
        """How the call sounds now; None while nobody knows."""
        trace = self._traces.get(handle)
        if trace is None or len(trace.samples) < 2:
            return None
        return figure(trace.samples[-2], trace.samples[-1])

    def of(self, row: str) -> CallTrace | None:
        """A call under way, by the id of its row."""
        return next((trace for trace in self._traces.values() if trace.id == row), None)

    def forget_ended(self) -> None:
        """Calls that are over and only wait for their last messages."""
        for handle, timer in list(self._ending.items()):
            timer.cancel()
            self._drop(handle)

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        for handle in list(self._traces):
            self._finish(handle)

    def _follow(self) -> None:
        """Begin the traces of new calls, and let those that are gone end soon."""
        rows = self._sources.rows()
        for handle, row in rows.items():
            if handle not in self._traces and len(self._traces) < MOST_CALLS:
                now = utc(datetime.now(UTC))
                self._traces[handle] = CallTrace(row, now, self._now_s())
            self._learn_call_id(handle)
        for handle in [handle for handle in self._traces if handle not in rows and handle not in self._ending]:
            self._ending[handle] = self._scheduler.later(AFTERWARDS_MS, functools.partial(self._finish, handle))
        if rows and self._timer is None:
            self._timer = self._scheduler.later(SAMPLE_MS, self._sample)

    def _learn_call_id(self, handle: str) -> None:
        """And take the messages that came before anybody knew whose they are."""
        call_id = self._sources.call_id(handle) if handle not in self._call_ids.values() else ""
        trace = self._traces.get(handle)
        if not call_id or trace is None:
            return
        self._call_ids[call_id] = handle
        waiting = list(self._early)
        self._early.clear()
        for at_s, message in waiting:
            if message.call_id == call_id:
                trace.add_message(at_s, message)
            else:
                self._early.append((at_s, message))

    def _sample(self) -> None:
        self._timer = None
        rows = self._sources.rows()
        for handle in rows:
            self._learn_call_id(handle)
            trace = self._traces.get(handle)
            if trace is not None:
                self._measure(handle, trace)
        self._follow()

    def _measure(self, handle: str, trace: CallTrace) -> None:
        found = self._sources.figures(handle)
        if found.rx_packets or found.tx_packets:
            at_s = self._now_s() - trace.began_s
            tx_lost = getattr(found, "tx_lost", None)
            tx_jitter_ms = getattr(found, "tx_jitter_ms", 0.0)
            trace.add_sample(
                Sample(
                    at_s, found.rx_packets, found.rx_lost, found.tx_packets, found.jitter_ms, found.rtt_ms, tx_lost, tx_jitter_ms
                )
            )

    def _finish(self, handle: str) -> None:
        trace = self._drop(handle)
        if trace is not None:
            self._keep(trace.id, trace.as_json())

    def _drop(self, handle: str) -> CallTrace | None:
        self._ending.pop(handle, None)
        self._call_ids = {call_id: each for call_id, each in self._call_ids.items() if each != handle}
        return self._traces.pop(handle, None)

    def _now_s(self) -> float:
        return self._scheduler.now_ms() / 1000


def _without_secrets(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Digits dialed into a call may be a PIN; those of the number are in the call's row."""
    shown = {name: value for name, value in event.items() if name not in {"pcm", "calls"}}
    return shown | ({"digits": "*" * len(str(shown["digits"]))} if shown.get("digits") else {})
