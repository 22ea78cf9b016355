"""The Wi-Fi radio, as wpa_supplicant keeps it: look around, choose a network, keep or forget it. Networks and passphrases stay in its own file.

A conversation is opened for each errand and closed after it, so an idle box is not woken by scans of others. It must not know who joins and why.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hal.errors import PartBusy, PartMissing, PartMisused
from hal.wifi_socket import NO_ANSWER, NO_RADIO, SupplicantSocket
from hal.wifi_text import (
    Event,
    FoundNetwork,
    SavedNetwork,
    Security,
    Sign,
    event_of,
    found_networks,
    network_settings,
    saved_networks,
    status_of,
    unescaped,
)

SCAN_S = 15.0
"""A radio that visits all channels of both bands, some of them listening only, needs 3 to 6."""
NOT_TAKEN = "The Wi-Fi radio did not take the order; try again."

_NO_RADIOS = ("p2p-dev-", "global")
"""Sockets of wpa_supplicant that belong to no network interface."""


@dataclass(frozen=True)
class WifiLink:
    """What the radio is joined to; empty: nothing, and no IPv4 address."""

    ssid: bytes = b""
    address: str = ""


class Wifi:
    """`folder` tells where wpa_supplicant's sockets are, one a radio; `wanted` which radio: empty for the first."""

    def __init__(self, folder: Callable[[], Path], wanted: Callable[[], str] = str) -> None:
        self._folder, self._wanted = folder, wanted

    @contextmanager
    def open(self) -> Iterator["WifiRadio"]:
        """Raises PartMissing."""
        path = self._found()
        opened = SupplicantSocket(path)
        try:
            yield WifiRadio(path.name, opened)
        finally:
            opened.close()

    def _found(self) -> Path:
        folder, wanted = self._folder(), self._wanted()
        if wanted:
            return folder / wanted
        try:
            names = sorted(each.name for each in folder.iterdir() if each.is_socket() and not each.name.startswith(_NO_RADIOS))
        except PermissionError:
            return folder / "wlan0"  # its refusal says more
        except OSError as error:
            raise PartMissing(NO_RADIO) from error
        if not names:
            raise PartMissing(NO_RADIO)
        return folder / names[0]


class WifiRadio:
    """One conversation. Methods raise PartBusy when the radio or wpa_supplicant does not answer, PartMissing when it is gone."""

    def __init__(self, name: str, opened: SupplicantSocket) -> None:
        self.name = name
        self._socket = opened

    async def attend(self) -> None:
        """Hear events from now on."""
        await self._order("ATTACH")

    async def set_country(self, country: str) -> None:
        """By whose rules the radio sends. A driver that does not know the country goes on as it was."""
        if await self._socket.ask("GET country") != country:
            await self._socket.ask(f"SET country {country}")

    async def scan(self) -> list[FoundNetwork]:
        """Look around; `attend` first."""
        if await self._socket.ask("SCAN") not in {"OK", "FAIL-BUSY"}:  # busy: somebody else's look serves us too
            raise PartBusy(NOT_TAKEN)
        clock = asyncio.get_running_loop().time
        end = clock() + SCAN_S
        while event := await self.event(end - clock()):
            if event.sign is Sign.SCANNED:
                return await self.heard()
            if event.sign is Sign.SCAN_FAILED:
                raise PartBusy(NOT_TAKEN)
        raise PartBusy(NO_ANSWER)

    async def heard(self) -> list[FoundNetwork]:
        """What it heard last, without a new look."""
        return found_networks(await self._socket.ask("SCAN_RESULTS"))

    async def saved(self) -> list[SavedNetwork]:
        return saved_networks(await self._socket.ask("LIST_NETWORKS"))

    async def link(self) -> WifiLink:
        told = status_of(await self._socket.ask("STATUS"))
        if told.get("wpa_state") != "COMPLETED":
            return WifiLink()
        return WifiLink(unescaped(told.get("ssid", "")), told.get("ip_address", ""))

    async def add(self, ssid: bytes, security: Security, passphrase: str, *, hidden: bool) -> int:
        """A new network, not used yet; its number. Raises PartMisused when wpa_supplicant does not take what it is told."""
        answer = await self._socket.ask("ADD_NETWORK")
        if not answer.isdecimal():
            raise PartBusy(NOT_TAKEN)
        number = int(answer)
        for name, value in network_settings(ssid, security, passphrase, hidden=hidden):
            if await self._socket.ask(f"SET_NETWORK {number} {name} {value}") != "OK":
                await self.remove(number)
                raise PartMisused(NOT_TAKEN)
        return number

    async def select(self, number: int) -> None:
        """Leave the present network and try this one alone."""
        await self._order(f"SELECT_NETWORK {number}")

    async def allow_all(self) -> None:
        """Let it use every network it keeps again."""
        await self._socket.ask("ENABLE_NETWORK all")

    async def look_anew(self) -> None:
        """Let it join the best of those it keeps."""
        await self._socket.ask("REASSOCIATE")

    async def remove(self, number: int) -> None:
        await self._order(f"REMOVE_NETWORK {number}")

    async def save(self) -> bool:
        """Whether its file was written; without update_config=1 it is not."""
        return await self._socket.ask("SAVE_CONFIG") == "OK"

    async def event(self, within_s: float) -> Event | None:
        """The next event that means something; None when none comes in time."""
        try:
            async with asyncio.timeout(within_s):
                while (event := event_of(await self._socket.event())) is None:
                    pass
        except TimeoutError:
            return None
        return event

    async def _order(self, command: str) -> None:
        if await self._socket.ask(command) != "OK":
            raise PartBusy(NOT_TAKEN)
