"""The SIM card and its PIN: read, and the PIN given at most once. Whether it may be given is `core.sim_pin`; what was tried is in the memory."""

from collections.abc import Callable

from firmware.cellular.asking import Asking, CardRead
from firmware.cellular.memory import ModemMemory, mark_of
from firmware.core.modem_events import CardLock, CardReported
from firmware.core.sim_pin import why_not

Report = Callable[[CardReported], None]

_NOT_WRITTEN = "the PIN is not given, because the state folder takes no note of the try"


class Card:
    """`pin` is the settings'. A PIN given by hand is tried once before it."""

    def __init__(self, asking: Asking, memory: ModemMemory, pin: str) -> None:
        self._asking, self._memory, self.pin = asking, memory, pin
        self.imsi = ""
        self._number = ""
        self._tries: int | None = None
        self._by_hand: tuple[str, Callable[[str], None]] | None = None
        self._unanswered: set[str] = set()
        """Given in this run, the answer lost. Once is enough, whatever the card says of its tries."""

    def try_by_hand(self, pin: str, on_outcome: Callable[[str], None]) -> None:
        """Give this PIN when the card is asked next. The outcome: empty for accepted, else a sentence; never within this call."""
        self._tell_hand("another PIN was given meanwhile")
        self._by_hand = (pin, on_outcome)

    def read(self, report: Report) -> None:
        """Ask the card."""
        self._asking.read_card(lambda read: self._take(read, report))

    def read_subscriber(self, on_read: Callable[[str], None]) -> None:
        """The IMSI."""

        def take(imsi: str) -> None:
            self.imsi = imsi
            on_read(imsi)

        self._asking.read_subscriber(take)

    def enter(self, report: Report) -> None:
        """Give the PIN that `read` said may be given, having noted the try first."""
        pin, mark = self._pin_and_mark()
        if not self._memory.note_try(mark):
            self._tell_hand(_NOT_WRITTEN)
            report(CardReported(CardLock.PIN, words=_NOT_WRITTEN))
            return
        self._asking.enter_pin(pin, lambda accepted: self._outcome(mark, accepted, report))

    def _take(self, read: CardRead, report: Report) -> None:
        self._number, self._tries = read.number or self._number, read.tries
        if read.lock is CardLock.READY:
            self._opened()
        if read.lock is not CardLock.PIN:
            if read.lock is not CardLock.BUSY:
                self._tell_hand("the SIM card asks for no PIN now")
            report(CardReported(read.lock))
            return
        reason = self._why_not()
        if reason:
            self._tell_hand(reason)
        report(CardReported(CardLock.PIN, may_enter=not reason, words=reason))

    def _why_not(self) -> str:
        pin, mark = self._pin_and_mark()
        if pin and not (pin.isdecimal() and 4 <= len(pin) <= 8):
            return "a PIN has 4 to 8 digits (modem.pin)"
        if mark in self._unanswered and not self._by_hand:
            return "the PIN was given and the modem did not say whether it was right; give it again by hand"
        return why_not(mark, self._memory.now.pins, self._tries, by_hand=self._by_hand is not None)

    def _pin_and_mark(self) -> tuple[str, str]:
        pin = self._by_hand[0] if self._by_hand else self.pin
        return pin, mark_of(self._number, pin)

    def _outcome(self, mark: str, accepted: bool | None, report: Report) -> None:  # noqa: FBT001 (as the card said)
        if accepted is None:
            self._unanswered.add(mark)
            self._tell_hand("the modem did not say whether the PIN was right")
        else:
            self._memory.note_outcome(mark, accepted=accepted)
            self._tell_hand("" if accepted else "the SIM card refused the PIN")
        # the card is asked for its lock again in a moment: it needs one to open
        report(CardReported(CardLock.BUSY))

    def _opened(self) -> None:
        """The card is open. A try whose answer was lost was the right one."""
        trying = self._memory.now.pins.trying
        self._unanswered.clear()
        if trying:
            self._memory.note_outcome(trying, accepted=True)

    def _tell_hand(self, words: str) -> None:
        if self._by_hand:
            on_outcome, self._by_hand = self._by_hand[1], None
            on_outcome(words)
