"""The account's second contact at its registrar, by an uplink that waits, so that a call rings at the very moment of a move.

An engine account of its own, for REGISTER alone: calls that come by it are the account's (`Accounts`), whatever way they took. When the account moves to
that uplink it has the same Contact there, so this one goes without a word. No q value tells the two apart: registrars disagree about what a contact without
one is worth, and asked for both at once the telephone rings once (`sip.forks`). For which uplink, and whether the registrar kept both, is
decided in `core.standby`.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from enum import Enum
from typing import Protocol

import pjsua2 as pj

from firmware.core.registration import words_of
from firmware.core.standby import patience_ms
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Sip
from firmware.sip.account_config import config_of, go_by, retry_after
from firmware.sip.bearer import Bearer
from firmware.sip.engine import Engine, TransportKey, explain
from firmware.sip.engine_account import EngineAccount
from firmware.sip.identity import headers_of
from firmware.sip.resolve import Located

log = logging.getLogger("keepline.sip")

_REG_ID = "2"
"""RFC 5626 section 4.2: each flow of a device has a number of its own; the account's is 1."""

_SETTLED_S = 5.0
"""Where each flow is a registration of its own, the account has its own by then."""


_MEND_S = 5
_ANSWER_S = 35.0
"""By then the engine has told of whatever it asked (RFC 3261 timer F: 32 s)."""


class Main(Protocol):
    """The account whose second contact it is."""

    @property
    def is_registered(self) -> bool: ...

    @property
    def local_address(self) -> str: ...

    def verdict(self, message: str) -> str:
        """Why, by this answer of the registrar, it must do without a second contact; ""."""

    def come_to(self, located: Located) -> None:
        """A contact is wanted there, and calls may come from there."""

    def take_away(self, address: str, contact: str) -> None:
        """Have the registrar forget this Contact, by the uplink in use."""

    def register_again(self) -> None: ...
    def on_invited(self, call_id: int, message: str) -> None: ...


class Hold(Enum):
    NONE = "none"
    ASKED = "asked"
    HELD = "held"
    LEAVING = "leaving"


