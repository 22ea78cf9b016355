"""The composition root: builds every part from the settings, joins them, starts them in order and stops them in reverse.

The only module that sees everyone. What is decided stands in `core`; here each order is handed to the part that can carry it out.
"""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.call_orders import CallOrders
from firmware.control import Control
from firmware.core.button import Order as ButtonOrder
from firmware.core.indicator import Condition, Health, LineUse, Reach
from firmware.core.line_state import Phase
from firmware.core.registration import RegistrationPhase
from firmware.exchange.calls import account_of
from firmware.exchange.switchboard import Switchboard
from firmware.journal import Journal
from firmware.line.card import LineCard
from firmware.loop import Loop
from firmware.network.way_out import has_way_out
from firmware.notify import tell_service_manager, watchdog_interval_ms
from firmware.orders import Handler, OrderRefused
from firmware.page_orders import DeviceParts, PageOrders
from firmware.panel import Panel
from firmware.phone_orders import PhoneOrders
from firmware.records.call_log import CallLog
from firmware.records.calls import CallRow, Outcome
from firmware.set_up import SetUpNetwork
from firmware.settings.describe import needs_restart
from firmware.settings.difference import difference
from firmware.settings.errors import SettingsWrong
from firmware.settings.load import load
from firmware.settings.model import Settings, with_changes
from firmware.sip.agent import Agent
from firmware.sip.news import (
    AccountChanged,
    CallArrived,
    CallMoved,
    CallOver,
    CallStranded,
    MessagesWaiting,
    MoveNews,
    News,
    VoiceResumed,
    VoiceStalled,
)
from firmware.sound.countries import load_country
from firmware.state_folder import StateFolder
from firmware.status import StatusView
from firmware.system.requests import Requests
from firmware.update_watch import UpdateWatch
from firmware.wall_clock import LOOK_EVERY_MS, WALL_CLOCK
from firmware.watchdog import Watchdog
from firmware.wifi.desk import WifiDesk
from hal.board import Board, open_board
from hal.wifi import Wifi

if TYPE_CHECKING:
    from firmware.access import Access
    from hal.ports import Timer

log = logging.getLogger("keepline")


