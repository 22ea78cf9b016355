"""The control socket's `wifi.*` orders: what is around, join, forget. A join goes on when whoever asked for it leaves: it may be their own way here.

wpa_supplicant keeps the networks and their passphrases in its own file; here a passphrase is passed on and forgotten.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from firmware.core.wifi_join import JoinEvent, Joining, JoinPhase, Outcome, step
from firmware.orders import Handler, OrderRefused
from firmware.wifi.wishes import Wish, read_ssid, read_wish, security_for
from hal.errors import PartError
from hal.wifi import Wifi, WifiRadio
from hal.wifi_text import Event, SavedNetwork, Sign

Json = dict[str, object]

JOINING_ALREADY = "The box is joining a Wi-Fi network at this moment."
NOT_KEPT = "The box keeps no network of this name."
NOT_SAVED = (
    "The box is in this Wi-Fi network until its next start: wpa_supplicant may not write its file (update_config=1 is missing)."
)

ENDS_S: Mapping[JoinPhase, float] = {JoinPhase.LOOKING: 30.0, JoinPhase.ADDRESS: 50.0}
"""Since the beginning. A look at all channels takes up to 6 s, and a network is given up after three; DHCP asks again after 4, 8 and 16 s (RFC 2131)."""
_LOOK_S = 1.0
"""How often the address is looked for."""

_EVENTS = {
    Sign.CONNECTED: JoinEvent.LET_IN,
    Sign.DISCONNECTED: JoinEvent.LEFT,
    Sign.NOT_FOUND: JoinEvent.MISSED,
    Sign.WRONG_KEY: JoinEvent.KEY_REFUSED,
    Sign.FULL: JoinEvent.FOUND_FULL,
    Sign.TURNED_AWAY: JoinEvent.TURNED_AWAY,
    Sign.UNHEARD: JoinEvent.GIVEN_UP,
}

log = logging.getLogger("keepline.wifi")


class WifiDesk:
    """`country` is the box's, by whose rules the radio sends; `publish` gets every step of a join."""

    def __init__(
        self,
        wifi: Wifi,
        country: Callable[[], str],
        publish: Callable[[Json], None],
        ends_s: Mapping[JoinPhase, float] = ENDS_S,
    ) -> None:
        self.told: Json | None = None
        """The last join for the status: ssid, phase (looking, address, joined, failed) and reason in words; None before the first."""
        self._wifi, self._country, self._publish, self._ends_s = wifi, country, publish, ends_s
        self._join: asyncio.Task[Json] | None = None

    def orders(self) -> Mapping[str, Handler]:
        return {"wifi.status": self.status, "wifi.scan": self.scan, "wifi.join": self.join, "wifi.forget": self.forget}

    async def close(self) -> None:
        if self._join:
            self._join.cancel()
            await asyncio.gather(self._join, return_exceptions=True)

    async def status(self) -> object:
        """Without a radio `radio` is empty and `trouble` says why."""
        try:
            with self._opened() as radio:
                return await _shown(radio)
        except OrderRefused as refused:
            return {"radio": "", "trouble": str(refused), "ssid": "", "address": "", "kept": []}

    async def scan(self) -> object:
        """What the radio hears, strongest first."""
        with self._opened() as radio:
            await self._prepare(radio)
            found = await radio.scan()
            kept, joined = {each.ssid for each in await radio.saved()}, (await radio.link()).ssid
            return [
                _named(each.ssid)
                | {
                    "signal_dbm": each.signal_dbm,
                    "security": each.security.value,
                    "kept": each.ssid in kept,
                    "joined": each.ssid == joined,
                }
                for each in found
            ]

    async def join(self, ssid: str = "", ssid_hex: str = "", passphrase: str = "") -> object:
        """Answers when it is over: `joined`, and `reason` in words."""
        if self._join and not self._join.done():
            raise OrderRefused(JOINING_ALREADY)
        wish = read_wish(ssid, ssid_hex, passphrase)
        self._join = asyncio.create_task(self._joined(wish))
        return await asyncio.shield(self._join)

    async def forget(self, ssid: str = "", ssid_hex: str = "") -> object:
        name = read_ssid(ssid, ssid_hex)
        with self._opened() as radio:
            mine = [each for each in await radio.saved() if each.ssid == name]
            if not mine:
                raise OrderRefused(NOT_KEPT)
            for each in mine:
                await radio.remove(each.number)
            await radio.save()
            return await _shown(radio)

    @contextmanager
    def _opened(self) -> Iterator[WifiRadio]:
        try:
            with self._wifi.open() as radio:
                yield radio
        except PartError as error:
            raise OrderRefused(str(error)) from error

    async def _prepare(self, radio: WifiRadio) -> None:
        await radio.attend()
        await radio.set_country(self._country())

    async def _joined(self, wish: Wish) -> Json:
        try:
            with self._opened() as radio:
                await self._prepare(radio)
                reason = await self._try(radio, wish)
        except OrderRefused as refused:
            self._tell(wish, "failed", str(refused))
            raise
        joined = reason in {Outcome.JOINED.value, NOT_SAVED}
        self._tell(wish, "joined" if joined else "failed", reason)
        return {"joined": joined, "reason": reason}

    async def _try(self, radio: WifiRadio, wish: Wish) -> str:
        kept = [each for each in await radio.saved() if each.ssid == wish.ssid]
        heard = next((each for each in await radio.heard() if each.ssid == wish.ssid), None)
        security = security_for(wish, heard, kept=bool(kept))
        is_new = bool(wish.passphrase) or not kept
        number = await radio.add(wish.ssid, security, wish.passphrase, hidden=heard is None) if is_new else kept[0].number
        self._tell(wish, JoinPhase.LOOKING.value)
        await radio.select(number)
        outcome = await self._follow(radio, wish, number)
        if outcome is Outcome.JOINED:
            return await _keep(radio, kept if is_new else [])
        if is_new:
            await radio.remove(number)
        await radio.allow_all()
        await radio.look_anew()
        return str(outcome.value)

    async def _follow(self, radio: WifiRadio, wish: Wish, number: int) -> Outcome:
        clock = asyncio.get_running_loop().time
        state, began = Joining(), clock()
        while state.outcome is None:
            left_s = began + self._ends_s[state.phase] - clock()
            event = await _next(radio, number, state.phase, left_s)
            after = step(state, event) if event else state
            if after.phase is JoinPhase.ADDRESS is not state.phase:
                self._tell(wish, after.phase.value)
            state = after
        return state.outcome

    def _tell(self, wish: Wish, phase: str, reason: str = "") -> None:
        self.told = {**_named(wish.ssid), "phase": phase, "reason": reason}
        if reason:
            log.info("Wi-Fi: %s", reason)
        self._publish({"event": "wifi", **self.told})


