"""The SIP agent: accounts and calls behind plain method calls; everything that happens comes out as `news`.

The only door of this package. It runs on the deciding thread, names calls by handles of its own and keeps every engine object to itself.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable

import pjsua2 as pj

from firmware.core.registration import RegistrationPhase
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Settings
from firmware.sip.account import Account
from firmware.sip.account_config import uri_of
from firmware.sip.audio import LinePort
from firmware.sip.call import Call
from firmware.sip.engine import Engine, explain
from firmware.sip.errors import CallImpossible
from firmware.sip.identity import called_of, caller_of
from firmware.sip.news import AccountChanged, CallArrived, CallOver, MediaChanged, News, Quality
from firmware.sip.resolve import system_nameservers

log = logging.getLogger("keepline.sip")

_STOP_S = 3.0
"""How long a stop waits for the answers to BYE and unregistration; a dead server must not hold up a shutdown."""

_WATCH_S = 1.0


class Agent:
    """Accounts, calls and their sound. Make it on the deciding thread; `report` gets all news, on that thread."""

    def __init__(self, settings: Settings, instance: str, report: Callable[[News], None]) -> None:
        self.engine = Engine(settings, settings.sip.nameservers or system_nameservers())
        self._settings = settings
        self._instance = instance
        self._report_outside = report
        self._calls: dict[str, Call] = {}
        self._ending: dict[str, Call] = {}
        self._held: set[str] = set()
        self._heard: dict[str, tuple[int, float]] = {}
        self._numbers = itertools.count(1)
        self._quiet = asyncio.Event()
        self._accounts = {account.id: self._account(account) for account in settings.account}
        self._leaving: dict[Account, asyncio.Task[None]] = {}
        self._handover = asyncio.Lock()
        self._watch: asyncio.TimerHandle | None = None

    def _account(self, settings: AccountSettings) -> Account:
        return Account(settings, self._settings.sip, self._instance, self.engine, self._account_changed, self._invited)

    def start(self) -> None:
        self._allow_sources()
        for account in self._accounts.values():
            account.start()

    def apply(self, settings: Settings) -> None:
        """Take accounts as they now stand: those that changed or went are unregistered, new ones start; calls go on."""
        wanted = {account.id: account for account in settings.account}
        left = [account for name, account in self._accounts.items() if wanted.get(name) != account.settings]
        for account in left:
            del self._accounts[account.settings.id]
            self._leaving[account] = asyncio.get_running_loop().create_task(self._retire(account))
        for name, account_settings in wanted.items():
            if name not in self._accounts:
                self._accounts[name] = self._account(account_settings)
        awaited = {account.settings.id for account in self._leaving}
        for name, account in self._accounts.items():
            if not account.started and name not in awaited:
                account.start()
        self._settings = settings

    async def _retire(self, account: Account) -> None:
        """Unregister it, then let its successor begin: both have the same Contact, so that the other order would take away the
        new registration. The engine has room for few accounts, so it is let go of when its last call is over."""
        async with self._handover:
            account.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(account.gone.wait(), _STOP_S)
            account.report = _nobody
            successor = self._accounts.get(account.settings.id)
            if successor and not successor.started:
                successor.start()
        self._drop_when_free(account)

    def _drop_when_free(self, account: Account) -> None:
        if any(call.settings is account.settings for call in (*self._calls.values(), *self._ending.values())):
            asyncio.get_running_loop().call_later(_WATCH_S, self._drop_when_free, account)
        else:
            account.drop()
            self._leaving.pop(account, None)

    def _account_changed(self, news: AccountChanged) -> None:
        self._allow_sources()
        self._quiet_check()
        self._report_outside(news)

    def _allow_sources(self) -> None:
        self.engine.allow_sources(set().union(*(account.sources for account in self._accounts.values())))

    def _invited(self, account: Account, call_id: int, message: str) -> None:
        if account.engine_account is None:
            return
        handle = f"in-{next(self._numbers)}"
        call = Call(account.engine_account, handle, account.settings, self._report, call_id)
        self._calls[handle] = call
        self._report(CallArrived(handle, account.settings.id, caller_of(message), called_of(message)))

    def place(self, handle: str, account_name: str, digits: str, port: LinePort) -> None:
        """Send an INVITE; raises CallImpossible with the status and the sentence for it."""
        account = self._accounts.get(account_name)
        if account is None or account.engine_account is None:
            raise CallImpossible(503, "there is no account to call with" if account is None else "the server is not found yet")
        call = Call(account.engine_account, handle, account.settings, self._report)
        call.attach(port)
        self._calls[handle] = call
        try:
            call.place(uri_of(account.settings, digits))
        except pj.Error as error:
            self._calls.pop(handle, None)
            raise CallImpossible(503, explain(error)) from error
        finally:
            self.engine.rearm()

    def ring(self, handle: str, port: LinePort) -> None:
        """Tell the caller that the bell rings."""
        call = self._calls[handle]
        call.attach(port)
        self._order(call.ring)

    def answer(self, handle: str) -> None:
        if handle in self._calls:
            self._order(self._calls[handle].accept)

    def end(self, handle: str, status: int = 0, reason: str = "") -> None:
        """Hang up, cancel or refuse; a call that is over already is left alone."""
        if handle in self._calls:
            self._calls[handle].end(status, reason)
            self.engine.rearm()

    def send_digit(self, handle: str, digit: str, method: str) -> bool:
        """Send a digit out of band; False when the far end takes none that way."""
        call = self._calls.get(handle)
        if call is None:
            return False
        with contextlib.suppress(pj.Error):
            info = pj.PJSUA_DTMF_METHOD_SIP_INFO if method == "info" else pj.PJSUA_DTMF_METHOD_RFC2833
            return call.send_digit(digit, info)
        return False

    def quality(self, handle: str) -> Quality:
        return self._calls[handle].quality() if handle in self._calls else Quality()

    def _order(self, order: Callable[[], None]) -> None:
        try:
            order()
        except pj.Error as error:
            log.info("the engine refused an order: %s", explain(error))
        self.engine.rearm()

    def _report(self, news: News) -> None:
        """A call's news; its object may only be let go after its own callback has returned."""
        match news:
            case CallOver():
                if news.handle in self._calls:
                    self._ending[news.handle] = self._calls.pop(news.handle)
                self._heard.pop(news.handle, None)
                self._held.discard(news.handle)
                asyncio.get_running_loop().call_soon(self._let_go, news.handle)
                self._quiet_check()
            case MediaChanged():
                (self._held.add if news.held else self._held.discard)(news.handle)
                self._watch_media()
        self._report_outside(news)

    def _let_go(self, handle: str) -> None:
        """The last reference ends here, outside of any engine callback, and not while a BYE still waits for its answer."""
        if handle in self._ending and self._ending[handle].isActive():
            asyncio.get_running_loop().call_later(_WATCH_S, self._let_go, handle)
        else:
            self._ending.pop(handle, None)

    def _watch_media(self) -> None:
        """Look every second, while there are calls, how their media is."""
        if not self._watch:
            self._watch = asyncio.get_running_loop().call_later(_WATCH_S, self._look_at_media)

    def _look_at_media(self) -> None:
        self._watch = None
        for call in list(self._calls.values()):
            call.look_at_media()
        if self._settings.sip.rtp_silence_s:
            self._look_for_silence()
        if self._calls:
            self._watch_media()

    def _look_for_silence(self) -> None:
        """End calls whose far end fell silent; one that holds us may be silent for as long as it likes."""
        now = asyncio.get_running_loop().time()
        for handle, call in list(self._calls.items()):
            if not call.established:
                continue  # an announcement may be silent, and a far end may think
            packets = call.quality().rx_packets
            before, since = self._heard.get(handle, (-1, now))
            self._heard[handle] = (packets, now if packets != before or handle in self._held else since)
            if now - self._heard[handle][1] >= self._settings.sip.rtp_silence_s:
                self.end(handle, reason=f"no voice came from the far end for {self._settings.sip.rtp_silence_s} s")

    def _quiet_check(self) -> None:
        gone = all(account.registration.phase is RegistrationPhase.UNREGISTERED for account in self._accounts.values())
        (self._quiet.set if gone and not self._calls else self._quiet.clear)()

    async def stop(self) -> None:
        """Hang up, unregister, wait a little for the answers, and let every call and account go. `close` follows."""
        if self._watch:
            self._watch.cancel()
        for handle in list(self._calls):
            self.end(handle)
        for account in self._accounts.values():
            account.stop()
        self._quiet_check()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), _STOP_S)
        for task in self._leaving.values():
            task.cancel()
        for account in (*self._accounts.values(), *self._leaving):
            account.drop()
        self._calls.clear()
        self._ending.clear()
        self.engine.run_clock(wanted=False)

    def close(self) -> None:
        """End the engine. Its ports must have been let go: what belongs to it and outlives it crashes the process."""
        self.engine.close()


def _nobody(_news: AccountChanged) -> None:
    """Who hears of an account that has a successor."""
