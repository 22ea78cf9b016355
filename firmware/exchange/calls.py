"""Calls and lines brought together: what a line orders goes to the agent or to a service of the box, what the agent tells goes to the lines concerned.

It knows which line has which call. Where a number goes is asked of the router, what becomes of a caller of `incoming_calls`, what a star code does
of `feature_codes`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from firmware.core.actions import ToneName
from firmware.core.causes import cause_of
from firmware.core.events import (
    CallAnswered,
    CallEnded,
    Caller,
    CallOffered,
    CallRinging,
    EarlyMediaStarted,
    EndCause,
    Event,
    FarDigitReceived,
)
from firmware.core.line_state import Phase
from firmware.exchange.transfers import Transfers
from firmware.exchange.way import NoWay, Router, Way, Wish
from firmware.journal import Journal
from firmware.line.card import Announcement, LineCard
from firmware.records.calls import Direction, Outcome
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Settings
from firmware.sip.agent import Agent
from firmware.sip.audio import Source
from firmware.sip.errors import SipError
from firmware.sip.news import (
    CallEstablished,
    CallNews,
    CallOver,
    CallProgressed,
    CallReplaced,
    DigitArrived,
    MediaChanged,
    TransferDone,
)
from hal.ports import Scheduler

UNKNOWN = Caller(None)

_QUIET_AFTER_DATA_MS = 500
"""Data sent on hook has ended when the line is quiet; the line's samples stop only after that."""


class Service(Protocol):
    """Something the box itself does with a handset: it speaks, and keys go to it."""

    def take_digit(self, digit: str) -> None: ...
    def close(self) -> None:
        """The handset was replaced or flashed; nothing is to be said any more."""


class Listeners(Protocol):
    """Who else hears of calls."""

    def publish_call(self, handle: str, what: str) -> None: ...
    def line_changed(self, card: LineCard) -> None: ...
    def phone_rang(self, card: LineCard) -> None: ...


