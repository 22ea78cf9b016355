"""One account as the engine has it: the engine's object, its settings there, the server's addresses that it sends to and the address it sends from.

Whether and when to register is not known here; that is `sip.account`.
"""

import logging
from collections.abc import Callable

import pjsua2 as pj

from firmware.settings.model import Account as AccountSettings
from firmware.settings.model import Sip
from firmware.sip.account_config import config_of, go_by, retry_after, route_to
from firmware.sip.bearer import Bearer
from firmware.sip.engine import Engine, TransportKey, explain
from firmware.sip.engine_account import EngineAccount, Owner
from firmware.sip.resolve import Located, hosts_file, parse_server

log = logging.getLogger("keepline.sip")


class Attachment:
    """Made at the first `place`; `drop` it before the engine closes. `owner` gets the engine's callbacks."""

    def __init__(self, settings: AccountSettings, sip: Sip, instance: str, engine: Engine, owner: Owner) -> None:
        self._settings = settings
        self._sip = sip
        self._instance = instance
        self._engine = engine
        self._owner = owner
        self._config: pj.AccountConfig | None = None
        self.server = parse_server(settings.server)
        self.next_hop = parse_server(settings.outbound_proxy or settings.server)
        self.account: EngineAccount | None = None
        """The engine's object; None while the server is not found."""
        self.located: Located | None = None
        self._target = 0

    @property
    def engine_id(self) -> int:
        """The engine's number for it; -1 while there is none."""
        return int(self.account.getId()) if self.account else -1

    @property
    def contact(self) -> str:
        """As the registrar is told it."""
        return str(pj.keeplineContact(self.engine_id))

    @property
    def hosts(self) -> frozenset[str]:
        """The names and addresses that stand for the account's own server in a URI."""
        located = self.located.targets if self.located else ()
        names = {self.server.host, self.next_hop.host, self._settings.from_domain, *(address for address, _ in located)}
        return frozenset(name.lower() for name in names if name)

    def place(self, located: Located, bearer: Bearer | None) -> None:
        """Have the engine send from there, by the uplink where one was chosen. What it was asking meanwhile is forgotten, unanswered. Raises pj.Error."""
        if self.account is None or self._config is None:
            self._create(located, bearer)
        elif bearer:
            self._config.sipConfig.transportId = self._transport(located)
            self._go_by(located, bearer, self._config)
            self.account.modify(self._config)
        self.located = located

    def _transport(self, located: Located) -> int:
        return self._engine.transport(TransportKey(self._settings.transport, located.local_address))

    def _go_by(self, located: Located, bearer: Bearer, config: "pj.AccountConfig") -> None:
        self._teach_name(located)
        go_by(config, self._settings, located, self._target, metered=bearer.metered)

    def _create(self, located: Located, bearer: Bearer | None) -> None:
        known = hosts_file()
        for server in (self.server, self.next_hop):
            if not server.is_numeric and server.host.lower() in known:
                self._engine.know_host(server.host, known[server.host.lower()])
        account = EngineAccount(self._owner)
        self._config = config_of(self._settings, self._sip, self._instance, located, self._transport(located))
        if bearer:
            self._go_by(located, bearer, self._config)
        account.create(self._config)
        if self._settings.contact_user:
            pj.keeplineContactUser(account.getId(), self._settings.contact_user)
        self.account = account

    def _teach_name(self, located: Located) -> None:
        """Over TLS the engine must know the server by its name; the address is of our finding."""
        if self._settings.transport == "tls" and not self.next_hop.is_numeric:
            self._engine.know_host(self.next_hop.host, located.targets[self._target % len(located.targets)][0])

    def pass_over_target(self, bearer: Bearer | None) -> None:
        """RFC 3263 section 4.3 for UDP, where the engine keeps asking the first target: the next try goes to the next one."""
        passes = self._settings.transport == "udp" or bearer is not None
        if self.account is None or self._config is None or self.located is None or not passes or len(self.located.targets) < 2:
            return
        self._target = (self._target + 1) % len(self.located.targets)
        if bearer:
            go_by(self._config, self._settings, self.located, self._target, metered=bearer.metered)
        else:
            self._config.sipConfig.proxies = pj.StringVector([route_to(self.located.targets[self._target])])
        self._config.regConfig.disableRegOnModify = True  # the next try has its time already
        self._modify(self._config)

    def mend_connection(self, after_s: int) -> None:
        """Whether the engine registers anew by itself when the connection breaks, of which it tells nobody. After any failure it must not:
        it would also repeat what failed, and those tries are the account's."""
        if self._config is None or self._settings.transport == "udp" or self._config.regConfig.firstRetryIntervalSec == after_s:
            return
        retry_after(self._config, after_s)
        self._modify(self._config)

    def _modify(self, config: "pj.AccountConfig") -> None:
        try:
            if self.account:
                self.account.modify(config)
        except pj.Error as error:
            log.info("%s: the engine does not change the account: %s", self._settings.id, explain(error))
        self._engine.rearm()

    def register(self, failed: Callable[[str], None]) -> None:
        """Ask the server; `failed` hears why it could not be asked."""
        try:
            if self.account:
                self.account.setRegistration(True)
        except pj.Error as error:
            failed(explain(error))
        self._engine.rearm()

    def drop(self) -> None:
        """Let go of the engine's object; before the engine closes."""
        if self.account:
            self.account.shutdown()
        self.account = None
