"""One account at one server: its registration kept by the rules of `core.registration`.

It knows REGISTER and the engine's account; calls are `sip.call`, settings in the engine's words `sip.account_config`.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from typing import Protocol

import pjsua2 as pj

from firmware.core import registration as rules
from firmware.core.registration import Registration, RegistrationPhase
from firmware.core.standby import displaced
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Sip
from firmware.sip import certificate
from firmware.sip.account_config import codecs_by, sources_of
from firmware.sip.attachment import Attachment
from firmware.sip.bearer import Uplinks, is_on_this_machine
from firmware.sip.engine import Engine, explain
from firmware.sip.errors import ServerUnknown
from firmware.sip.identity import contacts_of, headers_of, place_of
from firmware.sip.left_contacts import LeftContacts
from firmware.sip.message_summary import summary_of
from firmware.sip.news import AccountChanged, MessagesWaiting
from firmware.sip.reasons import plain, retry_after_s
from firmware.sip.referral import address_of, is_among
from firmware.sip.resolve import Located, locate, located_by
from firmware.sip.standby import Standby
from firmware.sip.standby_contact import StandbyContact

log = logging.getLogger("keepline.sip")

_CERTIFICATE_REFUSED = "PJSIP_TLS_ECERTVERIF"
_NO_PASSWORD = "the server wants a password, and none is set"  # noqa: S105 (a sentence)
_MEND_S = 2
"""A broken connection is made anew after this long, give or take as much, so that a restarted server does not meet everyone at once."""

_TARGET_FAILED = frozenset({408, 503})
"""What says that this target of several does not serve (RFC 3263 section 4.3): silence, or its own word."""


Report = Callable[[AccountChanged | MessagesWaiting], None]


class Listener(Protocol):
    """Who hears of an account."""

    def account_news(self, news: AccountChanged | MessagesWaiting) -> None: ...
    def invited(self, account: "Account", call_id: int, message: str) -> None: ...


class Account:
    """Registers, refreshes, retries and unregisters one account. `listener` gets every step."""

    def __init__(  # noqa: PLR0913, PLR0917 (what an account depends on)
        self, settings: AccountSettings, sip: Sip, instance: str, engine: Engine, listener: Listener, uplinks: Uplinks
    ) -> None:
        self.settings = settings
        self.listener = listener
        self.registration = Registration()
        self.sources: frozenset[str] = frozenset(settings.accept_from)
        self._sip = sip
        self._engine = engine
        self.report: Report = listener.account_news
        self._attached = Attachment(settings, sip, instance, engine, self)
        self._asking: asyncio.Task[None] | None = None
        self._uplinks = uplinks
        self._second = StandbyContact(settings, sip, instance, engine, self)
        self._standby = Standby(settings, sip, engine, self._second)
        self._left = LeftContacts()
        self._listed: frozenset[str] = frozenset()
        """The contacts that the registrar told of last."""
        self._has_flows = False
        """The registrar keeps one registration for each flow of ours (RFC 5626)."""
        self._retry: asyncio.TimerHandle | None = None
        self._starting: asyncio.Task[None] | None = None
        self._checking: asyncio.Task[None] | None = None
        self._closing = False
        self.gone = asyncio.Event()
        """Set when a stop has been answered."""

    def start(self) -> None:
        """Find the server and, if the account registers, register; results come as reports."""
        self._starting = asyncio.get_running_loop().create_task(self._start())
        self._keep_warm()

    def _keep_warm(self) -> None:
        self._standby.keep(() if self._closing else self._uplinks.standby)

    async def _start(self) -> None:
        self._step(rules.started(self.registration), "looking for the server")
        try:
            self._check_trust()
            self._place(await locate(self.settings, self._sip, self._uplinks))
        except ServerUnknown as problem:
            self._fail(503, str(problem))
        except pj.Error as error:
            self._fail(503, f"SIP over {self.settings.transport} cannot start: {plain(explain(error))}")
        else:
            self._begin()
        self._engine.rearm()

    def _check_trust(self) -> None:
        wrong = self._sip.tls_ca_file and self.settings.transport == "tls" and certificate.unusable(self._sip.tls_ca_file)
        if wrong:
            raise ServerUnknown(wrong)

    def _begin(self) -> None:
        if self.settings.register:
            self._register()
        else:
            self._step(Registration(), "does not register; calls go to the server directly")

    def _register(self) -> None:
        if self._attached.account is None or self._attached.located is None:
            self.start()
            return
        self._step(rules.started(self.registration), "asking the server")
        self._attached.register(self._not_asked)

    def _not_asked(self, why: str) -> None:
        if self.registration.phase is RegistrationPhase.REGISTERING:  # else the engine's callback came first, and told more
            self._fail(503, f"the server cannot be reached: {plain(why)}")

    def on_answer(self, code: int, reason: str, expires_s: int, source: str, message: str) -> None:
        """The engine's news of a REGISTER; code 200 with no expiry is the answer to an unregistration. No `message`: nobody answered."""
        if self._closing and code // 100 == 2 and expires_s > 0:
            self.registration = rules.succeeded(self.registration)
            asyncio.get_running_loop().call_soon(self._unregister)  # it was on its way when we were told to stop
        elif self._closing or (code // 100 == 2 and expires_s <= 0):
            self._second.when_gone(lambda: self._step(rules.stopped(self.registration), "unregistered"))
        elif code // 100 == 2:
            self._learn_source(source)
            self._listed = contacts_of(message)
            asyncio.get_running_loop().call_soon(self._keep_warm)
            asyncio.get_running_loop().call_soon(self._remove_left)  # but for a contact that is wanted again
            self._has_flows = "outbound" in headers_of(message).get("require", "")
            self._step(rules.succeeded(self.registration), "registered", expires_s)
            asyncio.get_running_loop().call_soon(self._attached.mend_connection, _MEND_S)
        elif message:
            unanswered = code in {401, 407} and not self.settings.password
            self._fail(code, _NO_PASSWORD if unanswered else rules.words_of(code), retry_after_s(message))
        elif _CERTIFICATE_REFUSED in reason:
            self._fail(code, certificate.doubtful(self._attached.next_hop.host))
            self._asking = asyncio.get_running_loop().create_task(self._ask_why(self.registration))
        else:
            self._fail(code, self._unreached(code, reason))

    def _unreached(self, code: int, reason: str) -> str:
        """The engine says 408 for silence, 502 for a name and 503 for a connection, in the place of a server that said nothing."""
        if code == 502:
            return f"no name server knows {self._attached.next_hop.host}, or none answers"
        return rules.words_of(408) if code == 408 else f"the server cannot be reached: {plain(reason)}"

    async def _ask_why(self, then: Registration) -> None:
        """Replace the doubtful sentence, unless something else has happened by now."""
        if self._attached.located:
            reason = await certificate.why(self._attached.next_hop.host, self._attached.located, self._sip.tls_ca_file)
            if self.registration is then:
                self.report(AccountChanged(self.settings.id, then, reason))

    def on_invited(self, call_id: int, message: str) -> None:
        self.listener.invited(self, call_id, message)

    def on_summary(self, message: str, source: str, *, subscribed: bool) -> None:
        """The engine's news of the provider's mailbox. What nobody asked for counts only from the account's own server."""
        summary = summary_of(message)
        if summary and (subscribed or is_among(address_of(source), self.sources)):
            self.report(MessagesWaiting(self.settings.id, *summary))

    def _learn_source(self, source: str) -> None:
        """The registrar may answer from another of its addresses than we found; calls will come from there."""
        self.sources |= {source if self.settings.transport == "udp" else source.rpartition(":")[0].strip("[]")} - {""}

    def _fail(self, status: int, reason: str, retry_after_s: int = 0) -> None:
        # S311: spreading retries is no secret.
        failed = rules.failed(self.registration, status, retry_after_s, random.random())  # noqa: S311
        self._step(failed, reason)
        self._retry = asyncio.get_running_loop().call_later(failed.wait_ms / 1000, self._register)
        asyncio.get_running_loop().call_soon(self._attached.mend_connection, 0)
        if status in _TARGET_FAILED:
            asyncio.get_running_loop().call_soon(self._pass_over_target)

    def _pass_over_target(self) -> None:
        self._attached.pass_over_target(self._uplinks.active)

    def _step(self, registration: Registration, reason: str, expires_s: int = 0) -> None:
        if self._retry:
            self._retry.cancel()
            self._retry = None
        self.registration = registration
        if self._closing and registration.phase is RegistrationPhase.UNREGISTERED:
            self._second.drop()  # the engine has room for few
            self.gone.set()
        self.report(AccountChanged(self.settings.id, registration, reason, expires_s))

    # Uplinks

    def use(self, uplinks: Uplinks, *, moves: bool) -> None:
        """Send by the active uplink from now on: by what is known of the server, so that no name server is waited for. `renew` follows."""
        before, self._uplinks = self._uplinks, uplinks
        if self.started and not self._closing:
            asyncio.get_running_loop().call_soon(self._keep_warm)
        if not moves or self._attached.account is None or self._attached.located is None:
            return
        if before.active and not self._has_flows:
            self._left.leave(self._attached.located.local_address, self._attached.contact)
        if uplinks.active is None:
            return
        try:
            self._place(located_by(uplinks.active, self._standby.targets_by(uplinks.active) or self._attached.located.targets))
        except (ServerUnknown, pj.Error) as problem:
            log.info("%s: not moved yet: %s", self.settings.id, problem)
            self._attached.located = None  # found anew when it registers

    def _place(self, located: Located) -> None:
        """Have the engine send from there; raises pj.Error."""
        self.come_to(located)
        self._attached.place(located, self._uplinks.active)

    def renew(self) -> None:
        """Register by the uplink that is active now, whatever was under way; where the server was not found, look for it again."""
        if self._closing or not self.started:
            return
        if self._uplinks.active is None:
            if self.settings.register and not is_on_this_machine(self._attached.next_hop.host) and self.registration.wait_ms == 0:
                self._fail(503, "no uplink leads to the internet now")
        elif self._attached.account is None or self._attached.located is None:
            self._look_again()
        elif self.settings.register:
            self._register()
            self._check_address(self._attached.located)
        if self._attached.account and self.settings.mwi and self._uplinks.active:
            with contextlib.suppress(pj.Error):
                pj.keeplineMoveSubscription(self.engine_id)

    def _look_again(self) -> None:
        """Find the server by the uplink there is now; an engine account that is there already takes what is found."""
        self._cancel(self._starting, self._asking)
        self._starting = asyncio.get_running_loop().create_task(self._start())

    @staticmethod
    def _cancel(*tasks: asyncio.Task[None] | None) -> None:
        for task in tasks:
            if task and not task.done():
                task.cancel()

    def _remove_left(self) -> None:
        account = self._attached.account
        if account and not self._closing:
            self._left.remove(self.engine_id, lambda: account.setRegistration(True))
            self._engine.rearm()

    # What its second contact asks for (sip.standby_contact.Main)

    def verdict(self, message: str) -> str:
        own = frozenset({place_of(self._attached.contact)})
        return displaced(self._listed, contacts_of(message), own, self._left.places)

    def come_to(self, located: Located) -> None:
        self._left.come_to(located.local_address)
        self.sources |= sources_of(self.settings, located)

    def take_away(self, address: str, contact: str) -> None:
        self._left.leave(address, contact)
        if self.is_registered:
            self._remove_left()

    def register_again(self) -> None:
        """While the engine registers already there is no need."""
        if self._attached.account and not self._closing:
            with contextlib.suppress(pj.Error):
                self._attached.account.setRegistration(True)
            self._engine.rearm()

    def has_second_contact_at(self, place: str) -> bool:
        return place == place_of(self._second.contact)

    def owns(self, engine_id: int) -> bool:
        """Whether what came to this account of the engine is for us."""
        return engine_id in {self.engine_id, self._second.engine_id} - {-1}

    def _check_address(self, used: Located) -> None:
        """Ask the new uplink's own name servers, meanwhile, where the server is: it may be another one from there."""
        if not self._attached.next_hop.is_numeric:
            self._cancel(self._checking)
            self._checking = asyncio.get_running_loop().create_task(self._check(used))

    async def _check(self, used: Located) -> None:
        with contextlib.suppress(ServerUnknown, pj.Error):
            found = await locate(self.settings, self._sip, self._uplinks)
            if self._attached.located is used and used.targets[0] not in found.targets and not self._closing:
                self._place(found)
                self._register()

    @property
    def local_address(self) -> str:
        """Where our voice comes from, as far ends are told; empty where the system's routes decide."""
        return self._attached.located.local_address if self._uplinks.managed and self._attached.located else ""

    @property
    def codecs(self) -> tuple[str, ...]:
        return codecs_by(self.settings, self._uplinks.active)

    @property
    def is_registered(self) -> bool:
        """By the uplink in use; an account that does not register counts as registered."""
        return not self.settings.register or self.registration.phase is RegistrationPhase.REGISTERED

    @property
    def engine_account(self) -> "pj.Account | None":
        """The engine's object, for placing calls; None while the server is not found."""
        return self._attached.account

    @property
    def engine_id(self) -> int:
        """The engine's number for it; -1 while there is none."""
        return self._attached.engine_id

    @property
    def hosts(self) -> frozenset[str]:
        """The names and addresses that stand for the account's own server in a URI."""
        return self._attached.hosts

    @property
    def started(self) -> bool:
        return self._starting is not None

    def stop(self) -> None:
        """Unregister; the answer comes as a report of UNREGISTERED."""
        self._closing = True
        self._second.give_back()
        self._standby.stop()
        self._attached.mend_connection(0)
        if self._retry:
            self._retry.cancel()
        self._cancel(self._starting, self._asking, self._checking)
        registered = self.registration.phase in {RegistrationPhase.REGISTERED, RegistrationPhase.REGISTERING}
        if self._attached.account and self.settings.register and registered:
            self._unregister()
        else:
            self._second.when_gone(lambda: self._step(rules.stopped(self.registration), "stopped"))

    def _unregister(self) -> None:
        """Ask for it; with a REGISTER still under way the engine refuses, and its answer brings us here again."""
        try:
            if self._attached.account:
                self._attached.account.setRegistration(False)
        except pj.Error as error:
            if self.registration.phase is not RegistrationPhase.REGISTERING:
                log.info("%s: could not unregister: %s", self.settings.id, explain(error))
                self._step(rules.stopped(self.registration), "unregistered")
        self._engine.rearm()

    def drop(self) -> None:
        """Let go of the engine's objects; before the engine closes."""
        self._standby.stop()
        self._second.drop()
        self._attached.drop()
