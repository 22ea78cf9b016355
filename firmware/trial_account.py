"""Registers an account for a moment, beside those that run, and tells in words how it went. It changes no setting and takes no call."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from firmware.core.registration import RegistrationPhase
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Sip
from firmware.sip.account import Account
from firmware.sip.bearer import Uplinks
from firmware.sip.engine import Engine
from firmware.sip.news import AccountChanged, MessagesWaiting

_PATIENCE_S = 15.0
_UNREGISTER_S = 3.0
_SETTLED = {RegistrationPhase.REGISTERED, RegistrationPhase.WAITING, RegistrationPhase.REFUSED, RegistrationPhase.UNREGISTERED}


class TrialAccount:
    """One trial at a time: the engine has room for few accounts."""

    def __init__(self, engine: Engine, uplinks: Callable[[], Uplinks]) -> None:
        self._engine = engine
        self._uplinks = uplinks
        self._one = asyncio.Lock()

    async def register(self, settings: AccountSettings, sip: Sip) -> dict[str, Any]:
        """`ok`, the `reason` in words, the SIP `status` (0: nobody answered)."""
        async with self._one:
            news = _News()
            account = Account(settings, sip, str(uuid4()), self._engine, news, self._uplinks())
            account.start()
            try:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.settled.wait(), _PATIENCE_S)
                return _told(news.last)
            finally:
                await _leave(account)


class _News:
    """What the trial hears of itself (sip.account.Listener)."""

    def __init__(self) -> None:
        self.last: AccountChanged | None = None
        self.settled = asyncio.Event()

    def account_news(self, news: AccountChanged | MessagesWaiting) -> None:
        if isinstance(news, AccountChanged) and not self.settled.is_set():
            self.last = news
            if news.registration.phase in _SETTLED:
                self.settled.set()

    def invited(self, account: Account, call_id: int, message: str) -> None:
        """A trial takes no calls: the engine ends one that nobody keeps."""


def _told(news: AccountChanged | None) -> dict[str, Any]:
    if news is None or news.registration.phase not in _SETTLED:
        return {"ok": False, "reason": f"the server did not answer within {_PATIENCE_S:.0f} s", "status": 0}
    wrong = {RegistrationPhase.WAITING, RegistrationPhase.REFUSED}
    return {"ok": news.registration.phase not in wrong, "reason": news.reason, "status": news.registration.status}


async def _leave(account: Account) -> None:
    account.stop()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(account.gone.wait(), _UNREGISTER_S)
    account.drop()
