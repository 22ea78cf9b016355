"""The control socket's orders that try a line out: a ring without a call, a lesson of its dial. They decide only whether the line is free for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware.core.line_state import Phase
from firmware.exchange.dial_lessons import DialLessons
from firmware.exchange.services_file import ServicesFile
from firmware.line.card import LineCard
from firmware.orders import Handler, OrderRefused

_WITHOUT_CALL = frozenset({Phase.DIAL_TONE, Phase.COLLECTING, Phase.SERVICE, Phase.RELEASED, Phase.HOWLER, Phase.DENIED})
_OFF_HOOK = "The handset is off the hook: put it back first."
_IN_CALL = "A call is in progress on this line: try again when it is over."
_NOTHING_LEARNED = "No dial was learned on this line just now."
_NO_DIAL = "No learned dial is kept for this line."


@dataclass(frozen=True)
class LineTrials:
    cards: Callable[[], Sequence[LineCard]]
    lessons: DialLessons
    services: ServicesFile

    def orders(self) -> dict[str, Handler]:
        return {
            "line.ring_test": self.ring,
            "line.ring_test_stop": self.stop_ringing,
            "line.learn_dial": self.learn,
            "line.learn_dial_stop": self.stop_learning,
            "line.learn_dial_keep": self.keep,
            "line.forget_dial": self.forget,
        }

    async def ring(self, line: int = 1) -> object:
        """The telephone rings for a while, until it is lifted, or until told otherwise."""
        card = self._free(line)
        self.lessons.cancel(card)
        card.ring_test.begin()
        return self._told(card)

    async def stop_ringing(self, line: int = 1) -> object:
        card = self._card(line)
        card.ring_test.cancel()
        return self._told(card)

    async def learn(self, line: int = 1) -> object:
        """The next lift of the handset begins the lesson."""
        card = self._free(line)
        card.ring_test.cancel()
        self.lessons.begin(card)
        return self._told(card)

    async def stop_learning(self, line: int = 1) -> object:
        card = self._card(line)
        self.lessons.cancel(card)
        return self._told(card)

    async def keep(self, line: int = 1) -> object:
        card = self._card(line)
        if not self.lessons.keep(card):
            raise OrderRefused(_NOTHING_LEARNED)
        return self._told(card)

    async def forget(self, line: int = 1) -> object:
        """The line counts pulses by the settings again."""
        card = self._card(line)
        if line not in self.services.now.dials:
            raise OrderRefused(_NO_DIAL)
        self.services.forget_dial(line)
        return self._told(card)

    def _told(self, card: LineCard) -> object:
        lesson = self.lessons.of_line(card.number)
        return {"line": card.number, "ring_test": card.ring_test.state.value, "dial_lesson": lesson}

    def _free(self, line: int) -> LineCard:
        card = self._card(line)
        if card.phase is not Phase.IDLE:
            raise OrderRefused(_OFF_HOOK if card.phase in _WITHOUT_CALL else _IN_CALL)
        return card

    def _card(self, line: int) -> LineCard:
        cards = self.cards()
        if not 1 <= line <= len(cards):
            raise OrderRefused(f"there is no line {line}; allowed: 1 to {len(cards)}")
        return cards[line - 1]
