"""The composition root: builds every part from the settings, joins them, starts them in order and stops them in reverse.

The only module that sees everyone. What is decided stands in `core`; here each order is handed to the part that can carry it out.
"""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from firmware.control import Control
from firmware.core.causes import cause_of
from firmware.core.events import (
    CallAnswered,
    CallEnded,
    CallOffered,
    CallRinging,
    EarlyMediaStarted,
    Event,
    FarDigitReceived,
)
from firmware.core.line import Phase
from firmware.journal import Journal
from firmware.line_card import LineCard
from firmware.loop import Loop
from firmware.notify import tell_service_manager
from firmware.orders import Handler, OrderRefused
from firmware.phone_orders import PhoneOrders
from firmware.records.call_log import CallLog
from firmware.records.calls import as_json
from firmware.records.errors import RecordsError
from firmware.settings.difference import difference
from firmware.settings.errors import SettingsWrong
from firmware.settings.load import load
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Settings, with_changes
from firmware.sip.agent import Agent
from firmware.sip.errors import SipError
from firmware.sip.news import (
    AccountChanged,
    CallArrived,
    CallEstablished,
    CallNews,
    CallOver,
    CallProgressed,
    DigitArrived,
    MediaChanged,
    News,
)
from firmware.sound.countries import load_country
from firmware.sound.errors import SoundError
from firmware.state_folder import FolderError, StateFolder
from firmware.status import StatusView
from hal.board import Board, open_board
from hal.errors import PartError

log = logging.getLogger("keepline")

_NEEDS_RESTART = ("device.board", "sip.", "line", "modem", "web.")
"""Changes that take effect at the next start; all others at once."""


