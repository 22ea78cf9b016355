"""What star codes do: each order of `core.star_codes` carried out, and said or sounded back to whoever dialed it.

Codes before a number shape the call that follows (`Wish`); all others run as a service of the box, which the line sees as a call that speaks.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from firmware.core.dialing import Order
from firmware.core.events import CallEnded, EndCause, ServiceStarted
from firmware.core.incoming import Forwarding
from firmware.core.star_codes import Feature
from firmware.exchange.calls import Exchange, Service
from firmware.exchange.services_file import ServicesFile
from firmware.exchange.way import NoWay, Wish
from firmware.line.card import LineCard
from firmware.records.calls import CallRow, Direction
from firmware.settings.model import Settings
from firmware.sip.audio import Source
from firmware.sound.prompts import spell
from hal.ports import Scheduler

if TYPE_CHECKING:
    from concurrent.futures import Future

LOOK_BACK = 200
"""Rows of the call log looked through for the last caller or the last number dialed."""


class Sayings(Protocol):
    """What the box can say: recordings one after another, a tone where there is none."""

    def source(self, *names: str) -> Source: ...


@dataclass
class Spoken:
    """Says something on a line and is done."""

    card: LineCard

    def take_digit(self, digit: str) -> None:
        """Keys change nothing while it speaks."""

    def close(self) -> None:
        self.card.audio.stop_playing()


Opening = Callable[[LineCard, str], Service | None]
"""Starts a service of its own on a line, such as the mailbox; None where there is none."""


@dataclass
class FeatureCodes:
    """`read_log` gives the newest rows; `openings` are the services that talk back and forth."""

    exchange: Exchange
    services: ServicesFile
    scheduler: Scheduler
    settings: Callable[[], Settings]
    sayings: Sayings
    read_log: Callable[[int], "Future[list[CallRow]]"]
    call_back: Callable[[LineCard, str], None]
    stop_call_back: Callable[[LineCard], bool]
    status_words: Callable[[LineCard], Sequence[str]]
    openings: Mapping[Feature, Opening] = field(default_factory=dict)

    def run(self, card: LineCard, handle: str, digits: str) -> bool:
        """Do what the digits order; False where they are a number."""
        order = card.rules.dialing.read(digits, holding=card.state.held is not None)
        if order is None:
            return False
        wish = self._wish(order)
        if wish is not None:
            self.exchange.dial(card, handle, order.number, wish)
            return True
        if not self._look_back(card, handle, order):
            self._serve(card, handle, order)
        return True

    def _wish(self, order: Order) -> Wish | None:
        if order.feature is Feature.CHOOSE_NUMBER:
            return Wish(account=self._account_at(order.key))
        return _WISHES.get(order.feature)

    def _account_at(self, key: str) -> str:
        accounts = self.settings().account
        at = int(key) - 1
        return accounts[at].id if at < len(accounts) else f"number {key}"

    # Features that need the call log

    def _look_back(self, card: LineCard, handle: str, order: Order) -> bool:
        """Whether the order is about an earlier call; it goes on when the log was read."""
        known = {
            Feature.CALL_RETURN: self._return_call,
            Feature.REDIAL: self._redial,
            Feature.CALL_BACK_ON: self._start_call_back,
            Feature.BLOCK_LAST_CALLER: self._block,
        }
        then = known.get(order.feature)
        if then is None:
            return False

        def read(rows: "Future[list[CallRow]]") -> None:
            found = [] if rows.exception() else [row for row in rows.result() if row.line == card.number and row.number]
            then(card, handle, found)

        asyncio.wrap_future(self.read_log(LOOK_BACK)).add_done_callback(read)  # type: ignore[arg-type]
        return True

    def _return_call(self, card: LineCard, handle: str, rows: Sequence[CallRow]) -> None:
        self._dial_again(card, handle, _latest(rows, Direction.IN))

    def _redial(self, card: LineCard, handle: str, rows: Sequence[CallRow]) -> None:
        self._dial_again(card, handle, _latest(rows, Direction.OUT))

    def _dial_again(self, card: LineCard, handle: str, number: str) -> None:
        if handle not in card.state.calls:
            return  # replaced meanwhile
        if number:
            self.exchange.dial(card, handle, number, Wish())
        else:
            self.say(card, handle, "no_number_known")

    def _start_call_back(self, card: LineCard, handle: str, rows: Sequence[CallRow]) -> None:
        number = _latest(rows, Direction.OUT)
        if number:
            self.call_back(card, number)
        self.say(card, handle, "call_back_waiting" if number else "no_number_known")

    def _block(self, card: LineCard, handle: str, rows: Sequence[CallRow]) -> None:
        number = _latest(rows, Direction.IN)
        if number:
            self.services.block(number)
        self.say(card, handle, "caller_blocked" if number else "no_number_known")

    # Features that are done at once

    def _serve(self, card: LineCard, handle: str, order: Order) -> None:
        opening = self.openings.get(order.feature)
        if opening:
            self.open(card, handle, opening)
        else:
            self.say(card, handle, *self._do(card, order))

    def open(self, card: LineCard, handle: str, opening: Opening) -> None:
        """Let a service of its own have the line."""
        service = opening(card, handle)
        if service is None:
            self.say(card, handle, "not_possible")
            return
        self.exchange.services[handle] = service
        self.scheduler.post(lambda: card.take(ServiceStarted(handle)))

    def _do(self, card: LineCard, order: Order) -> Sequence[str]:
        """Carry it out; what to say to that."""
        line = card.number
        forwarding = _FORWARDS.get(order.feature)
        if forwarding:
            self.services.forward(line, forwarding, order.number)
            return ("forwarding_to", *spell(order.number)) if order.number else ("forwarding_off",)
        changes = _CHANGES.get(order.feature)
        if changes:
            self.services.change_line(line, **changes[0])
            return (changes[1],)
        return self._do_special(card, order)

    def _do_special(self, card: LineCard, order: Order) -> Sequence[str]:
        match order.feature:
            case Feature.SPEED_DIAL_SET:
                self.services.set_speed_dial(order.key, order.number)
                return ("number_saved",)
            case Feature.CALL_BACK_OFF:
                return ("call_back_off" if self.stop_call_back(card) else "no_number_known",)
            case Feature.SAY_STATUS:
                return self.status_words(card)
            case Feature.BLIND_TRANSFER if card.state.held:
                done = self.exchange.transfers.to_number(card, card.state.held.call, order.number)
                return ("transfer_done" if done else "number_blocked",)
        return ("not_possible",)

    def refuse(self, card: LineCard, handle: str, way: NoWay) -> None:
        """Say why a number is not called; the tone of its cause follows."""
        self._speak(card, handle, (way.prompt,), lambda: self._end_refused(handle, way))

    def _end_refused(self, handle: str, way: NoWay) -> None:
        if self.exchange.services.pop(handle, None):
            self.exchange.fail(handle, 0, way.sentence, way.cause)

    def say(self, card: LineCard, handle: str, *names: str) -> None:
        """Speak, then give dial tone again."""
        self._speak(card, handle, names, lambda: self.end(card, handle))

    def _speak(self, card: LineCard, handle: str, names: Sequence[str], then: Callable[[], None]) -> None:
        def begin() -> None:
            if handle in self.exchange.services:
                card.take(ServiceStarted(handle))
                card.audio.play(self.sayings.source(*names), then)

        self.exchange.services[handle] = Spoken(card)
        self.scheduler.post(begin)

    def end(self, card: LineCard, handle: str, cause: EndCause = EndCause.COMPLETED) -> None:
        """A service is done by itself."""
        if self.exchange.services.pop(handle, None):
            card.take(CallEnded(handle, cause))


_WISHES = {
    Feature.CALLER_ID_HIDDEN_ONCE: Wish(hidden=True),
    Feature.CALLER_ID_SHOWN_ONCE: Wish(hidden=False),
    Feature.CALL_WAITING_OFF_ONCE: Wish(call_waiting=False),
    Feature.CALL_WAITING_ON_ONCE: Wish(call_waiting=True),
    Feature.CANCELLER_OFF_ONCE: Wish(canceller=False),
    Feature.CONFERENCE: Wish(),
}
"""Codes that shape the call that follows."""

_FORWARDS = {
    Feature.CALL_FORWARD_ALL_ON: Forwarding.ALL,
    Feature.CALL_FORWARD_ALL_OFF: Forwarding.ALL,
    Feature.CALL_FORWARD_BUSY_ON: Forwarding.BUSY,
    Feature.CALL_FORWARD_BUSY_OFF: Forwarding.BUSY,
    Feature.CALL_FORWARD_NO_ANSWER_ON: Forwarding.NO_ANSWER,
    Feature.CALL_FORWARD_NO_ANSWER_OFF: Forwarding.NO_ANSWER,
    Feature.CALL_FORWARD_UNREACHABLE_ON: Forwarding.UNREACHABLE,
    Feature.CALL_FORWARD_UNREACHABLE_OFF: Forwarding.UNREACHABLE,
}
"""Codes that stop a forward have no number."""

_CHANGES: Mapping[Feature, tuple[dict[str, bool], str]] = {
    Feature.DO_NOT_DISTURB_ON: ({"do_not_disturb": True}, "do_not_disturb_on"),
    Feature.DO_NOT_DISTURB_OFF: ({"do_not_disturb": False}, "do_not_disturb_off"),
    Feature.CALL_WAITING_ON: ({"call_waiting": True}, "call_waiting_on"),
    Feature.CALL_WAITING_OFF: ({"call_waiting": False}, "call_waiting_off"),
    Feature.CALLER_ID_HIDDEN: ({"hides_number": True}, "number_hidden"),
    Feature.CALLER_ID_SHOWN: ({"hides_number": False}, "number_shown"),
    Feature.ANONYMOUS_REJECTION_ON: ({"rejects_anonymous": True}, "anonymous_refused"),
    Feature.ANONYMOUS_REJECTION_OFF: ({"rejects_anonymous": False}, "anonymous_allowed"),
}


def _latest(rows: Sequence[CallRow], direction: Direction) -> str:
    return next((row.number for row in rows if row.direction is direction), "")