class StandbyContact:
    """One at a time. What fails is for the log alone: the account itself goes on."""

    def __init__(self, settings: AccountSettings, sip: Sip, instance: str, engine: Engine, main: Main) -> None:
        self._settings = settings
        self._sip = sip
        self._instance = instance
        self._engine = engine
        self._main = main
        self._account: EngineAccount | None = None
        self._config: pj.AccountConfig | None = None
        self._hold = Hold.NONE
        self._bearer = Bearer("")
        self._address = ""
        self.contact = ""
        """As the registrar knows it; "" while none is sure."""
        self._has_flows = False
        self._failures = 0
        self._not_before_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._then: Callable[[], None] | None = None

    @property
    def engine_id(self) -> int:
        """The engine's number for it; -1 while there is none."""
        return int(self._account.getId()) if self._account else -1

    def keep(self, bearer: Bearer, located: Located) -> None:
        """Have a contact by this uplink and by no other."""
        here = self._hold in {Hold.ASKED, Hold.HELD} and bearer.is_at(self._bearer) and located.local_address == self._address
        if here or not self._settings.register or not self._main.is_registered:
            return
        self.leave()
        if asyncio.get_running_loop().time() < self._not_before_s or self._hold is Hold.LEAVING:
            return
        self._bearer, self._address = bearer, located.local_address
        self._main.come_to(located)
        try:
            self._place(located, metered=bearer.metered)
            self._ask(wanted=True)
        except pj.Error as error:
            self._hold = Hold.ASKED
            self._fail(explain(error), answered=False)
        self._engine.rearm()

    def leave(self) -> None:
        """Its uplink waits no more: the account is there itself, or it works no more, or another serves better."""
        if self._hold not in {Hold.ASKED, Hold.HELD}:
            return
        if self._address == self._main.local_address and self._has_flows:
            self._later(_SETTLED_S, self.give_back)
        else:
            self._forget()

    def give_back(self) -> None:
        """Have the registrar forget it, by its own uplink. While the engine registers it still, the answer is the time to ask."""
        if self._hold in {Hold.ASKED, Hold.HELD}:
            try:
                self._ask(wanted=False)
            except pj.Error as error:
                log.debug("%s: %s: its contact is not given back yet: %s", self._settings.id, self._bearer.name, explain(error))
                self._later(_ANSWER_S, self._forget)
            self._engine.rearm()

    def when_gone(self, then: Callable[[], None]) -> None:
        """After what is asked of the registrar now, at once where that is nothing."""
        if self._hold is Hold.LEAVING:
            self._then = then
        else:
            then()

    def drop(self) -> None:
        """Let go of the engine's object; before the engine closes."""
        self._later(0, None)
        if self._account:
            self._account.shutdown()
        self._account, self._hold = None, Hold.NONE

    def _ask(self, *, wanted: bool) -> None:
        self._later(0, None)
        self._hold = Hold.ASKED if wanted else Hold.LEAVING
        if self._account:
            self._account.setRegistration(wanted)

    def _place(self, located: Located, *, metered: bool) -> None:
        transport_id = self._engine.transport(TransportKey(self._settings.transport, located.local_address))
        config = config_of(self._settings, self._sip, self._instance, located, transport_id)
        go_by(config, self._settings, located, 0, metered=metered)
        config.natConfig.sipOutboundRegId = _REG_ID
        config.natConfig.udpKaIntervalSec = 0  # the hole is knocked at by `sip.standby`
        config.mwiConfig.enabled = False
        self._config = config
        if self._account:
            self._account.modify(config)
            return
        account = EngineAccount(self)
        account.create(config)
        if self._settings.contact_user:
            pj.keeplineContactUser(account.getId(), self._settings.contact_user)
        self._account = account

    def _forget(self) -> None:
        """Register no more. What the registrar still knows is taken away by the account, unless it is there itself."""
        known = self.contact or (pj.keeplineContact(self.engine_id) if self._account else "")
        if known and self._hold is not Hold.LEAVING and self._address != self._main.local_address:
            self._main.take_away(self._address, known)
        self._hold, self.contact = Hold.NONE, ""
        self._later(0, None)
        if self._account and self._config:
            self._config.regConfig.registrarUri = ""
            with contextlib.suppress(pj.Error):
                self._account.modify(self._config)
        then, self._then = self._then, None
        if then:
            then()

    def _later(self, delay_s: float, action: Callable[[], None] | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay_s, action) if action else None

    # Answers, from the engine

    def on_answer(self, code: int, reason: str, expires_s: int, source: str, message: str) -> None:  # noqa: ARG002 (the engine's)
        loop = asyncio.get_running_loop()
        is_ours = code // 100 == 2 and expires_s > 0
        if self._hold is Hold.LEAVING:
            loop.call_soon(self._ask_again if is_ours else self._forget)
        elif is_ours:
            loop.call_soon(self._take, message)
        elif self._hold is not Hold.NONE:
            words = words_of(code) if message else reason
            loop.call_soon(lambda: self._fail(words, answered=bool(message)))

    def _ask_again(self) -> None:
        """A registration was on its way when we were told to stop."""
        self._hold = Hold.HELD
        self.give_back()

    def _take(self, message: str) -> None:
        if self._hold not in {Hold.ASKED, Hold.HELD}:
            return
        self._failures = 0
        self._has_flows = "outbound" in headers_of(message).get("require", "")
        reason = self._main.verdict(message) if self._hold is Hold.ASKED else ""
        if reason:
            self._wait(reason, answered=True)
            self._main.register_again()
            self.give_back()
            return
        self.contact = pj.keeplineContact(self.engine_id)
        if self._hold is Hold.ASKED:
            self._hold = Hold.HELD
            self._mend()
            log.info("%s: calls may come by %s too", self._settings.id, self._bearer.name)

    def _mend(self) -> None:
        """A broken connection is made anew, and the contact with it."""
        if self._account and self._config and self._settings.transport != "udp":
            retry_after(self._config, _MEND_S)
            with contextlib.suppress(pj.Error):
                self._account.modify(self._config)

    def _fail(self, reason: str, *, answered: bool) -> None:
        if self._hold is not Hold.NONE:
            self._wait(reason, answered=answered)
            self._forget()

    def _wait(self, reason: str, *, answered: bool) -> None:
        # S311: spreading retries is no secret.
        wait_s = patience_ms(self._failures, random.random(), answered=answered) / 1000  # noqa: S311
        self._failures += 1
        self._not_before_s = asyncio.get_running_loop().time() + wait_s
        log.info("%s: no calls by %s for %d s: %s", self._settings.id, self._bearer.name, wait_s, reason)

    def on_invited(self, call_id: int, message: str) -> None:
        self._main.on_invited(call_id, message)

    def on_summary(self, message: str, source: str, *, subscribed: bool) -> None:
        """The account itself hears of its mailbox."""
