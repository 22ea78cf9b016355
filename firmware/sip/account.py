"""One account at one server: its registration kept by the rules of `core.registration`, its settings put into the engine's words.

It knows REGISTER and the engine's account; calls are `sip.call`.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from firmware.core import registration as rules
from firmware.core.registration import Registration, RegistrationPhase
from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Sip, Wish
from firmware.sip.engine import Engine, TransportKey, explain, rtp_range, shielded
from firmware.sip.errors import ServerUnknown
from firmware.sip.news import AccountChanged
from firmware.sip.resolve import Located, family_of, hosts_file, locate, parse_server

log = logging.getLogger("keepline.sip")

_SRTP: dict[Wish, int] = {"off": 0, "optional": 1, "required": 2}
_KEYINGS = {
    "sdes": (pj.PJMEDIA_SRTP_KEYING_SDES, pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP),
    "dtls": (pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP, pj.PJMEDIA_SRTP_KEYING_SDES),
}
"""Offers use the first, answers whichever the offer has."""
_PRACK: dict[Wish, int] = {"off": 0, "optional": 2, "required": 1}
_TIMER: dict[Wish, int] = {"off": 0, "optional": 1, "required": 2}


class _Account(pj.Account):  # type: ignore[misc]
    """The engine's account; passes its callbacks on."""

    def __init__(self, owner: "Account") -> None:
        super().__init__()
        self._owner = owner

    @shielded
    def onRegState(self, prm: Any) -> None:
        self._owner.on_answer(prm.code, prm.reason, prm.expiration, str(prm.rdata.srcAddress))

    @shielded
    def onIncomingCall(self, prm: Any) -> None:
        self._owner.on_invite(self._owner, prm.callId, prm.rdata.wholeMsg)