class Device:
    """A running adapter. Make it inside the loop; `close` it whatever happens."""

    def __init__(self, settings_path: Path, settings: Settings, folder: StateFolder, board: str) -> None:
        self.settings = settings
        self._settings_path = settings_path
        self._loop = Loop()
        self._call_log = CallLog(folder.call_log, lambda sentence: self._loop.post(lambda: log.warning("%s", sentence)))
        self._journal = Journal(self._call_log.write, lambda: self._loop.now_ms() / 1000)
        self.board: Board = open_board(board, self._loop, len(settings.line))
        self.agent = Agent(settings, folder.instance_id(), self._take)
        self.cards = self._build_cards(self.board)
        self._of_handle: dict[str, LineCard] = {}
        self._view = StatusView(board, self._journal.entries)
        self.control = Control(folder.control_socket, self._orders())

    def _build_cards(self, board: Board) -> tuple[LineCard, ...]:
        country = load_country(self.settings.device.country)
        return tuple(
            LineCard(number, line, part, board.pins, country, self._loop, self.agent.engine, self)
            for number, (line, part) in enumerate(zip(self.settings.line, board.lines, strict=True), start=1)
        )

    async def start(self) -> None:
        await self.control.start()
        self.agent.start()
        self._view.ready = True

    async def close(self) -> None:
        """In reverse: no new orders, calls ended and accounts unregistered, then the parts."""
        self._view.ready = False
        for card in self.cards:
            card.rest()
        await self.agent.stop()
        for card in self.cards:
            card.close()
        self.agent.close()
        await self.control.stop()
        self.board.close()
        self._call_log.close()

    # Orders of a line card (line_card.Exchange)

    def place_call(self, card: LineCard, handle: str, digits: str) -> None:
        account = self._account_of(card)
        self._of_handle[handle] = card
        self._journal.placed(handle, card.number, account, digits)
        card.let_keys_pass(wanted=self._dtmf_of(handle) == "inband")
        try:
            self.agent.place(handle, account, digits, card.audio)
        except SipError as problem:
            status = getattr(problem, "status", 503)
            over = CallOver(handle, status, by_us=False, quality=self.agent.quality(handle), reason=str(problem))
            self._loop.post(lambda: self._take(over))

    def ring_back(self, card: LineCard, handle: str) -> None:
        self.agent.ring(handle, card.audio)

    def answer_call(self, handle: str) -> None:
        self._of_handle[handle].let_keys_pass(wanted=self._dtmf_of(handle) == "inband")
        self.agent.answer(handle)

    def end_call(self, handle: str, status: int = 0) -> None:
        if status:
            self._journal.refused(handle)
        self.agent.end(handle, status)

    def send_digit(self, handle: str, digit: str) -> bool:
        return self.agent.send_digit(handle, digit, self._dtmf_of(handle))

    def line_changed(self, card: LineCard) -> None:
        """A line took a step: samples flow while any line is in use, and watchers see it."""
        self.agent.engine.run_clock(wanted=any(each.phase is not Phase.IDLE for each in self.cards))
        self.control.publish({"event": "line", **self._view.line(card)})

    def phone_rang(self, card: LineCard) -> None:
        self.control.publish({"event": "ring", "line": card.number, "ringing": card.phase is Phase.RINGING})

    # News of the agent

    def _take(self, news: News) -> None:
        match news:
            case AccountChanged():
                self._take_account(news)
            case CallArrived():
                self._offer(news)
            case _:
                self._take_call(news)

    def _take_account(self, news: AccountChanged) -> None:
        self._view.take_account(news, self._loop.now_ms())
        phase = news.registration.phase.value
        log.info("account %s: %s (%s)", news.account, phase, news.reason)
        account = self._account_settings(news.account)
        if account:
            self.control.publish({"event": "account", **self._view.account(account, self._loop.now_ms())})

    def _offer(self, news: CallArrived) -> None:
        cards = [card for card in self.cards if self._account_of(card) == news.account] or list(self.cards)
        card = next((each for each in cards if each.phase is Phase.IDLE), cards[0])
        self._of_handle[news.handle] = card
        self._journal.arrived(news.handle, card.number, news.account, news.caller)
        self._publish_call(news.handle, "ringing")
        card.take(CallOffered(news.handle, news.caller))

    def _take_call(self, news: CallNews) -> None:
        event = self._record(news)
        card = self._of_handle.get(news.handle)
        if isinstance(news, CallOver):
            self._of_handle.pop(news.handle, None)
        self._publish_call(news.handle, type(news).__name__)
        if card and event:
            card.take(event)

    def _record(self, news: CallNews) -> Event | None:
        """Write down what happened to a call; returns what the line should know of it."""
        match news:
            case CallProgressed(handle, status, with_media):
                self._journal.progressed(handle, "early media" if with_media else "ringing")
                rings = CallRinging(handle) if status == 180 else None
                return EarlyMediaStarted(handle) if with_media else rings
            case CallEstablished(handle):
                self._journal.answered(handle)
                return CallAnswered(handle)
            case MediaChanged(handle, codec, srtp, held):
                self._journal.media_changed(handle, codec, srtp, held=held)
                return None
            case DigitArrived(handle, digit):
                return FarDigitReceived(handle, digit)
            case CallOver(handle, status):
                self._journal.ended(news)
                return CallEnded(handle, cause_of(status))

    def _publish_call(self, handle: str, what: str) -> None:
        self.control.publish(
            {"event": "call", "what": what, "calls": self._view.calls(self._loop.now_ms() / 1000), "call": handle}
        )

    # Which account a line uses

    def _account_of(self, card: LineCard) -> str:
        first = self.settings.account[0].id if self.settings.account else ""
        return self.settings.line[card.number - 1].account or first

    def _dtmf_of(self, handle: str) -> str:
        entry = self._journal.entries.get(handle)
        account = self._account_settings(entry.row.account) if entry else None
        return account.dtmf if account else "rfc4733"

    def _account_settings(self, name: str) -> AccountSettings | None:
        return next((account for account in self.settings.account if account.id == name), None)

    # Orders of the control socket

    def _orders(self) -> Mapping[str, Handler]:
        return {
            "status": self._status,
            "calls": self._calls,
            "reload": self.reload,
            **PhoneOrders(lambda: self.board.lines).orders(),
        }

    async def _status(self) -> object:
        engine = self.agent.engine
        return self._view.whole(self.settings, self.cards, engine.version, self._loop.now_ms()) | {"door": engine.door()}

    async def _calls(self, limit: int = 100) -> object:
        if not 1 <= limit <= 10_000:
            raise OrderRefused(f"calls: limit must be 1 to 10000, not {limit}")
        try:
            rows = await asyncio.wrap_future(self._call_log.read(limit))
        except RecordsError as error:
            raise OrderRefused(str(error)) from error
        return [as_json(row) for row in rows]

    async def reload(self) -> object:
        """Read the settings file again; with a mistake in it everything stays as it runs."""
        try:
            new = load(self._settings_path)
        except SettingsWrong as wrong:
            raise OrderRefused(str(wrong)) from wrong
        changed = difference(self.settings, new)
        later = [key for key in changed if key.startswith(_NEEDS_RESTART)]
        if len(changed) > len(later):
            self._apply(new)
        return {"changed": changed, "after_restart": later}

    def _apply(self, new: Settings) -> None:
        self.settings = with_changes(self.settings, device=new.device, account=new.account, uplink=new.uplink)
        country = load_country(new.device.country)
        for card in self.cards:
            card.country = country
        self.agent.apply(self.settings)


def run(settings_path: Path, state: Path, board: str | None) -> int:
    """Run the device until SIGTERM or SIGINT; the exit status of `keepline run`."""
    try:
        settings = load(settings_path)
        folder = StateFolder.open(state)
    except (SettingsWrong, FolderError) as problem:
        print(problem, file=sys.stderr)  # noqa: T201 (the command line's words)
        return 2
    logging.basicConfig(level=settings.device.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(settings_path, settings, folder, board or settings.device.board))
    except (PartError, SipError, SoundError, OSError) as problem:
        print(problem, file=sys.stderr)  # noqa: T201 (same)
        return 2
    finally:
        folder.close()
    return 0


async def _serve(settings_path: Path, settings: Settings, folder: StateFolder, board: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    device = Device(settings_path, settings, folder, board)
    try:
        await device.start()
        loop.add_signal_handler(signal.SIGHUP, lambda: loop.create_task(_reload(device)))
        print("ready", flush=True)  # noqa: T201 (the line that callers wait for)
        tell_service_manager("READY=1")
        await stop.wait()
        tell_service_manager("STOPPING=1")
    finally:
        await device.close()


async def _reload(device: Device) -> None:
    with contextlib.suppress(OrderRefused):
        log.info("settings read again: %s", await device.reload())