@dataclass
class Exchange:
    """Make it first, then give it `cards` and whom it asks and tells; it is the line cards' `card.Exchange`."""

    agent: Agent
    journal: Journal
    scheduler: Scheduler
    listeners: Listeners
    settings: Callable[[], Settings]
    router: Router
    cards: Sequence[LineCard] = ()
    run_code: Callable[[LineCard, str, str], bool] = lambda _card, _handle, _digits: False
    """Does what a star code orders; False where the digits are a number."""
    refuse: Callable[[LineCard, str, NoWay], None] = lambda _card, _handle, _way: None
    """Tells whoever dialed why a number is not called, and ends the call."""
    placed: Callable[[str, Way], None] = lambda _handle, _way: None
    call_taken: Callable[[str], None] = lambda _handle: None
    call_gone: Callable[[CallOver], bool] = lambda _news: False
    """Told of calls that are over; True where somebody else than a line had it."""
    progressed: Callable[[CallNews], None] = lambda _news: None
    services: dict[str, Service] = field(default_factory=dict)
    transfers: Transfers = field(init=False)
    _of_handle: dict[str, tuple[LineCard, ...]] = field(default_factory=dict)
    _announcements: dict[str, Announcement] = field(default_factory=dict)
    _sounding: set[int] = field(default_factory=set)
    _undisturbed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.transfers = Transfers(self.agent, self.journal, self.scheduler, self.router, self.offer)

    # Orders of a line card

    def place_call(self, card: LineCard, handle: str, digits: str) -> None:
        self._of_handle[handle] = (card,)
        card.begin_call(
            inband=False, canceller=True
        )  # the box hears the keys, whatever the call before left of them in its voice
        if not self.run_code(card, handle, digits):
            self.dial(card, handle, digits, Wish())

    def dial(self, card: LineCard, handle: str, digits: str, wish: Wish) -> None:
        """Send the INVITE for a number, or tell the line why not."""
        number = card.rules.dialing.number_of(digits)
        way = self.router.find(card.number, number, wish)
        if isinstance(way, NoWay):
            self.journal.placed(handle, card.number, "", number)
            self.journal.refused(handle, way.sentence, Outcome.FAILED)
            self.refuse(card, handle, way)
            return
        self._place(card, handle, way, wish)

    def _place(self, card: LineCard, handle: str, way: Way, wish: Wish) -> None:
        self._of_handle[handle] = (card,)
        if wish.call_waiting is False or way.emergency:
            self._undisturbed.add(handle)
        self.journal.placed(handle, card.number, way.account, way.number)
        card.begin_call(inband=self._dtmf_of(handle) == "inband", canceller=wish.canceller)
        self.placed(handle, way)
        try:
            self.agent.place(handle, way.account, way.invite, card.audio)
        except SipError as problem:
            status = getattr(problem, "status", 503)
            self.fail(handle, status, str(problem), cause_of(status))

    def fail(self, handle: str, status: int, sentence: str, cause: EndCause) -> None:
        """A call that never left: told to the line as its end, after the order has returned."""
        over = CallOver(handle, status, by_us=False, quality=self.agent.quality(handle), reason=sentence)
        self.scheduler.post(lambda: self._end(over, cause))

    def take_call(self, card: LineCard, handle: str) -> None:
        """Answer a call that was offered, or go back to one that rang back."""
        others = [each for each in self._of_handle.get(handle, ()) if each is not card]
        self._of_handle[handle] = (card,)
        for other in others:
            other.take(CallEnded(handle, EndCause.CLEARED))
        self.call_taken(handle)
        card.begin_call(inband=self._dtmf_of(handle) == "inband", canceller=True)
        entry = self.journal.entries.get(handle)
        if self.journal.is_established(handle):
            self.agent.resume(handle, card.audio)
        elif entry and entry.row.direction is Direction.OUT:
            self.agent.attach(handle, card.audio)
            card.play(ToneName.RINGBACK)
        else:
            self.agent.answer(handle, card.audio)

    def alert_caller(self, handle: str) -> None:
        """The bell rings, or the call-waiting tone was heard: tell the caller, unless it is a call of old that rings back."""
        entry = self.journal.entries.get(handle)
        if entry and entry.answered_s is None and entry.row.direction is Direction.IN:
            self.agent.ring(handle)

    def end_call(self, handle: str, status: int = 0) -> None:
        service = self.services.pop(handle, None)
        if service:
            service.close()
            self._of_handle.pop(handle, None)
            self.journal.ended(CallOver(handle, 0, by_us=True, quality=self.agent.quality(handle)))
            return
        if status:
            self.journal.refused(handle)
        self.agent.end(handle, status)

    def hold_call(self, handle: str) -> None:
        self.agent.hold(handle)

    def resume_call(self, card: LineCard, handle: str) -> None:
        self.agent.resume(handle, card.audio)

    def join_calls(self, card: LineCard, handles: tuple[str, str]) -> None:
        self.agent.join(handles, card.audio)

    def split_calls(self, handles: tuple[str, str]) -> None:
        self.agent.split(handles)

    def transfer_call(self, card: LineCard, handle: str, to: str) -> None:
        self.transfers.connect(card, handle, to)

    def send_digit(self, handle: str, digit: str) -> bool:
        service = self.services.get(handle)
        if service:
            service.take_digit(digit)
            return True
        return self.agent.send_digit(handle, digit, self._dtmf_of(handle))

    def carry_fax(self, handle: str) -> None:
        """Fixed delay and nothing clever in the call's sound: G.711 pass-through (the engine speaks no T.38)."""
        self.agent.set_fax(handle, on=True)

    def announcement_of(self, handle: str) -> Announcement:
        return self._announcements.get(handle, Announcement(UNKNOWN))

    def line_changed(self, card: LineCard) -> None:
        """A line took a step: samples flow while any is in use, calls that wait to come back do so when it is free."""
        self.update_clock()
        if card.phase is Phase.IDLE:
            self.transfers.line_is_free(card)
        self.listeners.line_changed(card)

    def phone_rang(self, card: LineCard) -> None:
        self.listeners.phone_rang(card)

    def sound_on_hook(self, card: LineCard, source: Source) -> None:
        """Something for the telephone's electronics while the handset rests; samples flow for as long as it lasts."""
        self._sounding.add(card.number)
        self.update_clock()
        card.audio.play(source, lambda: self._end_on_hook(card))

    def _end_on_hook(self, card: LineCard) -> None:
        self.scheduler.later(_QUIET_AFTER_DATA_MS, lambda: self._fell_silent(card))

    def _fell_silent(self, card: LineCard) -> None:
        self._sounding.discard(card.number)
        self.update_clock()

    def update_clock(self) -> None:
        """Samples of lines flow while any is in use; those of calls are the agent's affair."""
        busy = any(each.phase is not Phase.IDLE for each in self.cards)
        self.agent.engine.run_clock(wanted=busy or bool(self._sounding))

    # Offers and services

    def offer(self, handle: str, cards: Sequence[LineCard], announcement: Announcement) -> None:
        """Let a call ring on these lines, or be announced in what is said on one."""
        self._of_handle[handle] = tuple(cards)
        self._announcements[handle] = announcement
        for card in cards:
            card.take(CallOffered(handle))

    def withdraw(self, handle: str) -> None:
        """Ring no more: somebody else has the call now."""
        for card in self._of_handle.pop(handle, ()):
            card.take(CallEnded(handle, EndCause.CANCELLED))

    def disturbs(self, card: LineCard) -> bool:
        """Whether a second call may be announced in the one that is being talked on."""
        return card.state.call not in self._undisturbed

    # News of calls

    def take(self, news: CallNews) -> None:
        """What happened to a call: written down, told to the lines that have it and to whoever listens."""
        match news:
            case CallOver():
                # a call that was talked on has ended well, whatever was refused in it meanwhile
                self._end(news, EndCause.CLEARED if self.journal.is_established(news.handle) else cause_of(news.status))
            case CallReplaced():
                self._replace(news)
            case TransferDone():
                self.transfers.done(news)
            case _:
                self._tell(news.handle, self._record(news))
        self.progressed(news)
        self.listeners.publish_call(news.handle, type(news).__name__)

    def _tell(self, handle: str, event: Event | None) -> None:
        if event:
            for card in self._of_handle.get(handle, ()):
                card.take(event)

    def _record(self, news: CallNews) -> Event | None:
        """Write down what happened to a call; returns what the line should know of it."""
        match news:
            case CallProgressed(handle, status, with_media):
                self.journal.progressed(handle, "early media" if with_media else "ringing")
                rings = CallRinging(handle) if status == 180 else None
                return EarlyMediaStarted(handle) if with_media else rings
            case CallEstablished(handle):
                self.journal.answered(handle)
                self._hush(handle)
                return CallAnswered(handle)
            case MediaChanged(handle, codec, srtp, held):
                self.journal.media_changed(handle, codec, srtp, held=held)
            case DigitArrived(handle, digit):
                return FarDigitReceived(handle, digit)
        return None

    def _hush(self, handle: str) -> None:
        """Somebody who lifted to be called back heard ringback until now."""
        for card in self._of_handle.get(handle, ()):
            if card.phase is Phase.IN_CALL and card.state.call == handle:
                card.hush()

    def _end(self, news: CallOver, cause: EndCause) -> None:
        self.journal.ended(news)
        self._undisturbed.discard(news.handle)
        self._announcements.pop(news.handle, None)
        self.transfers.gone(news.handle)
        cards = self._of_handle.pop(news.handle, ())
        for card in cards:
            card.take(CallEnded(news.handle, cause))
        self.call_gone(news)
        self.update_clock()

    def tell_moved(self, handle: str) -> None:
        """A short signal for whoever is on the telephone: the call goes another way now."""
        for card in self._of_handle.get(handle, ()):
            if card.phase is Phase.IN_CALL and card.state.call == handle:
                card.signal(ToneName.UPLINK_CHANGED)

    def _replace(self, news: CallReplaced) -> None:
        """Another call stands in this one's place, for the line too: it goes on talking."""
        cards = self._of_handle.pop(news.handle, ())
        self._of_handle[news.by_handle] = cards
        self.journal.replaced(news.handle, news.by_handle, news.number, established=news.established)
        for card in cards:
            card.rename_call(news.handle, news.by_handle)

    def _dtmf_of(self, handle: str) -> str:
        entry = self.journal.entries.get(handle)
        account = account_of(self.settings(), entry.row.account) if entry else None
        return account.dtmf if account else "rfc4733"


def account_of(settings: Settings, name: str) -> AccountSettings | None:
    return next((account for account in settings.account if account.id == name), None)