class Account:
    """Registers, refreshes, retries and unregisters one account. `report` gets every step."""

    def __init__(  # noqa: PLR0913, PLR0917 (what an account depends on)
        self,
        settings: AccountSettings,
        sip: Sip,
        instance: str,
        engine: Engine,
        report: Callable[[AccountChanged], None],
        on_invite: Callable[["Account", int, str], None],
    ) -> None:
        self.settings = settings
        self.on_invite = on_invite
        self.registration = Registration()
        self.sources: frozenset[str] = frozenset(settings.accept_from)
        self._sip = sip
        self._instance = instance
        self._engine = engine
        self._report = report
        self._server = parse_server(settings.server)
        self._account: _Account | None = None
        self._located: Located | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._starting: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        """Find the server and, if the account registers, register; results come as reports."""
        self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        self._step(rules.started(self.registration), "looking for the server")
        try:
            self._located = await locate(self.settings, self._sip)
            self._create(self._located)
        except ServerUnknown as problem:
            self._fail(503, str(problem))
        except pj.Error as error:
            self._fail(503, explain(error))
        else:
            self._begin()
        self._engine.rearm()

    def _begin(self) -> None:
        if self.settings.register:
            self._register()
        else:
            self._step(Registration(), "does not register; calls go to the server directly")

    def _register(self) -> None:
        if self._account is None:
            self.start()
            return
        self._step(rules.started(self.registration), "asking the server")
        try:
            self._account.setRegistration(True)
        except pj.Error as error:
            self._fail(503, explain(error))
        self._engine.rearm()

    def on_answer(self, code: int, reason: str, expires_s: int, source: str) -> None:
        """The engine's news of a REGISTER; code 200 with no expiry is the answer to an unregistration."""
        if self._closing or (code // 100 == 2 and expires_s <= 0):
            self._step(rules.stopped(self.registration), "unregistered")
        elif code // 100 == 2:
            self._learn_source(source)
            self._step(rules.succeeded(self.registration), "registered", expires_s)
        else:
            self._fail(code, reason)

    def _learn_source(self, source: str) -> None:
        """The registrar may answer from another of its addresses than we found; calls will come from there."""
        self.sources |= {source if self.settings.transport == "udp" else source.rpartition(":")[0].strip("[]")} - {""}

    def _fail(self, status: int, reason: str) -> None:
        # S311: spreading retries is no secret.
        failed = rules.failed(self.registration, status, 0, random.random())  # noqa: S311
        self._step(failed, reason)
        self._retry = asyncio.get_running_loop().call_later(failed.wait_ms / 1000, self._register)

    def _step(self, registration: Registration, reason: str, expires_s: int = 0) -> None:
        if self._retry:
            self._retry.cancel()
            self._retry = None
        self.registration = registration
        self._report(AccountChanged(self.settings.id, registration, reason, expires_s))

    def _create(self, located: Located) -> None:
        known = hosts_file().get(self._server.host.lower())
        if known and not self._server.is_numeric:
            self._engine.know_host(self._server.host, known)
        self.sources |= _sources(self.settings, located)
        account = _Account(self)
        account.create(self._config(located))
        self._account = account

    def _config(self, located: Located) -> "pj.AccountConfig":
        config = pj.AccountConfig()
        config.idUri = f"{_quoted(self.settings.display_name)}<sip:{self.user}@{self._server.uri_host}>"
        config.regConfig.registrarUri = f"sip:{self._server.uri_host_port}{self._transport_parameter}"
        config.regConfig.registerOnAdd = False
        config.regConfig.retryIntervalSec = 0  # the retries are ours
        config.regConfig.timeoutSec = self.settings.register_s
        config.sipConfig.transportId = self._engine.transport(TransportKey(self.settings.transport, located.local_address))
        # The engine's own id is a hash of the host name, which devices share.
        config.natConfig.sipOutboundInstanceId = f"<urn:uuid:{self._instance}>"
        self._add_credentials(config)
        if self.settings.outbound_proxy:
            proxy = parse_server(self.settings.outbound_proxy).uri_host_port
            config.sipConfig.proxies.append(f"<sip:{proxy};lr{self._transport_parameter}>")
        self._set_media(config, located.local_address)
        config.callConfig.prackUse = _PRACK[self.settings.prack]
        config.callConfig.timerUse = _TIMER[self.settings.session_timer]
        return config

    def _add_credentials(self, config: "pj.AccountConfig") -> None:
        user = self.settings.auth_user or self.user
        if self.settings.password:
            config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, self.settings.password.reveal()))

    def _set_media(self, config: "pj.AccountConfig", local_address: str) -> None:
        media = config.mediaConfig
        media.transportConfig.port, media.transportConfig.portRange = rtp_range(self._sip)
        media.transportConfig.randomizePort = True
        media.transportConfig.publicAddress = local_address
        media.srtpUse = _SRTP[self.settings.srtp]
        for keying in _KEYINGS[self.settings.srtp_keys]:
            media.srtpOpt.keyings.append(keying)
        # The engine's re-INVITE down to one codec comes in the middle of the DTLS handshake and spoils it (seen with Asterisk 22).
        media.lockCodecEnabled = self.settings.srtp == "off" or self.settings.srtp_keys == "sdes"
        media.srtpSecureSignaling = 0  # SDES over UDP is the owner's choice, not a reason to refuse the call
        if ":" in local_address:
            media.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY
            config.sipConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY

    @property
    def user(self) -> str:
        return self.settings.user or self.settings.number or self.settings.id

    @property
    def _transport_parameter(self) -> str:
        return "" if self.settings.transport == "udp" else f";transport={self.settings.transport}"

    def uri_of(self, digits: str) -> str:
        """The Request-URI of a dialed number at this account's server; a `#` must be escaped (RFC 3261 section 25.1)."""
        return f"sip:{digits.replace('#', '%23')}@{self._server.uri_host_port}{self._transport_parameter}"

    @property
    def engine_account(self) -> "pj.Account | None":
        """The engine's object, for placing calls; None while the server is not found."""
        return self._account

    def stop(self) -> None:
        """Unregister; the answer comes as a report of UNREGISTERED."""
        self._closing = True
        if self._retry:
            self._retry.cancel()
        if self._starting and not self._starting.done():
            self._starting.cancel()
        registered = self.registration.phase in {RegistrationPhase.REGISTERED, RegistrationPhase.REGISTERING}
        if self._account and self.settings.register and registered:
            try:
                self._account.setRegistration(False)
            except pj.Error as error:
                log.info("%s: could not unregister: %s", self.settings.id, explain(error))
                self._step(rules.stopped(self.registration), "unregistered")
            self._engine.rearm()
        else:
            self._step(rules.stopped(self.registration), "stopped")

    def drop(self) -> None:
        """Let go of the engine's object; before the engine closes."""
        if self._account:
            self._account.shutdown()
        self._account = None


def _sources(settings: AccountSettings, located: Located) -> frozenset[str]:
    """Who may call in the account's name. A registrar on UDP calls from the port we registered at; other paths are known by address only."""
    if not settings.register or settings.transport != "udp":
        return frozenset(address for address, _ in located.targets)
    return frozenset(
        f"[{address}]:{port}" if family_of(address) == 10 else f"{address}:{port}" for address, port in located.targets
    )


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if name else ""
