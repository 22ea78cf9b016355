"""What happened, call by call: turns the agent's news into rows of the call log and into the calls of the status.

It counts seconds on a clock it is given and writes rows through a function it is given. It decides nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from firmware.core.causes import words_of
from firmware.core.events import Caller
from firmware.records.calls import CallRow, Direction, Outcome
from firmware.sip.news import CallOver, Quality
from firmware.wall_clock import WALL_CLOCK


@dataclass(frozen=True)
class Entry:
    """A call under way. Times are the clock's seconds; `answered_s` is None before the answer."""

    row: CallRow
    began_s: float
    state: str
    answered_s: float | None = None
    srtp: str = ""
    held: bool = False
    decided: tuple[Outcome, str] | None = None
    """What became of it here, where that is known before it ends: refused, sent on, answered by the mailbox."""


class Journal:
    """Keeps the calls under way and writes each change of a row."""

    def __init__(self, write: Callable[[CallRow], object], clock_s: Callable[[], float]) -> None:
        self._write = write
        self._clock_s = clock_s
        self._entries: dict[str, Entry] = {}

    @property
    def entries(self) -> Mapping[str, Entry]:
        return MappingProxyType(self._entries)

    def is_established(self, handle: str) -> bool:
        entry = self._entries.get(handle)
        return entry is not None and entry.answered_s is not None

    def placed(self, handle: str, line: int, account: str, number: str) -> None:
        self._begin(handle, CallRow("", Direction.OUT, line, account, number), "calling")

    def arrived(self, handle: str, line: int, account: str, caller: Caller) -> None:
        row = CallRow("", Direction.IN, line, account, caller.number or "", caller.name or "")
        self._begin(handle, row, "ringing")

    def _begin(self, handle: str, row: CallRow, state: str) -> None:
        stamp = WALL_CLOCK.stamp()
        row = replace(row, started_at=stamp.at, undated=stamp.undated)
        self._entries[handle] = Entry(row, self._clock_s(), state)
        self._write(row)

    def date(self, dated: Callable[[str], str]) -> None:
        """The time has become known: give it to the calls under way."""
        for handle, entry in self._entries.items():
            at = dated(entry.row.undated)
            if at:
                self._entries[handle] = replace(entry, row=replace(entry.row, started_at=at, undated=""))

    def progressed(self, handle: str, state: str) -> None:
        self._change(handle, state=state)

    def refused(self, handle: str, reason: str = "the line was busy", outcome: Outcome = Outcome.REJECTED) -> None:
        """We refuse the call; its end is on the way."""
        self._change(handle, decided=(outcome, reason))

    def noted(self, handle: str, outcome: Outcome, reason: str) -> None:
        """Somebody else than a line takes the call: what the log is to say of it."""
        self._change(handle, decided=(outcome, reason))

    def replaced(self, handle: str, by_handle: str, number: str, *, established: bool) -> None:
        """Another call of the same line stands in this one's place."""
        before = self._entries.get(handle)
        if before and by_handle not in self._entries:
            self.placed(by_handle, before.row.line, before.row.account, number or before.row.number)
            if established:
                self.answered(by_handle)

    def media_changed(self, handle: str, codec: str, srtp: str, *, held: bool) -> None:
        entry = self._entries.get(handle)
        if entry:
            self._entries[handle] = replace(entry, row=replace(entry.row, codec=codec or entry.row.codec), srtp=srtp, held=held)

    def answered(self, handle: str) -> None:
        entry = self._entries.get(handle)
        if entry:
            now_s = self._clock_s()
            row = replace(entry.row, outcome=Outcome.UNDER_WAY, ring_s=_seconds(now_s - entry.began_s))
            self._entries[handle] = replace(entry, row=row, state="in call", answered_s=now_s)
            self._write(row)

    def ended(self, news: CallOver) -> None:
        entry = self._entries.pop(news.handle, None)
        if entry:
            self._write(_final(entry, news, self._clock_s()))

    def _change(self, handle: str, **changes: object) -> None:
        if handle in self._entries:
            self._entries[handle] = replace(self._entries[handle], **changes)  # type: ignore[arg-type]


def _final(entry: Entry, news: CallOver, now_s: float) -> CallRow:
    outcome, reason = _outcome(entry, news)
    ring_s = entry.row.ring_s if entry.answered_s is not None else _seconds(now_s - entry.began_s)
    talk_s = _seconds(now_s - entry.answered_s) if entry.answered_s is not None else 0
    media = _figures(news.quality)
    return replace(entry.row, outcome=outcome, reason=reason, status=news.status, ring_s=ring_s, talk_s=talk_s, media=media)


def _outcome(entry: Entry, news: CallOver) -> tuple[Outcome, str]:
    if entry.decided:
        return entry.decided
    if entry.answered_s is not None:
        return Outcome.ANSWERED, news.reason or ("hung up here" if news.by_us else "the far end hung up")
    if entry.row.direction is Direction.IN:
        return _outcome_in(news)
    if news.by_us:
        return Outcome.CANCELLED, "hung up before the far end answered"
    reason = news.reason or words_of(news.status)
    kinds = {486: Outcome.BUSY, 600: Outcome.BUSY, 408: Outcome.NO_ANSWER, 480: Outcome.NO_ANSWER, 603: Outcome.REJECTED}
    return kinds.get(news.status, Outcome.FAILED), reason


def _outcome_in(news: CallOver) -> tuple[Outcome, str]:
    if news.status == 487:
        return Outcome.MISSED, "the caller gave up"
    return Outcome.MISSED, news.reason or words_of(news.status)


def _figures(quality: Quality) -> dict[str, float]:
    if not quality.rx_packets:
        return {}
    return {
        "loss_percent": round(quality.loss_percent, 2),
        "jitter_ms": round(quality.jitter_ms, 2),
        "rtt_ms": round(quality.rtt_ms, 2),
    }


def _seconds(value: float) -> float:
    return round(value, 1)
