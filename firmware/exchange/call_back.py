"""Call back when free: a number that was busy is tried again, and the telephone rings when it rings there.

It keeps one number a line. Where the number goes is the router's, the calls are the agent's; whoever lifts is connected.
"""

import itertools
from dataclasses import dataclass, field

from firmware.core.events import Caller
from firmware.core.line_state import Phase
from firmware.exchange.calls import Exchange
from firmware.exchange.way import NoWay, Wish
from firmware.line.card import Announcement, LineCard
from firmware.sip.errors import SipError
from firmware.sip.news import CallEstablished, CallNews, CallOver, CallProgressed
from hal.ports import Scheduler, Timer

TRY_EVERY_MS = 30_000
GIVE_UP_MS = 30 * 60_000
"""Cisco's adapters try every 30 s for 30 minutes (SPA122 provisioning: Cfwd..., CB_Duration)."""


@dataclass
class _Wanted:
    number: str
    until_ms: float
    timer: Timer | None = None
    handle: str = ""
    """The try that is under way."""


@dataclass
class CallBack:
    exchange: Exchange
    scheduler: Scheduler
    _wanted: dict[int, _Wanted] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def start(self, card: LineCard, number: str) -> None:
        """Wait for `number` to be free; one that was waited for before is given up."""
        self.stop(card)
        wanted = _Wanted(number, self.scheduler.now_ms() + GIVE_UP_MS)
        self._wanted[card.number] = wanted
        wanted.timer = self.scheduler.later(TRY_EVERY_MS, lambda: self._try(card, wanted))

    def stop(self, card: LineCard) -> bool:
        """Whether there was one to give up."""
        wanted = self._wanted.pop(card.number, None)
        if wanted and wanted.timer:
            wanted.timer.cancel()
        if wanted and wanted.handle:
            self.exchange.agent.end(wanted.handle)
        return wanted is not None

    def number_of(self, line: int) -> str:
        """What the line waits for, or ""."""
        wanted = self._wanted.get(line)
        return wanted.number if wanted else ""

    def _try(self, card: LineCard, wanted: _Wanted) -> None:
        if self.scheduler.now_ms() >= wanted.until_ms:
            self._wanted.pop(card.number, None)
            return
        wanted.timer = self.scheduler.later(TRY_EVERY_MS, lambda: self._try(card, wanted))
        if card.phase is not Phase.IDLE or wanted.handle:
            return
        way = self.exchange.router.find(card.number, wanted.number, Wish())
        if isinstance(way, NoWay):
            return
        wanted.handle = f"back-{next(self._numbers)}"
        self.exchange.journal.placed(wanted.handle, card.number, way.account, way.number)
        try:
            self.exchange.agent.place(wanted.handle, way.account, way.invite, None)
        except SipError:
            wanted.handle = ""

    def progressed(self, news: CallNews) -> None:
        """It rings there, or was answered at once: ring here."""
        for line, wanted in list(self._wanted.items()):
            rings = isinstance(news, CallProgressed | CallEstablished) and news.handle == wanted.handle
            if rings and wanted.timer:
                wanted.timer.cancel()
                del self._wanted[line]
                card = self.exchange.cards[line - 1]
                self.exchange.offer(news.handle, (card,), Announcement(Caller(wanted.number)))

    def gone(self, news: CallOver) -> bool:
        """The try failed: the next one follows in its time."""
        for wanted in self._wanted.values():
            if wanted.handle == news.handle:
                wanted.handle = ""
                return True
        return False
