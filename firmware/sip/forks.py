"""One call that a server sent to two contacts of ours: it rings once, and its copy is answered as the first one was.

A proxy that forks keeps Call-ID and From tag (RFC 3261 section 8.2.2.2); a server that answers calls itself makes one of its own for each contact. The copy
waits unanswered: who forks takes it back as soon as the first is answered, and tells the caller what the first was refused with. What comes by
the uplink in use goes first, for the far end's requests may follow the way of the answer. It knows no line.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from firmware.sip.identity import headers_of, place_of, request_uri_of
from firmware.sip.news import CallEstablished, CallOver, News

_AT_ONCE_S = 2.0
"""Copies differ by the ways they took; a caller who tries again comes later."""

_PREFER_S = 0.3
"""So long one that came by a waiting uplink gives way to its copy by the uplink in use."""

_TAKEN_BACK_S = 2.0
_BUSY = 486
"""For a copy that is not taken back although the first was answered: it must not ring, nor be answered by a mailbox."""


class Waiting(Protocol):
    """What is asked of a call (`sip.call.Call`)."""

    def end(self, status: int = 0, reason: str = "") -> None: ...


@dataclass(frozen=True)
class Arrival:
    """An INVITE. `dialog` is Call-ID and From tag, `place` the contact it was sent to."""

    account: str
    dialog: tuple[str, str]
    place: str
    caller: str
    at_s: float


def arrival_of(account: str, message: str, at_s: float) -> Arrival:
    headers = headers_of(message)
    sender, _, parameters = headers.get("from", "").partition(">")
    call_id = headers.get("call-id") or headers.get("i", "")
    tag = parameters.partition("tag=")[2].partition(";")[0]
    return Arrival(account, (call_id, tag), place_of(request_uri_of(message)), place_of(sender), at_s)


def is_copy(one: Arrival, other: Arrival) -> bool:
    """Whether both are the same call. A new one by the same caller comes to the same contact, or later."""
    if one.account != other.account:
        return False
    at_once = one.place != other.place and one.caller == other.caller and other.at_s - one.at_s < _AT_ONCE_S
    return one.dialog == other.dialog or at_once


@dataclass
class _First:
    """A call that came, and its copies by their handles. While it gives way it is kept here, with the timer that lets it in; once it is answered
    its copies have so many seconds to be taken back, and then get this status."""

    arrival: Arrival
    waiting: tuple[Waiting, asyncio.TimerHandle] | None = None
    copies: dict[str, Waiting] = field(default_factory=dict)
    verdict: tuple[int, float] | None = None
    over: bool = False

    @property
    def is_refused(self) -> bool:
        return self.verdict is not None and self.verdict[1] == 0

    def settle(self, status: int, patience_s: float) -> None:
        self.verdict = (status, patience_s)
        for handle in self.copies:
            self.end_later(handle)

    def end_later(self, handle: str) -> None:
        """Once there is a verdict."""
        if self.verdict:
            asyncio.get_running_loop().call_later(self.verdict[1], self._end, handle, self.verdict[0])

    def _end(self, handle: str, status: int) -> None:
        if handle in self.copies:
            self.copies[handle].end(status)


class Forks:
    """Calls that came in, by their handles."""

    def __init__(self) -> None:
        self._firsts: dict[str, _First] = {}

    def take(self, handle: str, call: Waiting, arrival: Arrival, admit: Callable[[], None], *, gives_way: bool) -> None:
        """A call came: `admit` it unless it is a copy. `gives_way`: it came by a waiting uplink. Its news, until it is admitted, are for `hear`."""
        name = self._first_of(arrival)
        if not name:
            self._prune(arrival.at_s)
            self._firsts[handle] = _First(arrival)
            self._let_in(handle, call, admit, gives_way=gives_way)
        elif self._firsts[name].waiting and not gives_way:
            self._pass_by(name, handle, arrival)
            admit()
        else:
            self._let_wait(self._firsts[name], handle, call)

    def _first_of(self, arrival: Arrival) -> str:
        fitting = (
            handle
            for handle, first in self._firsts.items()
            if is_copy(first.arrival, arrival) and (not first.over or first.is_refused)
        )
        return next(fitting, "")

    def _prune(self, now_s: float) -> None:
        for handle, first in list(self._firsts.items()):
            if first.over and not first.copies and now_s - first.arrival.at_s > _AT_ONCE_S:
                del self._firsts[handle]

    def _let_in(self, handle: str, call: Waiting, admit: Callable[[], None], *, gives_way: bool) -> None:
        def let_in() -> None:
            self._firsts[handle].waiting = None
            admit()

        if gives_way:
            self._firsts[handle].waiting = (call, asyncio.get_running_loop().call_later(_PREFER_S, let_in))
        else:
            admit()

    def _pass_by(self, name: str, handle: str, arrival: Arrival) -> None:
        """The one that gave way is the copy now."""
        before = self._firsts.pop(name)
        self._firsts[handle] = _First(arrival, copies=before.copies)
        if before.waiting:
            before.waiting[1].cancel()
            self._firsts[handle].copies[name] = before.waiting[0]

    def _let_wait(self, first: _First, handle: str, call: Waiting) -> None:
        first.copies[handle] = call
        first.end_later(handle)

    def hear(self, news: News) -> None:
        """What happens to the calls that came, and to those that wait."""
        match news:
            case CallEstablished(handle) if handle in self._firsts:
                self._firsts[handle].settle(_BUSY, _TAKEN_BACK_S)
            case CallOver(handle) if handle in self._firsts:
                self._over(self._firsts[handle], news)
            case CallOver(handle):
                for first in self._firsts.values():
                    if handle in first.copies:  # its object may not go within its own callback
                        asyncio.get_running_loop().call_soon(first.copies.pop, handle)
            case _:
                return

    @staticmethod
    def _over(first: _First, news: CallOver) -> None:
        if first.waiting:
            first.waiting[1].cancel()
            asyncio.get_running_loop().call_soon(setattr, first, "waiting", None)  # same
        first.over = True
        if news.by_us and news.status // 100 in {4, 5, 6}:
            first.settle(news.status, 0)
        elif not first.verdict:
            first.settle(_BUSY, _TAKEN_BACK_S)

    def clear(self) -> None:
        """Let every call go; before the engine closes."""
        self._firsts.clear()
