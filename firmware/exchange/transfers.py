"""Calls handed to somebody else: attended, semi-attended or blind; one whose transfer fails rings at its line again.

It knows which calls are on their way out. Whether a number may be called is asked of the router, as for any call.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from firmware.core.events import CallEnded, Caller, EndCause
from firmware.core.line_state import Phase
from firmware.exchange.way import NoWay, Router, Wish
from firmware.journal import Journal
from firmware.line.card import Announcement, LineCard
from firmware.sip.agent import Agent
from firmware.sip.news import TransferDone
from hal.ports import Scheduler

log = logging.getLogger("keepline.exchange")


@dataclass
class Transfers:
    """`offer` lets a call ring on lines."""

    agent: Agent
    journal: Journal
    scheduler: Scheduler
    router: Router
    offer: Callable[[str, Sequence[LineCard], Announcement], None]
    _leaving: dict[str, LineCard] = field(default_factory=dict)
    """Calls that are being transferred, and the line they came from."""
    _returning: dict[str, LineCard] = field(default_factory=dict)
    """Calls whose transfer failed, until their line is free to ring."""

    def connect(self, card: LineCard, handle: str, to: str) -> None:
        """Connect two far ends; one that only rings yet is given up, and the first is sent to its number."""
        if self.journal.is_established(to):
            self._leaving[handle] = card
            self.agent.transfer_to(handle, to)
            return
        entry = self.journal.entries.get(to)
        self.agent.end(to)
        self.to_number(card, handle, entry.row.number if entry else "")

    def to_number(self, card: LineCard, handle: str, digits: str) -> bool:
        """Blind transfer; False where the number may not be called. The call leaves the line, and rings back should the transfer fail."""
        way = self.router.find(card.number, digits, Wish())
        if isinstance(way, NoWay):
            log.info("a transfer is not made: %s", way.sentence)
            if handle not in card.state.calls:
                self._return(handle, card)
            return False
        self._leaving[handle] = card
        self.agent.transfer(handle, way.invite.digits)
        self.scheduler.post(lambda: card.take(CallEnded(handle, EndCause.CLEARED)))
        return True

    def done(self, news: TransferDone) -> None:
        card = self._leaving.pop(news.handle, None)
        if card and not news.ok:
            log.info("a transfer failed: %s", news.reason)
            self._return(news.handle, card)

    def gone(self, handle: str) -> None:
        self._leaving.pop(handle, None)
        self._returning.pop(handle, None)

    def line_is_free(self, card: LineCard) -> None:
        """Whoever waits to come back to it does so now."""
        for handle in [handle for handle, of in self._returning.items() if of is card]:
            self._return(handle, card)

    def _return(self, handle: str, card: LineCard) -> None:
        self._returning[handle] = card
        self.scheduler.post(lambda: self._ring_back(handle))

    def _ring_back(self, handle: str) -> None:
        card = self._returning.get(handle)
        entry = self.journal.entries.get(handle)
        if card and entry and card.phase is Phase.IDLE:
            del self._returning[handle]
            self.offer(handle, (card,), Announcement(Caller(entry.row.number or None, entry.row.name or None)))