class Device:
    """A running adapter. Make it inside the loop; `close` it whatever happens."""

    def __init__(self, settings_path: Path, settings: Settings, folder: StateFolder, board: str) -> None:
        self.settings = settings
        self._settings_path = settings_path
        self._loop = Loop()
        self._call_log = CallLog(folder.call_log, self._trouble)
        self._call_orders = CallOrders(self._call_log)
        self._journal = Journal(self._write_row, lambda: self._loop.now_ms() / 1000)
        self.board: Board = open_board(board, self._loop, len(settings.line), settings.device.board_file)
        self.agent = Agent(settings, folder.instance_id(), self._take, self._may_transfer)
        self._working: set[str] = set()
        self._view = StatusView(board, self._journal.entries, folder.trouble)
        self.switchboard = Switchboard(
            lambda: self.settings,
            folder,
            self.board,
            self.agent,
            self._journal,
            self._call_log,
            self._loop,
            self,
            lambda: frozenset(self._working),
            self._trouble,
        )
        self._view.exchange = self.switchboard.view
        self.access = self._access(settings, folder)
        if self.access:
            self.switchboard.bearer_kind = self._bearer_kind
            self._view.access = self.access.status
        self.panel = Panel(self.board.pins, self.board.panel, self._loop, self._pressed)
        self.wifi = WifiDesk(Wifi(self.board.wifi, self._radio), lambda: self.settings.device.country, self._publish)
        self.restart_wanted = asyncio.Event()
        self.page = PageOrders(
            DeviceParts(
                settings_path,
                folder,
                board,
                lambda: self.settings,
                self.agent,
                lambda: self._journal.entries,
                self._loop,
                self.reload,
                self.restart_wanted.set,
                self._status,
                self._call_orders.calls,
                self._call_log.erase,
                self._trouble,
            )
        )
        self._view.live = self.page.live
        self.set_up = SetUpNetwork(self._loop, Requests.of_service(), lambda: self.page.is_set_up, has_way_out)
        self.control = Control(folder.control_socket, self._orders())
        self._watchdog: Watchdog | None = None
        self._clock_timer: Timer | None = None
        self._resetting: asyncio.Future[None] | None = None
        self._updates = UpdateWatch(self._loop, folder.path, self.renew_panel)

    @property
    def cards(self) -> tuple[LineCard, ...]:
        return self.switchboard.cards

    def _trouble(self, sentence: str) -> None:
        """From a worker thread: something could not be kept."""
        self._loop.post(lambda: log.warning("%s", sentence))

    def _write_row(self, row: CallRow) -> None:
        self._call_log.write(row)
        if row.outcome is not Outcome.UNDER_WAY:
            self.switchboard.router.take_row(row)

    async def start(self) -> None:
        await self.control.start()
        if self.access:
            self.access.start()
        self.agent.start()
        self.switchboard.start()
        self._view.ready = True
        self.renew_panel()
        self._updates.look()
        self._look_at_clock()
        self._watchdog = Watchdog(self._loop, watchdog_interval_ms(), self._progress, tell_service_manager, self.renew_panel)

    def _look_at_clock(self) -> None:
        """Until the time is known; then what happened before gets its own."""
        if not WALL_CLOCK.is_known:
            self._clock_timer = self._loop.later(LOOK_EVERY_MS, self._look_at_clock)
            return
        self._journal.date(WALL_CLOCK.dated)
        self._call_log.date(WALL_CLOCK.dated)
        self.switchboard.store.date(WALL_CLOCK.dated)
        self._view.date()

    def _progress(self) -> dict[str, int | None]:
        """Of SIP: the engine's turns; of each line in use: how many frames it has given."""
        sound = {f"line {card.number}": None if card.phase is Phase.IDLE else card.audio.frames for card in self.cards}
        return {"SIP": self.agent.engine.turns, **sound}

    async def close(self) -> None:
        """In reverse: no new orders, calls ended and accounts unregistered, then the parts."""
        self._view.ready = False
        self.set_up.close()
        if self._clock_timer:
            self._clock_timer.cancel()
        self._updates.close()
        if self._watchdog:
            self._watchdog.close()
        self.switchboard.rest()
        await self.agent.stop()
        await self.wifi.close()
        if self.access:
            await self.access.close()
        self.switchboard.close()
        self.page.close()
        self.agent.close()
        await self.control.stop()
        self.panel.close()
        self.board.close()
        self._call_log.close()

    def _publish(self, event: Mapping[str, object]) -> None:
        self.control.publish(event)
        self.page.hear_event(event)

    # Who listens to the exchange (exchange.Listeners)

    def line_changed(self, card: LineCard) -> None:
        self._publish({"event": "line", **self._view.line(card)})
        self.renew_panel()

    def phone_rang(self, card: LineCard) -> None:
        self._publish({"event": "ring", "line": card.number, "ringing": card.phase is Phase.RINGING})

    def publish_call(self, handle: str, what: str) -> None:
        self._publish({"event": "call", "what": what, "calls": self._view.calls(self._loop.now_ms() / 1000), "call": handle})

    # Uplinks

    def _access(self, settings: Settings, folder: StateFolder) -> "Access | None":
        if not settings.uplink:
            return None
        from firmware.access import Access  # noqa: PLC0415 - netlink and the modem take 13 MB, which a box with a route of its own need not have

        return Access(settings, folder, self.agent, self._loop, self._uplinks_changed)

    def _uplinks_changed(self) -> None:
        """Another way, or another state of one: dial tone, lamps and watchers follow."""
        self.switchboard.renew_rules()
        self.renew_panel()
        if self.access:
            self._publish({"event": "uplink", **self.access.status()})

    def _radio(self) -> str:
        """Which radio Wi-Fi is joined with: that of the uplinks, or the first there is."""
        return next((uplink.interface for uplink in self.settings.uplink if uplink.kind == "wifi"), "")

    def _bearer_kind(self) -> str:
        return self.access.kind if self.access else ""

    def _take_move(self, news: MoveNews) -> None:
        match news:
            case VoiceStalled() | VoiceResumed():
                if self.access:
                    self.access.take(news)
            case CallMoved():
                log.warning("call %s goes by %s now (%s, after %d ms)", news.handle, news.bearer, news.how, news.ms)
                self.switchboard.exchange.tell_moved(news.handle)
                self.publish_call(news.handle, "CallMoved")
            case CallStranded():
                log.warning("call %s could not be taken along: %s", news.handle, news.reason)
                self.publish_call(news.handle, "CallStranded")

    # The panel

    def renew_panel(self) -> None:
        """What the lamps tell may have changed."""
        self.panel.tell(self._condition())

    def _condition(self) -> Condition:
        phases = {card.phase for card in self.cards}
        use = LineUse.ON_HOOK if phases <= {Phase.IDLE, Phase.RINGING} else LineUse.OFF_HOOK
        return Condition(
            self._health(),
            self._reach(),
            LineUse.RINGING if Phase.RINGING in phases else use,
            messages=any(self.switchboard.mailboxes.waiting(card.number) for card in self.cards),
        )

    def _health(self) -> Health:
        if self._view.trouble or (self._watchdog and self._watchdog.stuck):
            return Health.FAULT
        if self._updates.is_installing:
            return Health.UPDATING
        return Health.WORKING if self._view.ready else Health.BOOTING

    def _reach(self) -> Reach:
        if self.access:
            return self.access.reach(registered=bool(self._working))
        return Reach.READY if self._working else Reach.REGISTERING

    def _pressed(self, order: ButtonOrder) -> None:
        log.warning("the button was held: %s", order.value)
        self._publish({"event": "button", "order": order.value})
        if order is ButtonOrder.OPEN_SET_UP:
            self.set_up.open()
        elif order is ButtonOrder.RESET:
            self._resetting = asyncio.ensure_future(self._reset())

    async def _reset(self) -> None:
        try:
            await self.page.reset()
        except OrderRefused as refused:
            log.warning("the factory reset: %s", refused)

    async def _identify(self) -> object:
        self.panel.identify()
        return {}

    # News of the agent

    def _take(self, news: News) -> None:
        match news:
            case AccountChanged():
                self._take_account(news)
            case MessagesWaiting():
                self.switchboard.mailboxes.take_provider(news)
            case CallArrived():
                self._count_call(news.handle, over=False)
                self.switchboard.incoming.arrive(news)
            case CallMoved() | CallStranded() | VoiceStalled() | VoiceResumed():
                self._take_move(news)
            case _:
                self._count_call(news.handle, over=isinstance(news, CallOver))
                self.switchboard.exchange.take(news)

    def _count_call(self, handle: str, *, over: bool) -> None:
        if self.access:
            self.access.take_call(handle, over=over)

    def _may_transfer(self, handle: str, digits: str) -> str:
        return self.switchboard.may_transfer(handle, digits)

    def _take_account(self, news: AccountChanged) -> None:
        self._view.take_account(news, self._loop.now_ms())
        phase = news.registration.phase
        log.info("account %s: %s (%s)", news.account, phase.value, news.reason)
        account = account_of(self.settings, news.account)
        if phase is RegistrationPhase.REGISTERED or (account is not None and not account.register):
            self._working.add(news.account)
        elif phase is not RegistrationPhase.REGISTERING:  # a refresh changes nothing yet
            self._working.discard(news.account)
        self.renew_panel()
        if account:
            self._publish({"event": "account", **self._view.account(account, self._loop.now_ms())})

    # Orders of the control socket

    def _orders(self) -> Mapping[str, Handler]:
        return {
            "status": self._status,
            "reload": self.reload,
            "panel.identify": self._identify,
            **self.switchboard.orders(),
            **self._call_orders.orders(),
            **self.page.orders(),
            **(self.access.orders() if self.access else {}),
            **PhoneOrders(lambda: self.board).orders(),
            **self.wifi.orders(),
        }

    async def _status(self) -> object:
        engine = self.agent.engine
        return self._view.whole(self.settings, self.cards, engine.version, self._loop.now_ms()) | {
            "door": engine.door(),
            "wifi": self.wifi.told,
            "sound": dict(zip(("underruns", "overruns"), engine.xruns, strict=True)),
            "panel": {lamp.value: pattern.value for lamp, pattern in self.panel.shown.items()},
        }

    async def reload(self) -> object:
        """Read the settings file again; with a mistake in it everything stays as it runs."""
        try:
            new = load(self._settings_path)
        except SettingsWrong as wrong:
            raise OrderRefused(str(wrong)) from wrong
        changed = difference(self.settings, new)
        lines_differ = len(new.line) != len(self.cards)
        later = [key for key in changed if needs_restart(key) or (lines_differ and key.startswith("line"))]
        if len(changed) > len(later):
            self._apply(new)
        return {"changed": changed, "after_restart": later}

    def _apply(self, new: Settings) -> None:
        """What needs a restart stays as it was, the number of lines among it; the rest holds at once."""
        running = self.settings
        kept = {"sip": running.sip, "modem": running.modem, "uplink": running.uplink, "probes": running.probes}
        lines = new.line if len(new.line) == len(self.cards) else running.line
        self.settings = with_changes(new, line=lines, **kept)
        country = load_country(new.device.country)
        for card, line in zip(self.cards, lines, strict=True):
            card.apply(line, country)
        self.agent.apply(self.settings)
        self.switchboard.apply()
