"""The mailboxes in the exchange: who answers callers, who leads the owner through his messages, and what a line shows of them.

Joins the sessions of `firmware.voicemail` with desks, calls and lines; what is said and kept is theirs.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from firmware.exchange.calls import Exchange, Service
from firmware.exchange.way import Wish
from firmware.line.card import LineCard
from firmware.records.messages import Message
from firmware.records.voicemail import Limits, VoicemailStore
from firmware.settings.model import Account, Mailbox, Settings
from firmware.sip.desk import Desk
from firmware.sip.news import CallOver, MessagesWaiting
from firmware.voicemail.answering import AnsweringSession
from firmware.voicemail.box import Box, PinFailures
from firmware.voicemail.desk import Prompts
from firmware.voicemail.menu import MenuSession
from firmware.wall_clock import utc
from hal.ports import Scheduler

log = logging.getLogger("keepline.mailboxes")


@dataclass
class _Answered:
    """A caller at a mailbox."""

    session: AnsweringSession
    desk: Desk


@dataclass
class Mailboxes:
    """`finish` ends the service of a line, `prompts` is the language's."""

    exchange: Exchange
    store: VoicemailStore
    prompts: Prompts
    scheduler: Scheduler
    settings: Callable[[], Settings]
    finish: Callable[[LineCard, str], None]
    changed: Callable[[], None]
    """Told when the number of messages of a line may have changed."""
    _failures: PinFailures = field(default_factory=PinFailures)
    _answered: dict[str, _Answered] = field(default_factory=dict)
    _of_provider: dict[str, MessagesWaiting] = field(default_factory=dict)

    def apply(self) -> None:
        """Take the limits as they now stand."""
        self.store.apply({box.name: Limits(box.most_messages, box.keep_days) for box in self.settings().mailbox})

    # Callers

    def answer(self, handle: str, account: Account) -> None:
        """Let the account's mailbox take the call."""
        agent = self.exchange.agent
        desk = agent.open_desk(f"mailbox-{handle}")
        entry = self.exchange.journal.entries[handle]
        caller = Message(
            mailbox=account.mailbox,
            account=account.id,
            number=entry.row.number,
            name=entry.row.name,
            called=account.number or account.user,
            at=utc(datetime.now(UTC)),
        )
        box = self._box(account.mailbox)
        session = AnsweringSession(desk, box, caller, self.store, self.prompts, self.scheduler, lambda: agent.end(handle))
        self._answered[handle] = _Answered(session, desk)
        agent.answer(handle, desk)
        session.start()

    def digit(self, handle: str, digit: str) -> None:
        if handle in self._answered:
            self._answered[handle].session.take_digit(digit)

    def gone(self, news: CallOver) -> bool:
        """A caller hung up, or was let go."""
        answered = self._answered.pop(news.handle, None)
        if answered is None:
            return False
        answered.session.hung_up()
        self.exchange.agent.close_desk(answered.desk)
        return True

    def _box(self, name: str) -> Box:
        settings = self.settings()
        found = next((box for box in settings.mailbox if box.name == name), Mailbox(name=name))
        return Box.of(found, mails=bool(settings.mail.server))

    # The owner

    def open_menu(self, card: LineCard, handle: str) -> Service | None:
        """The owner's own mailbox on the handset; None where the line has none."""
        name = self.mailbox_of(card.number)
        if not name:
            return None
        desk = self.exchange.agent.open_desk(f"menu-{card.number}")
        asks_pin = not self.settings().voicemail.skip_pin_from_own_phone

        def end(number: str) -> None:
            self._end_menu(card, handle, number)

        session = MenuSession(
            desk, self._box(name), self.store, self.prompts, self.scheduler, self._failures, end, asks_pin=asks_pin
        )
        self.exchange.agent.connect(card.audio, desk)
        session.start()
        return _OnHandset(self.exchange, card, desk, session)

    def _end_menu(self, card: LineCard, handle: str, number: str) -> None:
        service = self.exchange.services.get(handle)
        if isinstance(service, _OnHandset):
            service.leave()
        if number and service:
            del self.exchange.services[handle]
            self.exchange.dial(card, handle, number, Wish())
        else:
            self.finish(card, handle)

    def mailbox_of(self, line: int) -> str:
        """The mailbox of the line's own account, else of the first that rings there."""
        settings = self.settings()
        own = [account for account in settings.account if account.id == settings.line[line - 1].account]
        ringing = [account for account in settings.account if not account.lines or line in account.lines]
        return next((account.mailbox for account in (*own, *ringing) if account.mailbox), "")

    # What waits

    def take_provider(self, news: MessagesWaiting) -> None:
        self._of_provider[news.account] = news
        self.changed()

    def waiting(self, line: int) -> int:
        """New messages that a line is to tell of: the box's own and the providers'."""
        name = self.mailbox_of(line)
        own = self.store.counts(name)[0] if name else 0
        accounts = {account.id for account in self.settings().account if not account.lines or line in account.lines}
        theirs = [news for account, news in self._of_provider.items() if account in accounts and news.waiting]
        return own + sum(max(news.new, 1) for news in theirs)


@dataclass
class _OnHandset:
    """The menu as a service of the line."""

    exchange: Exchange
    card: LineCard
    desk: Desk
    session: MenuSession
    _open: bool = True

    def take_digit(self, digit: str) -> None:
        self.session.take_digit(digit)

    def close(self) -> None:
        self.session.hung_up()
        self.leave()

    def leave(self) -> None:
        """Give the handset's sound back, once."""
        if self._open:
            self._open = False
            self.exchange.agent.disconnect(self.card.audio)
            self.exchange.agent.close_desk(self.desk)