async def _next(radio: WifiRadio, number: int, phase: JoinPhase, left_s: float) -> JoinEvent | None:
    """What happened next, of the network that is being joined; None: nothing that counts."""
    if left_s <= 0:
        return JoinEvent.GIVEN_UP
    event = await radio.event(min(left_s, _LOOK_S))
    if event:
        return _meaning(event, number)
    if phase is JoinPhase.ADDRESS and (await radio.link()).address:
        return JoinEvent.ADDRESS_GIVEN
    return None


def _meaning(event: Event, number: int) -> JoinEvent | None:
    return _EVENTS.get(event.sign) if event.network in {None, number} else None


async def _keep(radio: WifiRadio, replaced: list[SavedNetwork]) -> str:
    for each in replaced:
        await radio.remove(each.number)
    await radio.allow_all()
    return Outcome.JOINED.value if await radio.save() else NOT_SAVED


async def _shown(radio: WifiRadio) -> Json:
    link = await radio.link()
    kept = [_named(each.ssid) for each in await radio.saved()]
    return {"radio": radio.name, "trouble": "", "ssid": _text(link.ssid), "address": link.address, "kept": kept}


def _named(ssid: bytes) -> Json:
    """A name as text, and byte by byte for the orders: not every name is text."""
    return {"ssid": _text(ssid), "ssid_hex": ssid.hex()}


def _text(ssid: bytes) -> str:
    return ssid.decode("utf-8", "replace")
