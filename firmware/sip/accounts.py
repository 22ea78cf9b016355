"""All accounts: those of the settings, those that are leaving, and whom they let in. Calls are none of its affair."""

import asyncio
import contextlib
from collections.abc import Callable

from firmware.core.registration import RegistrationPhase
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Settings
from firmware.sip.account import Account, Listener
from firmware.sip.account_config import user_of
from firmware.sip.bearer import Uplinks
from firmware.sip.engine import Engine
from firmware.sip.errors import CallImpossible
from firmware.sip.identity import number_of, request_uri_of
from firmware.sip.news import AccountChanged, MessagesWaiting
from firmware.sip.referral import address_of, is_among

_STOP_S = 3.0
"""How long a stop waits for the answers to BYE and unregistration; a dead server must not hold up a shutdown."""

_LOOK_AGAIN_S = 1.0


class Accounts:
    """`has_calls` tells whether an account, by its settings, still has calls."""

    def __init__(
        self, settings: Settings, instance: str, engine: Engine, listener: Listener, has_calls: Callable[[AccountSettings], bool]
    ) -> None:
        self._settings = settings
        self._instance = instance
        self._engine = engine
        self._listener = listener
        self._has_calls = has_calls
        self._uplinks = Uplinks()
        self._accounts = {account.id: self._account(account) for account in settings.account}
        self._leaving: dict[Account, asyncio.Task[None]] = {}
        self._handover = asyncio.Lock()

    def _account(self, settings: AccountSettings) -> Account:
        return Account(settings, self._settings.sip, self._instance, self._engine, self._listener, self._uplinks)

    def start(self) -> None:
        self.allow_sources()
        self._engine.select_accounts_by(self._select)
        for account in self._accounts.values():
            account.start()

    def allow_sources(self) -> None:
        self._engine.allow_sources(set().union(*(account.sources for account in self._accounts.values())))

    def ready(self, name: str) -> Account:
        """The account to call with; raises CallImpossible with the status and the sentence for it."""
        account = self._accounts.get(name)
        if account is None or account.engine_account is None:
            raise CallImpossible(503, "there is no account to call with" if account is None else "the server is not found yet")
        return account

    def _select(self, source: str, message: str, guess: int) -> int:
        """The engine goes by names alone, and two providers may know us by the same one: a request is for an account whose own server sent it."""
        guess = next((account.engine_id for account in self._accounts.values() if account.owns(guess)), guess)
        address = address_of(source)
        fitting = {account.engine_id: account for account in self._accounts.values() if is_among(address, account.sources)}
        if guess in fitting or not fitting:
            return guess
        user = number_of(request_uri_of(message))
        named = (
            number for number, account in fitting.items() if user in {user_of(account.settings), account.settings.contact_user}
        )
        return next(named, next(iter(fitting)))

    def of(self, settings: AccountSettings) -> Account | None:
        """The account that works by these settings now, leaving or not."""
        everyone = (*self._accounts.values(), *self._leaving)
        return next((account for account in everyone if account.settings is settings), None)

    @property
    def are_gone(self) -> bool:
        return all(account.registration.phase is RegistrationPhase.UNREGISTERED for account in self._accounts.values())

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
        for name in self._accounts:
            self._start_when_free(name)
        self._settings = settings

    def _start_when_free(self, name: str) -> None:
        """Both have the same Contact, so that whoever leaves must have left before: else the new registration would be taken away."""
        account = self._accounts.get(name)
        left = all(other.gone.is_set() for other in self._leaving if other.settings.id == name)
        if account and left and not account.started:
            account.start()

    async def _retire(self, account: Account) -> None:
        """Unregister it, then let its successor begin. The engine has room for few accounts, so it is let go of when its last call is over."""
        async with self._handover:
            account.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(account.gone.wait(), _STOP_S)
            account.gone.set()  # a server that does not answer holds up nobody
            account.report = _nobody
            self._start_when_free(account.settings.id)
        self._drop_when_free(account)

    def _drop_when_free(self, account: Account) -> None:
        if self._has_calls(account.settings):
            asyncio.get_running_loop().call_later(_LOOK_AGAIN_S, self._drop_when_free, account)
        else:
            account.drop()
            self._leaving.pop(account, None)

    def use(self, uplinks: Uplinks, *, moves: bool) -> None:
        """Have every account, those that are leaving too, send by the active uplink; `moves` where that is another one than before."""
        self._uplinks = uplinks
        for account in (*self._accounts.values(), *self._leaving):
            account.use(uplinks, moves=moves)

    def renew(self) -> None:
        """Register by it."""
        for account in self._accounts.values():
            account.renew()

    def stop(self) -> None:
        """Unregister all; the answers come as reports."""
        for account in self._accounts.values():
            account.stop()

    def drop(self) -> None:
        """Let go of the engine's objects; before the engine closes."""
        for task in self._leaving.values():
            task.cancel()
        for account in (*self._accounts.values(), *self._leaving):
            account.drop()


def _nobody(_news: AccountChanged | MessagesWaiting) -> None:
    """Who hears of an account that has a successor."""
