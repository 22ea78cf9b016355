"""The modem's session in the world: the events of `core.modem_session` gathered, its actions carried out, the state told.

It runs on the deciding thread and waits for nothing. It knows no socket and no route; whether data leads to the internet it asks the prober it was given.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from firmware.cellular import reports
from firmware.cellular.asking import Asking, NetworkRead
from firmware.cellular.card import Card
from firmware.cellular.link import Bearer, DataLink
from firmware.cellular.memory import ModemMemory
from firmware.cellular.providers import Providers
from firmware.cellular.recovery import Recovery
from firmware.cellular.state import CellularSettings, CellularState, Equipment
from firmware.core import apn_choice
from firmware.core.modem_events import (
    Apn,
    ApnsFound,
    CardReported,
    Connect,
    DataConnected,
    DataLost,
    DataWanted,
    Disproved,
    ModemAction,
    ModemEvent,
    ModemTimer,
    NetworkReported,
    NetworkStatus,
    Order,
    PortGone,
    PortHung,
    PortReady,
    Prepared,
    Proved,
    RememberApn,
    SettingsChanged,
    Started,
    StartTimer,
    Stopped,
    StopTimer,
    TakeRung,
    TimerExpired,
)
from firmware.core.modem_session import step
from firmware.core.modem_state import ModemPhase, ModemRules, ModemState
from hal.at import Unsolicited
from hal.modem import Modem, ModemGone, ModemHung, ModemNews, ModemReady, ModemTimes
from hal.ports import Scheduler, Timer, UartSource
from hal.usb_modem import keep_awake

log = logging.getLogger("keepline.cellular")

Prove = Callable[[DataLink, Callable[[str], None]], None]
"""Probes the internet over the link and calls back once: empty words if a probe came back, else why not."""

_NEWS_MS = 200

_NETWORK_MATTERS = frozenset({ModemPhase.SEARCHING, ModemPhase.IDLE, ModemPhase.BARRED, ModemPhase.CONNECTED})
_REGISTERED = frozenset({NetworkStatus.HOME, NetworkStatus.ROAMING})


class CellularModem:
    """One modem. `today` counts days (of any calendar) for the ladder's budget."""

    def __init__(  # noqa: PLR0913 (what it joins)
        self,
        scheduler: Scheduler,
        source: UartSource,
        equipment: Equipment,
        settings: CellularSettings,
        *,
        network_card: Bearer,
        ppp: Bearer,
        prove: Prove,
        memory: ModemMemory,
        providers: Providers,
        today: Callable[[], int],
        times: ModemTimes | None = None,
    ) -> None:
        self._scheduler, self._equipment, self._settings = scheduler, equipment, settings
        self._network_card, self._ppp, self._prove = network_card, ppp, prove
        self._memory, self._providers, self._today = memory, providers, today
        self._modem = Modem(scheduler, source, self._hear, times)
        self._asking = Asking(self._modem)
        self._card = Card(self._asking, memory, settings.pin)
        self._recovery = Recovery(scheduler, self._modem, self._asking, equipment)
        self._state = ModemState(ladder=memory.now.ladder)
        self._timers: dict[ModemTimer, Timer] = {}
        self._bearer: Bearer | None = None
        self._attempt = 0
        """Counts connections: what comes of an earlier one is not this one's."""
        self._told = CellularState()
        self._on_state: Callable[[CellularState], None] = lambda _state: None
        self._events: deque[ModemEvent] = deque()
        self._taking = False
        self._asking_network = self._network_news = False
        self._network_timer: Timer | None = None
        self._orders: dict[Order, Callable[[], None]] = {
            Order.OPEN_PORT: self._modem.start,
            Order.CLOSE_PORT: self._close_port,
            Order.PREPARE: self._prepare,
            Order.READ_CARD: lambda: self._card.read(self._take_card),
            Order.ENTER_PIN: lambda: self._card.enter(self._take_card),
            Order.READ_NETWORK: self._read_network,
            Order.FIND_APNS: lambda: self._card.read_subscriber(self._find_apns),
            Order.DISCONNECT: self._disconnect,
            Order.PROVE: self._prove_link,
            Order.KEEP_LADDER: lambda: memory.keep_ladder(self._state.ladder),
        }

    @property
    def state(self) -> CellularState:
        return self._told

    def start(self, on_state: Callable[[CellularState], None]) -> None:
        """Look for the modem and bring its data up as soon as can be, so that it stands by. `on_state` is told every change."""
        self._on_state = on_state
        self._happened(Started())

    def stop(self) -> None:
        """Take the data down and let the port go. The modem stays registered."""
        self._happened(Stopped())

    async def ended(self) -> None:
        """After `stop`: when address and route are gone."""
        await self._network_card.ended()
        await self._ppp.ended()

    def connect(self) -> None:
        """Data is wanted. It is so from the start."""
        self._happened(DataWanted(wanted=True))

    def disconnect(self) -> None:
        """No data until `connect`; the modem stays registered."""
        self._happened(DataWanted(wanted=False))

    def change(self, settings: CellularSettings) -> None:
        """Live by other settings from now on."""
        if settings != self._settings:
            self._settings = settings
            self._card.pin = settings.pin
            self._happened(SettingsChanged())

    def lost(self, reason: str) -> None:
        """Whoever watches the uplink says that nothing comes through any more, though the modem believes otherwise."""
        self._happened(Disproved(reason))

    def enter_pin(self, pin: str, on_outcome: Callable[[str], None]) -> None:
        """Give a PIN by hand, once. The outcome: empty for accepted, else a sentence."""
        if self._state.phase not in {ModemPhase.LOCKED, ModemPhase.UNLOCKING}:
            on_outcome("the SIM card asks for no PIN now")
            return
        self._card.try_by_hand(pin, on_outcome)
        self._happened(SettingsChanged())

    # What happens.

    def _happened(self, event: ModemEvent) -> None:
        """Take the event; those that its actions cause come after it, not within."""
        self._events.append(event)
        if self._taking:
            return
        self._taking = True
        try:
            while self._events:
                self._take(self._events.popleft())
        finally:
            self._taking = False

    def _take(self, event: ModemEvent) -> None:
        before = self._state
        rules = ModemRules(self._settings.roaming, self._recovery.possible())
        self._state, actions = step(rules, before, event, self._today())
        if (self._state.phase, self._state.trouble) != (before.phase, before.trouble):
            log.info("modem: %s%s", self._state.phase.value, f" ({self._state.trouble})" if self._state.trouble else "")
        for action in actions:
            self._perform(action)
        self._tell()

    def _hear(self, news: ModemNews) -> None:
        match news:
            case ModemReady(port):
                self._tell(port=port)
                self._happened(PortReady())
            case ModemGone(reason):
                self._tell(port="", registered=False, signal_dbm=None, sim="")
                self._happened(PortGone(reason))
            case ModemHung():
                self._happened(PortHung())
            case Unsolicited(text):
                self._hear_unsolicited(text)

    def _hear_unsolicited(self, text: str) -> None:
        if reports.is_of_network(text):
            self._network_news = True
            self._ask_for_news()
        elif reports.is_of_card(text) and self._state.phase in {ModemPhase.UNLOCKING, ModemPhase.LOCKED}:
            self._card.read(self._take_card)
        elif reports.ends_data(text):
            self._happened(DataLost("the network ended it"))

    # What is ordered.

    def _perform(self, action: ModemAction) -> None:
        match action:
            case StartTimer(timer, ms):
                self._stop_timer(timer)
                self._timers[timer] = self._scheduler.later(ms, lambda: self._happened(TimerExpired(timer)))
            case StopTimer(timer):
                self._stop_timer(timer)
            case Connect(apn):
                self._connect(apn)
            case RememberApn(apn):
                self._memory.keep_apn(self._card.imsi, apn)
                self._tell(attached=True)
            case TakeRung(rung):
                self._recovery.take(rung, self._happened)
            case Order():
                self._orders[action]()

    def _close_port(self) -> None:
        self._modem.stop()
        self._asking_network = self._network_news = False
        self._told = CellularState()

    def _prepare(self) -> None:
        found = self._equipment.find()
        if found:
            keep_awake(found)
        self._asking.prepare(found.table if found else None, self._prepared)

    def _stop_timer(self, timer: ModemTimer) -> None:
        if timer in self._timers:
            self._timers.pop(timer).cancel()

    def _prepared(self) -> None:
        self._tell(model=self._asking.model)
        self._happened(Prepared())

    def _take_card(self, report: CardReported) -> None:
        self._tell(sim=report.lock.value)
        self._happened(report)

    def _ask_for_news(self) -> None:
        """News of the network come in threes and in storms: one question at a time, not more often than `_NEWS_MS`, and none that nobody needs."""
        needed = self._network_news and self._state.phase in _NETWORK_MATTERS
        if needed and self._network_timer is None and not self._asking_network:
            self._network_timer = self._scheduler.later(_NEWS_MS, self._read_network)

    def _read_network(self) -> None:
        if self._network_timer:
            self._network_timer.cancel()
            self._network_timer = None
        if not self._asking_network:
            self._asking_network, self._network_news = True, False
            self._asking.read_network(self._take_network)

    def _take_network(self, read: NetworkRead | None) -> None:
        self._asking_network = False
        self._ask_for_news()
        if read is None:
            return
        self._tell(
            registered=read.status in _REGISTERED,
            roaming=read.status is NetworkStatus.ROAMING,
            operator=read.operator,
            technology=read.technology,
            signal_dbm=read.signal_dbm,
        )
        self._happened(NetworkReported(read.status))
        if read.active is False and self._bearer is self._network_card and self._state.phase is ModemPhase.CONNECTED:
            self._happened(DataLost("the modem holds no data connection any more"))

    def _find_apns(self, imsi: str) -> None:
        remembered = self._memory.now.apns.get(imsi)
        if self._settings.apn or not imsi:
            self._happened(ApnsFound(apn_choice.candidates(self._settings.apn, remembered, ())))
            return
        self._providers.find(imsi, lambda known: self._happened(ApnsFound(apn_choice.candidates(None, remembered, known))))

    def _connect(self, apn: Apn) -> None:
        self._disconnect()
        self._tell(apn=apn.name)
        attempt, modem = self._attempt, self._equipment.find()
        bearer = self._bearer = self._network_card if modem and modem.interface else self._ppp

        def carry(why_not: str) -> None:
            if attempt != self._attempt:
                return
            if why_not:
                self._happened(DataLost(why_not, refused=True))
            else:
                bearer.up(apn, lambda link: self._linked(attempt, link), lambda reason: self._unlinked(attempt, reason))

        self._asking.attach(apn, by_card=bearer is self._network_card, on_done=carry)

    def _disconnect(self) -> None:
        self._attempt += 1
        if self._bearer:
            self._bearer.down()
            self._bearer = None
        self._tell(interface="", address="", gateway="", nameservers=(), attached=False)

    def _linked(self, attempt: int, link: DataLink) -> None:
        if attempt == self._attempt:
            self._tell(interface=link.interface, address=link.address, gateway=link.gateway, nameservers=link.nameservers)
            self._happened(DataConnected())

    def _unlinked(self, attempt: int, reason: str) -> None:
        if attempt == self._attempt:
            self._happened(DataLost(reason))

    def _prove_link(self) -> None:
        attempt, told = self._attempt, self._told

        def take(why_not: str) -> None:
            if attempt == self._attempt:
                self._happened(Disproved(why_not) if why_not else Proved())

        self._prove(DataLink(told.interface, told.address, told.gateway, told.nameservers), take)

    def _tell(self, **changes: object) -> None:
        """Tell the state, if it is another now."""
        now = replace(self._told, **changes, phase=self._state.phase.value, trouble=self._state.trouble)  # type: ignore[arg-type]
        if now != self._told:
            self._told = now
            self._on_state(now)
