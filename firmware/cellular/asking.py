"""The questions and orders the session has for the modem, each a few AT commands with one outcome. It decides nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware.cellular import reports
from firmware.core.modem_events import Apn, CardLock, NetworkStatus
from hal.at import Answer, Command, Result, arguments, quoted
from hal.modem import Modem
from hal.modem_tables import table_of_model
from hal.modem_tables.generic import GENERIC
from hal.modem_tables.table import ATTACH_MS, ModemTable

_PIN_MS = 20_000
_PIN_REFUSALS = frozenset({11, 12, 16, 17, 18})
"""27.007 section 9.2.1: SIM PIN or PUK (2) required, incorrect password: what a wrong PIN earns, depending on the maker."""

_READ_CONTEXTS = Command("AT+CGDCONT?", r"\+CGDCONT: ?\d+,.*")
_PAP = "1"
"""27.007 section 10.1.31. Most networks take PAP and CHAP alike, many look at neither (unconfirmed)."""


@dataclass(frozen=True)
class CardRead:
    lock: CardLock
    number: str = ""
    """ICCID."""
    tries: int | None = None


@dataclass(frozen=True)
class NetworkRead:
    status: NetworkStatus
    technology: str
    operator: str
    signal_dbm: int | None
    active: bool | None
    """Whether the modem holds data up; None: it does not say."""


class Asking:
    """Asks `modem`. Where it gives no answer at all, an outcome does not come: its port's end or its silence is news of its own."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self.table: ModemTable = GENERIC
        self.model = ""

    def all(self, commands: Sequence[Command], on_answers: Callable[[list[Answer]], None]) -> None:
        """Ask in order; the answers together, failures and silences included."""
        answers: list[Answer] = []

        def take(answer: Answer) -> None:
            answers.append(answer)
            if len(answers) == len(commands):
                on_answers(answers)

        for command in commands:
            self._modem.send(command, take)
        if not commands:
            on_answers([])

    def prepare(self, known: ModemTable | None, on_done: Callable[[], None]) -> None:
        """Learn the model and set it up; `known` is its table by USB id, where it has one."""

        def know(answer: Answer) -> None:
            if answer.result is Result.GONE:
                return
            self.model = answer.line.partition(":")[2].strip(' "') or answer.line
            self.table = known or table_of_model(self.model)
            self.all((self.table.radio_on, *self.table.setup), done)

        def done(answers: list[Answer]) -> None:
            if all(answer.result is not Result.GONE for answer in answers):
                on_done()

        self._modem.send(reports.READ_MODEL, know)

    def read_card(self, on_read: Callable[[CardRead], None]) -> None:
        """The card's lock; its number and the tries left where a PIN is asked for."""

        def take(answers: list[Answer]) -> None:
            lock, number, tries = answers
            state = reports.lock_of(lock)
            if state is not None:
                left = reports.tries_of(tries, self.table.pin_tries_field)
                on_read(CardRead(state, reports.card_number_of(number), left))

        self.all((reports.READ_LOCK, self.table.read_sim_number, self.table.read_pin_tries), take)

    def read_subscriber(self, on_read: Callable[[str], None]) -> None:
        """The IMSI; empty where the modem does not say."""
        self._modem.send(reports.READ_SUBSCRIBER, lambda answer: on_read(answer.line if answer.ok else ""))

    def enter_pin(self, pin: str, on_outcome: Callable[[bool | None], None]) -> None:
        """Give the PIN. The outcome: accepted, refused, or None for not known (no answer, the card was busy)."""

        def take(answer: Answer) -> None:
            refused = answer.result is Result.ERROR and (answer.code is None or answer.code in _PIN_REFUSALS)
            on_outcome(True if answer.ok else False if refused else None)

        self._modem.send(Command(f"AT+CPIN={quoted(pin)}", deadline_ms=_PIN_MS), take)

    def read_network(self, on_read: Callable[[NetworkRead | None], None]) -> None:
        """Registration, operator, signal, and whether data is up; None where the modem gave no answer."""

        def take(answers: list[Answer]) -> None:
            *registrations, operator, signal, active = answers
            if _none(*registrations):
                on_read(None)
                return
            status, technology = reports.best_registration([answer.line for answer in registrations])
            on_read(
                NetworkRead(
                    status,
                    technology,
                    reports.operator_of(operator),
                    reports.signal_dbm_of(signal),
                    reports.is_active(active),
                )
            )

        self.all((*reports.READ_REGISTRATIONS, reports.READ_OPERATOR, reports.READ_SIGNAL, reports.READ_ACTIVE), take)

    def attach(self, apn: Apn, *, by_card: bool, on_done: Callable[[str], None]) -> None:
        """Make `apn` the access point, attach and, where data goes by a network card, go online. Empty words: done; else why not."""
        try:
            definition = self._definition(apn)
        except ValueError as error:
            on_done(str(error))
            return

        def define(answer: Answer) -> None:
            defined = apn == Apn(apn.name) and _defines(answer, apn.name)
            commands = [*([] if defined else definition), Command("AT+CGATT=1", deadline_ms=ATTACH_MS)]
            self._in_turn([*commands, *(self.table.go_online if by_card else ())], apn.name, on_done)

        self._modem.send(_READ_CONTEXTS, define)

    def _in_turn(self, commands: list[Command], apn: str, on_done: Callable[[str], None]) -> None:
        """One after another up to the first that fails; leaving the network may fail, for we may not be in it."""
        if not commands:
            on_done("")
            return
        first, *rest = commands

        def take(answer: Answer) -> None:
            if answer.ok or first is _LEAVE:
                self._in_turn(rest, apn, on_done)
            else:
                name = f"the access point {apn}" if apn else "the network's own access point"
                on_done(f"{name} is refused ({first.text.partition('=')[0]}: {answer.words or answer.result.value})")

        self._modem.send(first, take)

    def go_offline(self) -> None:
        self.all(self.table.go_offline, lambda _answers: None)

    def _definition(self, apn: Apn) -> list[Command]:
        """Leaving first: an LTE network hears of another access point only with the next attach."""
        commands = [Command(f'AT+CGDCONT=1,"IPV4V6",{quoted(apn.name)}')]
        if apn.user:
            words = self.table.authenticate.format(kind=_PAP, user=quoted(apn.user), password=quoted(apn.password))
            commands.append(Command(words))
        return [_LEAVE, *commands]


_LEAVE = Command("AT+CGATT=0", deadline_ms=ATTACH_MS)


def _defines(answer: Answer, apn: str) -> bool:
    """Whether context 1 already has this access point."""
    contexts = [arguments(line) for line in answer.lines]
    return any(fields[0] == "1" and fields[2:3] == [apn] for fields in contexts)


def _none(*answers: Answer) -> bool:
    """Whether any of these was no answer at all."""
    return any(answer.result in {Result.SILENT, Result.GONE} for answer in answers)
