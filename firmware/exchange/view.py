"""What the exchange shows of itself in the status: what each line has switched on, which calls it holds, and what waits in the mailboxes. It only reads."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.core.line_state import Phase
from firmware.exchange.call_back import CallBack
from firmware.exchange.calls import Exchange
from firmware.exchange.dial_lessons import DialLessons
from firmware.exchange.mailboxes import Mailboxes
from firmware.exchange.services_file import Services, line_json


@dataclass(frozen=True)
class ExchangeView:
    """Plain data for `firmware.status`, whose `ExchangeFacts` this is."""

    exchange: Exchange
    services: Callable[[], Services]
    mailboxes: Mailboxes
    call_back: CallBack
    lessons: DialLessons

    def held(self) -> frozenset[str]:
        """Calls that a line put on hold; those of a conference are heard."""
        states = [card.state for card in self.exchange.cards]
        return frozenset(state.held.call for state in states if state.held and state.phase is not Phase.CONFERENCE)

    def account_of(self, line: int) -> str:
        """The account a line calls with where no rule says otherwise."""
        settings = self.exchange.settings()
        own = settings.line[line - 1].account
        return own or next((account.id for account in settings.account), "")

    def services_of(self, line: int) -> dict[str, object]:
        return {**line_json(self.services().of_line(line)), "call_back": self.call_back.number_of(line)}

    def lesson_of(self, line: int) -> dict[str, object] | None:
        """Of the dial, as somebody at the page asked for it."""
        return self.lessons.of_line(line)

    def messages_of(self, line: int) -> int:
        return self.mailboxes.waiting(line)

    def boxes(self) -> list[dict[str, object]]:
        names = [box.name for box in self.exchange.settings().mailbox]
        counted = [(name, self.mailboxes.store.counts(name)) for name in names]
        return [{"name": name, "new": new, "old": old} for name, (new, old) in counted]
