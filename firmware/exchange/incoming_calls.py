"""Calls that come in: the core's decision carried out. Rings, waits for nobody to answer, sends on through the box, or lets the mailbox answer.

It knows who called and how long it rings; which line has a call is the exchange's, what is allowed stands in `core.incoming`.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from firmware.core.events import Caller
from firmware.core.incoming import (
    Ability,
    Candidate,
    Decision,
    Forward,
    Forwarding,
    LineServices,
    MailboxWhen,
    Refuse,
    Ring,
    Screened,
    ToMailbox,
    decide,
)
from firmware.core.line_calls import can_wait
from firmware.core.line_state import Phase
from firmware.exchange.calls import Exchange, account_of
from firmware.exchange.way import NoWay, Way, Wish
from firmware.line.card import Announcement, LineCard
from firmware.records.calls import Outcome
from firmware.settings.model import Account, Settings
from firmware.sip.errors import SipError
from firmware.sip.invite import Invite, diversion
from firmware.sip.news import CallArrived, CallEstablished, CallNews, CallOver, CallProgressed
from hal.ports import Scheduler, Timer

_WORDS = {
    Forwarding.ALL: ("unconditional", "all calls are sent on"),
    Forwarding.BUSY: ("user-busy", "sent on because the line was busy"),
    Forwarding.NO_ANSWER: ("no-answer", "sent on because nobody answered"),
    Forwarding.UNREACHABLE: ("unavailable", "sent on because the handset is left off"),
}
"""Reasons of the Diversion header (RFC 5806 section 5), and for the call log."""

DEFAULT_RING_S = 20
"""How long it rings before a call is sent on, where no mailbox says otherwise: what the HT8xx do."""


@dataclass(frozen=True)
class Known:
    """What the phone book and the screening say of a caller."""

    screened: Screened
    announcement: Announcement
    vip: bool = False


class Directory(Protocol):
    def look_up(self, news: CallArrived, account: Account) -> Known: ...


@dataclass
class IncomingCalls:
    """`services_of` gives what a line has switched on, `to_mailbox` lets the mailbox of an account answer a call."""

    exchange: Exchange
    directory: Directory
    scheduler: Scheduler
    settings: Callable[[], Settings]
    services_of: Callable[[int], LineServices]
    to_mailbox: Callable[[str, Account], None]
    _arrived: dict[str, CallArrived] = field(default_factory=dict)
    _no_answer: dict[str, Timer] = field(default_factory=dict)
    _sent_on: dict[str, str] = field(default_factory=dict)
    """Each half of a call sent on, by the other."""
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def arrive(self, news: CallArrived) -> None:
        account = account_of(self.settings(), news.account)
        if account is None:
            self.exchange.agent.end(news.handle, 480)
            return
        known = self.directory.look_up(news, account)
        cards = self._cards_of(account)
        self._arrived[news.handle] = news
        self.exchange.journal.arrived(news.handle, cards[0].number, news.account, known.announcement.caller)
        decision = decide(known.screened, self._candidates(cards), vip=known.vip, answers=self._answers(account))
        self._carry_out(news.handle, account, known, decision)
        self.exchange.listeners.publish_call(news.handle, "ringing")

    def _cards_of(self, account: Account) -> Sequence[LineCard]:
        chosen = [card for card in self.exchange.cards if card.number in account.lines]
        return chosen or self.exchange.cards

    def _candidates(self, cards: Sequence[LineCard]) -> list[Candidate]:
        return [Candidate(card.number, self._ability(card), self.services_of(card.number)) for card in cards]

    def _ability(self, card: LineCard) -> Ability:
        match card.phase:
            case Phase.IDLE:
                return Ability.RING
            case Phase.HOWLER | Phase.DENIED:
                return Ability.LEFT_OFF
        waits = can_wait(card.rules, card.state) and self.exchange.disturbs(card)
        return Ability.WAIT if waits else Ability.BUSY

    def _answers(self, account: Account) -> frozenset[MailboxWhen]:
        voicemail = self.settings().voicemail
        return frozenset(map(MailboxWhen, voicemail.answer)) if account.mailbox and voicemail.enabled else frozenset()

    def _carry_out(self, handle: str, account: Account, known: Known, decision: Decision) -> None:
        match decision:
            case Ring():
                self._ring(handle, account, known.announcement, decision)
            case Forward(number, why):
                self._send_on(handle, account, number, why)
            case ToMailbox(reason):
                self.exchange.journal.noted(handle, Outcome.VOICEMAIL, reason)
                self.to_mailbox(handle, account)
            case Refuse(status, reason):
                self.exchange.journal.refused(handle, reason)
                self.exchange.agent.end(handle, status)

    def _ring(self, handle: str, account: Account, announcement: Announcement, ring: Ring) -> None:
        cards = [card for card in self.exchange.cards if card.number in ring.lines]
        if ring.forward_to or ring.mailbox:
            delay_ms = 1000 * self._ring_s(account)
            self._no_answer[handle] = self.scheduler.later(delay_ms, lambda: self._give_on(handle, account, ring))
        self.exchange.offer(handle, cards, announcement)

    def _ring_s(self, account: Account) -> float:
        return next((box.after_s for box in self.settings().mailbox if box.name == account.mailbox), DEFAULT_RING_S)

    def _give_on(self, handle: str, account: Account, ring: Ring) -> None:
        """Nobody answered: a number comes before the mailbox, as the subscriber asked for it."""
        self._no_answer.pop(handle, None)
        self.exchange.withdraw(handle)
        if ring.forward_to:
            self._send_on(handle, account, ring.forward_to, Forwarding.NO_ANSWER)
        else:
            self.exchange.journal.noted(handle, Outcome.VOICEMAIL, "nobody answered")
            self.to_mailbox(handle, account)

    # Sending on

    def _send_on(self, handle: str, account: Account, number: str, why: Forwarding) -> None:
        reason, words = _WORDS[why]
        self.exchange.journal.noted(handle, Outcome.FORWARDED, words)
        way = self._way(account, number)
        if isinstance(way, NoWay):
            self._refuse(handle, f"not sent on: {way.sentence}")
        elif account.forward_by == "redirect":
            self.exchange.agent.redirect(handle, way.invite.digits, reason)
        else:
            self._bridge(handle, account, way, reason)

    def _way(self, account: Account, number: str) -> Way | NoWay:
        """By the account that was called, so that its owner pays; the guards of the dial plan hold as for any call."""
        line = self._cards_of(account)[0].number
        return self.exchange.router.find(line, number, Wish(account=account.id))

    def _bridge(self, handle: str, account: Account, way: Way, reason: str) -> None:
        out = f"on-{next(self._numbers)}"
        news = self._arrived[handle]
        header = diversion(account, news.called, reason)
        invite = Invite(way.invite.digits, hidden=way.invite.hidden, own_number=way.invite.own_number, headers=(header,))
        self._sent_on[handle], self._sent_on[out] = out, handle
        self.exchange.journal.placed(out, self._cards_of(account)[0].number, way.account, way.number)
        try:
            self.exchange.agent.place(out, way.account, invite, None)
        except SipError as problem:
            over = CallOver(out, 503, by_us=False, quality=self.exchange.agent.quality(out), reason=str(problem))
            self.scheduler.post(lambda: self.exchange.take(over))

    def _refuse(self, handle: str, reason: str, status: int = 480) -> None:
        self.exchange.journal.refused(handle, reason)
        self.exchange.agent.end(handle, status)

    # What happens meanwhile

    def taken(self, handle: str) -> None:
        """Somebody answered on a line."""
        timer = self._no_answer.pop(handle, None)
        if timer:
            timer.cancel()

    def progressed(self, news: CallNews) -> None:
        """The second half of a call sent on tells how it goes; the first is told the same."""
        first = self._sent_on.get(news.handle, "") if news.handle.startswith("on-") else ""
        match news:
            case CallProgressed() if first:
                self.exchange.agent.ring(first)
            case CallEstablished() if first:
                self.exchange.agent.answer(first)
                self.exchange.agent.bridge(first, news.handle)
                self.exchange.update_clock()

    def gone(self, news: CallOver) -> bool:
        """A call is over: so is what was made for it."""
        self.taken(news.handle)
        self._arrived.pop(news.handle, None)
        other = self._sent_on.pop(news.handle, None)
        if other is None:
            return False
        self._sent_on.pop(other, None)
        self.exchange.agent.end(other, 0 if self.exchange.journal.is_established(other) else _refusal(news))
        return True


def _refusal(news: CallOver) -> int:
    """What a caller is told whose call could not be sent on: what we were told, where that is a refusal."""
    return news.status if 400 <= news.status < 700 and news.status not in {401, 407} else 480


def caller_with_prefix(caller: Caller, prefix: str, name: str | None) -> Caller:
    """As the telephone shows it: the phone book's name, after what tells which number was called."""
    shown = " ".join(part for part in (prefix, name or caller.name or "") if part)
    return Caller(caller.number, shown or None, caller.withheld)
