"""The exchange put together: lines, calls in and out, star codes, mailboxes, call back. A part of the composition root, kept apart for its size."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware.call_back import CallBack
from firmware.core.digit_map import parse
from firmware.core.incoming import LineServices
from firmware.core.line_state import LineRules
from firmware.core.star_codes import Feature
from firmware.dial_plan import DialPlan
from firmware.directory import Directory
from firmware.exchange import Exchange, Listeners, account_of
from firmware.feature_codes import FeatureCodes
from firmware.incoming_calls import IncomingCalls
from firmware.journal import Journal
from firmware.line_card import LineCard
from firmware.line_rules import line_rules
from firmware.mailboxes import Mailboxes
from firmware.records.call_log import CallLog
from firmware.records.voicemail import VoicemailStore
from firmware.router import Router
from firmware.services_file import ServicesFile
from firmware.settings.model import Settings
from firmware.sip.agent import Agent
from firmware.sip.news import CallNews, CallOver, DigitArrived
from firmware.sound.countries import load_country
from firmware.sound.prompts import Prompts, spell
from firmware.sound.rings import distinctive, ring_of_alert_info
from firmware.state_folder import StateFolder
from hal.board import Board
from hal.ports import Scheduler

if TYPE_CHECKING:
    from firmware.records.calls import CallRow
    from concurrent.futures import Future


class Switchboard:
    """Everything that has to do with calls. `settings` gives them as they now stand; close it before the agent."""

    def __init__(  # noqa: PLR0913, PLR0917 (the parts it joins)
        self,
        settings: Callable[[], Settings],
        folder: StateFolder,
        board: Board,
        agent: Agent,
        journal: Journal,
        call_log: CallLog,
        scheduler: Scheduler,
        listeners: Listeners,
        working: Callable[[], frozenset[str]],
        trouble: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self.services = ServicesFile(folder.path / "services.json", self.renew_rules)
        self.plan = DialPlan(settings())
        self.exchange = Exchange(agent, journal, scheduler, listeners, settings)
        self.router = Router(settings, working, self._hides_number, self.plan)
        self.store = VoicemailStore(folder.path / "voicemail", trouble, lambda _box: scheduler.post(self.renew_rules))
        self._sayings = Prompts(settings().device.language)
        self.call_back = CallBack(self.exchange, scheduler)
        self.mailboxes = self._build_mailboxes(scheduler)
        self.incoming = self._build_incoming(scheduler)
        self.features = self._build_features(scheduler, call_log)
        self._join()
        self.cards = self.exchange.cards = self._build_cards(board, scheduler, agent)
        call_log.read(10_000).add_done_callback(lambda rows: scheduler.post(lambda: self._remember(rows)))

    def _build_cards(self, board: Board, scheduler: Scheduler, agent: Agent) -> tuple[LineCard, ...]:
        settings = self._settings()
        country = load_country(settings.device.country)
        return tuple(
            LineCard(number, line, self._rules(number), part, board.pins, country, scheduler, agent.engine, self.exchange)
            for number, (line, part) in enumerate(zip(settings.line, board.lines, strict=True), start=1)
        )

    def _build_mailboxes(self, scheduler: Scheduler) -> Mailboxes:
        return Mailboxes(
            self.exchange,
            self.store,
            self._sayings,
            scheduler,
            self._settings,
            finish=self._finish,
            changed=self.renew_rules,
        )

    def _build_incoming(self, scheduler: Scheduler) -> IncomingCalls:
        return IncomingCalls(
            self.exchange,
            Directory(self._settings, lambda: self.services.now, self._forms_of, _cadence, ring_of_alert_info),
            scheduler,
            self._settings,
            self._services_of,
            self.mailboxes.answer,
        )

    def _build_features(self, scheduler: Scheduler, call_log: CallLog) -> FeatureCodes:
        return FeatureCodes(
            self.exchange,
            self.services,
            scheduler,
            self._settings,
            self._sayings,
            call_log.read,
            self.call_back.start,
            self.call_back.stop,
            self._status_words,
            {Feature.VOICEMAIL: self.mailboxes.open_menu},
        )

    def start(self) -> None:
        """Bring in what the first call would have to wait for."""
        self.mailboxes.apply()
        self.renew_rules()
        asyncio.get_running_loop().run_in_executor(None, self.plan.prepare)

    def rest(self) -> None:
        """No bell, no timers."""
        for card in self.cards:
            card.rest()

    def close(self) -> None:
        """Let the audio ports go, before the engine closes."""
        for card in self.cards:
            card.close()
        self.store.close()

    def _join(self) -> None:
        exchange = self.exchange
        exchange.router = self.router
        exchange.run_code = self.features.run
        exchange.call_taken = self.incoming.taken
        exchange.call_gone = self._gone
        exchange.progressed = self._progressed

    def _progressed(self, news: CallNews) -> None:
        self.incoming.progressed(news)
        self.call_back.progressed(news)
        if isinstance(news, DigitArrived):
            self.mailboxes.digit(news.handle, news.digit)

    def _gone(self, news: CallOver) -> bool:
        return any([self.incoming.gone(news), self.call_back.gone(news), self.mailboxes.gone(news)])

    def _remember(self, rows: "Future[list[CallRow]]") -> None:
        if not rows.exception():
            self.router.remember(rows.result())

    def _status_words(self, card: LineCard) -> tuple[str, ...]:
        settings = self._settings()
        account = account_of(settings, settings.line[card.number - 1].account) or next(iter(settings.account), None)
        if account is None:
            return ("no_account",)
        return ("your_number_is", *spell(account.number or account.user))

    # Asked anew each time, since settings and services change

    def _forms_of(self, number: str) -> frozenset[str]:
        return self.plan.forms_of(number)

    def _services_of(self, line: int) -> LineServices:
        return self.services.now.of_line(line)

    def _hides_number(self, line: int) -> bool:
        return self._services_of(line).hides_number

    def _finish(self, card: LineCard, handle: str) -> None:
        self.features.end(card, handle)

    # Rules

    def _rules(self, number: int) -> LineRules:
        digit_map = parse(self.plan.digit_map(number))
        messages = self.mailboxes.waiting(number) > 0
        return line_rules(number, self._settings(), self.services.now, digit_map, messages=messages)

    def renew_rules(self) -> None:
        """What the subscriber switched on, or messages, or the settings changed."""
        for card in self.cards:
            card.rules = self._rules(card.number)
            card.show_messages(self.mailboxes.waiting(card.number))

    def apply(self) -> None:
        """The settings changed."""
        self.plan = self.router.plan = DialPlan(self._settings())
        self.mailboxes.apply()
        self.renew_rules()

    def may_transfer(self, handle: str, digits: str) -> str:
        entry = self.exchange.journal.entries.get(handle)
        return self.router.may_transfer(entry.row.line, digits) if entry else "the call is not known"


def _cadence(name: str) -> tuple[int, ...]:
    return () if name == "country" else distinctive(name)
