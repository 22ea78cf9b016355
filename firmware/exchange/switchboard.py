"""The exchange put together: lines, calls in and out, star codes, mailboxes, call back. A part of the composition root, kept apart for its size."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware.core.digit_map import parse
from firmware.core.hook import HookRules
from firmware.core.incoming import LineServices
from firmware.core.line_state import LineRules
from firmware.core.star_codes import Feature
from firmware.exchange.call_back import CallBack
from firmware.exchange.call_limits import CallLimits
from firmware.exchange.calls import Exchange, Listeners, Service, account_of
from firmware.exchange.dial_lessons import DialLessons
from firmware.exchange.dial_plan import DialPlan
from firmware.exchange.directory import Directory
from firmware.exchange.feature_codes import FeatureCodes
from firmware.exchange.incoming_calls import IncomingCalls
from firmware.exchange.line_rules import hook_rules, line_rules
from firmware.exchange.line_trials import LineTrials
from firmware.exchange.mailboxes import Mailboxes
from firmware.exchange.orders import ExchangeOrders
from firmware.exchange.router import Router
from firmware.exchange.services_file import ServicesFile
from firmware.exchange.view import ExchangeView
from firmware.journal import Journal
from firmware.line.card import LineCard
from firmware.orders import Handler
from firmware.records.call_log import CallLog
from firmware.records.voicemail import VoicemailStore
from firmware.settings.model import Settings
from firmware.sip.agent import Agent
from firmware.sip.news import CallEstablished, CallNews, CallOver, DigitArrived
from firmware.sound.countries import load_country
from firmware.sound.prompts import Prompts, spell
from firmware.sound.rings import distinctive, ring_of_alert_info
from firmware.state_folder import StateFolder
from firmware.voicemail.mail import Mailer, Post
from firmware.voicemail.orders import VoicemailOrders
from hal.board import Board
from hal.ports import Scheduler

if TYPE_CHECKING:
    from concurrent.futures import Future

    from firmware.records.calls import CallRow


_REMEMBERED_ROWS = 1000
"""Of the call log, for who called last by which number: more would only delay the start."""

_A_DAY_MS = 86_400_000


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
        self._scheduler = scheduler
        self.bearer_kind: Callable[[], str] = lambda: ""
        """What calls go by; "" where nobody watches uplinks."""
        self.services = ServicesFile(folder.path / "services.json", self.renew_rules)
        self.plan = DialPlan(settings())
        self.router = Router(settings, working, self._hides_number, self.plan)
        self.exchange = Exchange(agent, journal, scheduler, listeners, settings, self.router)
        self.store = VoicemailStore(folder.path / "voicemail", trouble, lambda _box: scheduler.post(self._count_messages))
        self._mailer = Mailer(self.store, scheduler, trouble)
        self._sayings = Prompts(settings().device.language)
        self.limits = CallLimits(journal, self.router, scheduler, lambda handle, reason: agent.end(handle, reason=reason))
        self.call_back = CallBack(self.exchange, scheduler)
        self.mailboxes = self._build_mailboxes(scheduler)
        self.incoming = self._build_incoming(scheduler)
        self.features = self._build_features(scheduler, call_log)
        self.lessons = DialLessons(self.features, self.services, scheduler, self.renew_rules, listeners.line_changed)
        self.view = ExchangeView(self.exchange, lambda: self.services.now, self.mailboxes, self.call_back, self.lessons)
        self._join()
        self.cards = self.exchange.cards = self._build_cards(board, scheduler, agent)
        call_log.read(_REMEMBERED_ROWS).add_done_callback(lambda rows: scheduler.post(lambda: self._remember(rows)))

    def _build_cards(self, board: Board, scheduler: Scheduler, agent: Agent) -> tuple[LineCard, ...]:
        settings = self._settings()
        country = load_country(settings.device.country)
        return tuple(
            LineCard(
                number,
                line,
                self._rules(number),
                self._hook_rules(number),
                part,
                board.pins,
                country,
                scheduler,
                agent.engine,
                self.exchange,
            )
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
            Directory(self._settings, lambda: self.services.now, self._forms_of, self._name_of, _cadence, ring_of_alert_info),
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
            {Feature.VOICEMAIL: self.mailboxes.open_menu, Feature.LEARN_DIAL: self._teach_dial},
        )

    def start(self) -> None:
        """Bring in what the first call would have to wait for."""
        self.apply()
        self._expire_messages()

    def _expire_messages(self) -> None:
        self.store.expire()
        self._scheduler.later(_A_DAY_MS, self._expire_messages)

    def rest(self) -> None:
        """No bell, no timers."""
        for card in self.cards:
            card.rest()

    def close(self) -> None:
        """Let the audio ports go, before the engine closes."""
        for card in self.cards:
            card.close()
        self._mailer.close()
        self.store.close()

    def _join(self) -> None:
        exchange = self.exchange
        exchange.run_code = lambda *asked: self.lessons.answer(*asked) or self.features.run(*asked)
        exchange.refuse = self.features.refuse
        exchange.placed = lambda handle, way: self.limits.placed(handle, way.limit_s)
        exchange.call_taken = self.incoming.taken
        exchange.call_gone = self._gone
        exchange.progressed = self._progressed

    def _progressed(self, news: CallNews) -> None:
        self.incoming.progressed(news)
        self.call_back.progressed(news)
        if isinstance(news, CallEstablished):
            self.limits.answered(news.handle)
        if isinstance(news, DigitArrived):
            self.mailboxes.digit(news.handle, news.digit)

    def _gone(self, news: CallOver) -> bool:
        self.limits.gone(news.handle)
        return any([self.incoming.gone(news), self.call_back.gone(news), self.mailboxes.gone(news)])

    def _remember(self, rows: "Future[list[CallRow]]") -> None:
        if not rows.exception():
            self.router.remember(rows.result())

    def _status_words(self, card: LineCard) -> tuple[str, ...]:
        settings = self._settings()
        account = account_of(settings, settings.line[card.number - 1].account) or next(iter(settings.account), None)
        if account is None:
            return ("no_account",)
        way = {"ethernet": "on_ethernet", "wifi": "on_wifi", "cellular": "on_cellular", "none": "no_uplink"}.get(
            self.bearer_kind()
        )
        return ("your_number_is", *spell(account.number or account.user), *((way,) if way else ()))

    def _teach_dial(self, card: LineCard, handle: str) -> Service:
        return self.lessons.open_by_code(card, handle)

    # Asked anew each time, since settings and services change

    def _count_messages(self) -> None:
        self._mailer.wake()
        self.renew_rules()

    def _forms_of(self, number: str) -> frozenset[str]:
        return self.plan.forms_of(number)

    def _name_of(self, number: str) -> str:
        contact = self.plan.plan.contact_of(self.plan.numbering.read(number))
        return contact.name if contact else ""

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
        rules = line_rules(number, self._settings(), self.services.now, digit_map, messages=messages, bearer=self.bearer_kind())
        return self.lessons.rules(rules)

    def _hook_rules(self, number: int) -> HookRules:
        return hook_rules(self._settings().line[number - 1], self.services.now.dials.get(number))

    def renew_rules(self) -> None:
        """What the subscriber switched on, or messages, or the settings changed."""
        for card in self.cards:
            card.rules = self._rules(card.number)
            card.hook_rules = self._hook_rules(card.number)
            card.show_messages(self.mailboxes.waiting(card.number))
            self.exchange.listeners.line_changed(card)

    def apply(self) -> None:
        """The settings changed."""
        self.plan = self.router.plan = DialPlan(self._settings())
        self.mailboxes.apply()
        self._mailer.apply(Post.of(self._settings()))
        self.renew_rules()
        asyncio.get_running_loop().run_in_executor(None, self.plan.prepare)

    def orders(self) -> dict[str, Handler]:
        """Of the control socket."""
        names = lambda: [box.name for box in self._settings().mailbox]  # noqa: E731
        own = ExchangeOrders(self._settings, self.router, self.services)
        trials = LineTrials(lambda: self.cards, self.lessons, self.services)
        return VoicemailOrders(self.store, names).orders() | own.orders() | trials.orders()

    def may_transfer(self, handle: str, digits: str) -> str:
        entry = self.exchange.journal.entries.get(handle)
        return self.router.may_transfer(entry.row.line, digits) if entry else "the call is not known"


def _cadence(name: str) -> tuple[int, ...]:
    return () if name == "country" else distinctive(name)
