"""The Wi-Fi driver against the real wpa_supplicant, without a radio: its socket, its networks and its file are real, and nothing is ever heard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from hal.errors import PartBusy, PartMissing, PartMisused
from hal.wifi import NOT_TAKEN, Wifi, WifiLink
from hal.wifi_socket import NO_RADIO
from hal.wifi_text import Security
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from hal.wifi import WifiRadio

NAMES = {
    b"Keepline home": Security.WPA2,
    "Үй желісі".encode(): Security.BOTH,
    b'quote"d \\ and\ttab': Security.WPA3,
    b"\xff\x00\n": Security.OPEN,
    b"x" * 32: Security.ENHANCED_OPEN,
}
KEY = 'with "quotes" and құпия'


class Supplicant:
    """`folder` holds `wpa.conf`, and the sockets under `run`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder, folder / "wpa.conf"
        self.config.write_text(f"ctrl_interface=DIR={folder}/run\nupdate_config=1\n")
        self.process = self._started()

    def _started(self) -> Process:
        process = Process(["wpa_supplicant", "-d", "-Dnone", "-ilo", f"-c{self.config}"], self.folder)
        process.wait_for_line("Added interface lo")
        return process

    def restart(self) -> None:
        self.process.stop()
        self.process = self._started()


@pytest.fixture
def supplicant(tmp_path: Path) -> Iterator[Supplicant]:
    started = Supplicant(tmp_path)
    yield started
    started.process.stop()


def spoken(to: Supplicant, work: Callable[[WifiRadio], Awaitable[None]]) -> None:
    async def speak() -> None:
        with Wifi(lambda: to.folder / "run").open() as radio:
            assert radio.name == "lo"
            await work(radio)

    asyncio.run(speak())


def test_networks_of_every_kind_outlive_its_restart(supplicant: Supplicant) -> None:
    async def keep(radio: WifiRadio) -> None:
        for ssid, kind in NAMES.items():
            await radio.add(ssid, kind, KEY, hidden=True)
        await radio.allow_all()  # those switched off would be kept as such
        assert await radio.save()

    async def forget(radio: WifiRadio) -> None:
        kept = await radio.saved()
        assert [each.ssid for each in kept] == list(NAMES)
        for each in kept:
            await radio.remove(each.number)
        assert await radio.saved() == []

    spoken(supplicant, keep)
    written = supplicant.config.read_text()
    assert (written.count(f'psk="{KEY}"'), written.count(f"sae_password={KEY.encode().hex()}")) == (2, 1)
    assert "disabled" not in written
    supplicant.restart()
    spoken(supplicant, forget)


def test_a_passphrase_it_does_not_take_leaves_no_network(supplicant: Supplicant) -> None:
    async def work(radio: WifiRadio) -> None:
        with pytest.raises(PartMisused, match=NOT_TAKEN):
            await radio.add(b"home", Security.WPA2, "short", hidden=False)
        assert await radio.saved() == []

    spoken(supplicant, work)


def test_the_country_is_told_and_a_radio_that_cannot_look_says_so(supplicant: Supplicant) -> None:
    async def work(radio: WifiRadio) -> None:
        await radio.attend()
        await radio.set_country("KZ")
        await radio.save()
        assert "country=KZ" in supplicant.config.read_text()
        with pytest.raises(PartBusy, match=NOT_TAKEN):
            await radio.scan()
        assert await radio.link() == WifiLink()
        number = await radio.add(b"home", Security.OPEN, "", hidden=False)
        await radio.select(number)
        assert [each.is_current for each in await radio.saved()] == [True]
        await radio.look_anew()

    spoken(supplicant, work)


def test_a_radio_that_goes_away_in_the_middle_is_missing(supplicant: Supplicant) -> None:
    async def work(radio: WifiRadio) -> None:
        assert await radio.saved() == []
        supplicant.process.stop()
        with pytest.raises(PartMissing, match=NO_RADIO):
            await radio.saved()

    spoken(supplicant, work)
    with pytest.raises(PartMissing, match=NO_RADIO):
        spoken(supplicant, work)
