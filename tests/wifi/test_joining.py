"""Joining Wi-Fi by the control socket's orders, with the driver and a simulated wpa_supplicant's real socket: every ending, in words."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from firmware.core.wifi_join import JoinPhase, Outcome
from firmware.loop import Loop
from firmware.orders import OrderRefused
from firmware.wifi import wishes
from firmware.wifi.desk import ENDS_S, JOINING_ALREADY, NOT_KEPT, NOT_SAVED, WifiDesk
from hal.sim.wifi import ADDRESS, SimRadios
from hal.sim.wifi_air import KEY, USUAL, SimAir, SimNetwork
from hal.wifi import Wifi
from hal.wifi_socket import NO_ANSWER, NO_RADIO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

OTHER_KEY = "another passphrase"
QUICK = {"scan_ms": 20, "join_ms": 20, "address_ms": 20}


@dataclass
class House:
    """A desk beside its air; `published` are the events."""

    radios: SimRadios
    desk: WifiDesk
    published: list[dict[str, object]]
    changed: asyncio.Event

    async def wait_phase(self, *phases: str) -> None:
        """Until the newest event is of one of these phases."""
        async with asyncio.timeout(10):
            while not self.phases or self.phases[-1] not in phases:
                self.changed.clear()
                await self.changed.wait()

    @property
    def phases(self) -> list[object]:
        return [event["phase"] for event in self.published]

    @property
    def orders(self) -> list[str]:
        assert self.radios.supplicant
        return self.radios.supplicant.heard

    @property
    def networks(self) -> dict[int, dict[str, str]]:
        assert self.radios.supplicant
        return self.radios.supplicant.networks


@asynccontextmanager
async def house(air: SimAir | None, ends_s: Mapping[JoinPhase, float]) -> AsyncIterator[House]:
    radios = SimRadios(Loop(), air or SimAir(**QUICK))  # type: ignore[arg-type]
    published: list[dict[str, object]] = []
    changed = asyncio.Event()

    def publish(event: dict[str, object]) -> None:
        published.append(event)
        changed.set()

    desk = WifiDesk(Wifi(radios.folder), lambda: "KZ", publish, ends_s)
    try:
        yield House(radios, desk, published, changed)
    finally:
        await desk.close()
        radios.close()


def lived(
    work: Callable[[House], Awaitable[None]], air: SimAir | None = None, ends_s: Mapping[JoinPhase, float] = ENDS_S
) -> None:
    async def live() -> None:
        async with house(air, ends_s) as there:
            await work(there)

    asyncio.run(live())


async def joined(there: House, **given: str) -> dict[str, Any]:
    result = await there.desk.join(**given)
    assert isinstance(result, dict)
    return result


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(OrderRefused) as refusal:
        await work
    return str(refusal.value)


def test_what_is_around_comes_by_its_strength_with_its_protection() -> None:
    async def live(there: House) -> None:
        found: Any = await there.desk.scan()
        assert [each["signal_dbm"] for each in found] == sorted(
            (each.signal_dbm for each in USUAL if not each.hidden), reverse=True
        )
        assert {each["ssid"]: each["security"] for each in found}["Үй желісі"] == "WPA2/WPA3"
        assert not any(each["kept"] or each["joined"] for each in found)

    lived(live)


@pytest.mark.parametrize(
    ("ssid", "passphrase"),
    [
        ("Keepline home", KEY),
        ("Үй желісі", KEY),
        ("Cafe", ""),
        ("Garden", KEY),
        ("Attic", KEY),
        ("<img src=x onerror=alert(1)>", KEY),
    ],
)
def test_a_network_is_joined_and_kept(ssid: str, passphrase: str) -> None:
    async def live(there: House) -> None:
        assert await joined(there, ssid=ssid, passphrase=passphrase) == {"joined": True, "reason": Outcome.JOINED.value}
        status: Any = await there.desk.status()
        assert (status["radio"], status["ssid"], status["address"]) == ("wlan0", ssid, ADDRESS)
        assert [each["ssid"] for each in status["kept"]] == [ssid]
        assert there.phases == ["looking", "address", "joined"]
        assert "SAVE_CONFIG" in there.orders
        assert KEY not in str(there.published) + str(status)

    lived(live)


@pytest.mark.parametrize(
    ("ssid", "passphrase", "outcome"),
    [
        ("Keepline home", OTHER_KEY, Outcome.WRONG_KEY),
        ("Garden", OTHER_KEY, Outcome.WRONG_KEY),
        ("Attic", OTHER_KEY, Outcome.WRONG_KEY),
        ("Nowhere", KEY, Outcome.NOT_FOUND),
    ],
)
def test_a_network_that_cannot_be_joined_says_why_and_is_not_kept(ssid: str, passphrase: str, outcome: Outcome) -> None:
    async def live(there: House) -> None:
        assert await joined(there, ssid=ssid, passphrase=passphrase) == {"joined": False, "reason": outcome.value}
        assert there.networks == {}
        assert "SAVE_CONFIG" not in there.orders
        assert there.published[-1] | {"phase": "failed", "reason": outcome.value} == there.published[-1]
        assert there.desk.told == {name: value for name, value in there.published[-1].items() if name != "event"}

    lived(live)


@pytest.mark.parametrize(
    ("ssid", "outcome"), [("Full house", Outcome.FULL), ("Far away", Outcome.NO_ANSWER), ("No address", Outcome.NO_ADDRESS)]
)
def test_a_network_that_keeps_silent_is_given_up(ssid: str, outcome: Outcome) -> None:
    async def live(there: House) -> None:
        assert (await joined(there, ssid=ssid, passphrase=KEY))["reason"] == outcome.value

    lived(live, ends_s=dict.fromkeys(JoinPhase, 0.3))


def test_a_failed_try_leads_back_to_the_network_before() -> None:
    async def live(there: House) -> None:
        await joined(there, ssid="Keepline home", passphrase=KEY)
        await joined(there, ssid="Garden", passphrase=OTHER_KEY)
        with Wifi(there.radios.folder).open() as radio:
            await radio.attend()
            while not (await radio.link()).ssid:
                await radio.event(within_s=1)
        assert (await status(there))["ssid"] == "Keepline home"

    lived(live)


async def status(there: House) -> dict[str, Any]:
    told = await there.desk.status()
    assert isinstance(told, dict)
    return told


def test_a_kept_network_is_joined_without_its_passphrase_and_a_new_one_takes_its_place() -> None:
    async def live(there: House) -> None:
        await joined(there, ssid="Keepline home", passphrase=KEY)
        assert (await joined(there, ssid="Keepline home"))["joined"]
        assert (await joined(there, ssid="Keepline home", passphrase=KEY))["joined"]
        assert len(there.networks) == 1
        assert not (await joined(there, ssid="Keepline home", passphrase=OTHER_KEY))["joined"]
        assert (await joined(there, ssid="Keepline home"))["joined"]  # the good one is still kept

    lived(live)


def test_a_network_is_forgotten() -> None:
    async def live(there: House) -> None:
        await joined(there, ssid="Keepline home", passphrase=KEY)
        told: Any = await there.desk.forget("Keepline home")
        assert (told["ssid"], told["kept"]) == ("", [])
        assert there.orders[-3:].count("SAVE_CONFIG") == 1
        assert await refused(there.desk.forget("Keepline home")) == NOT_KEPT

    lived(live)


def test_a_name_that_is_no_text_is_joined_by_its_bytes() -> None:
    air = SimAir((SimNetwork(b"\xff\xfe\n", passphrase="", flags="[ESS]"),), **QUICK)  # type: ignore[arg-type]

    async def live(there: House) -> None:
        found: Any = await there.desk.scan()
        assert found[0]["ssid_hex"] == "fffe0a"
        assert (await joined(there, ssid_hex="fffe0a"))["joined"]

    lived(live, air)


def test_a_key_of_64_digits_is_as_good_as_the_passphrase() -> None:
    key = hashlib.pbkdf2_hmac("sha1", KEY.encode(), b"Keepline home", 4096, 32).hex()

    async def live(there: House) -> None:
        assert not (await joined(there, ssid="Keepline home", passphrase="ab" * 32))["joined"]
        assert (await joined(there, ssid="Keepline home", passphrase=key))["joined"]

    lived(live)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ssid": "Keepline home", "passphrase": "short"}, wishes.KEY_WRONG),
        ({"ssid": "Keepline home", "passphrase": "x" * 64}, wishes.KEY_WRONG),
        ({"ssid": "Keepline home", "passphrase": "two\nlines of it"}, wishes.KEY_WRONG),
        ({"ssid": "Keepline home", "passphrase": "ұ" * 32}, wishes.KEY_WRONG),
        ({"ssid": ""}, wishes.NAME_WRONG),
        ({"ssid": "ә" * 17}, wishes.NAME_WRONG),
        ({"ssid": "\ud800"}, wishes.NAME_WRONG),
        ({"ssid_hex": "zz"}, wishes.HEX_WRONG),
        ({"ssid_hex": "41" * 33}, wishes.HEX_WRONG),
        ({"ssid": "Keepline home"}, wishes.KEY_MISSING),
        ({"ssid": "Cafe", "passphrase": KEY}, wishes.KEY_NEEDLESS),
        ({"ssid": "Company", "passphrase": KEY}, wishes.SIGN_IN_UNKNOWN),
    ],
)
def test_what_cannot_be_asked_is_said_and_no_network_is_left_for_it(given: dict[str, str], sentence: str) -> None:
    async def live(there: House) -> None:
        assert await refused(there.desk.join(**given)) == sentence
        assert there.radios.supplicant is None or "SELECT_NETWORK" not in there.orders

    lived(live)


def test_without_a_radio_everything_says_so() -> None:
    async def live(there: House) -> None:
        (there.radios.folder() / "wlan0").unlink()
        assert (await status(there))["trouble"] == NO_RADIO
        assert await refused(there.desk.scan()) == NO_RADIO
        assert await refused(there.desk.join("Keepline home", passphrase=KEY)) == NO_RADIO
        assert there.phases == ["failed"]

    lived(live)


def test_a_radio_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hal.wifi_socket.ANSWER_S", 0.1)

    async def live(there: House) -> None:
        assert await refused(there.desk.scan()) == NO_ANSWER

    lived(live, SimAir(mute=frozenset({"SCAN"})))


def test_a_file_that_may_not_be_written_is_told() -> None:
    async def live(there: House) -> None:
        assert await joined(there, ssid="Cafe") == {"joined": True, "reason": NOT_SAVED}

    lived(live, SimAir(writes=False, **QUICK))  # type: ignore[arg-type]


def test_one_join_at_a_time_and_it_goes_on_when_nobody_waits_any_more() -> None:
    async def live(there: House) -> None:
        first = asyncio.create_task(there.desk.join("Keepline home", passphrase=KEY))
        await there.wait_phase("looking", "address")
        assert await refused(there.desk.join("Cafe")) == JOINING_ALREADY
        first.cancel()
        await there.wait_phase("joined")

    lived(live)
