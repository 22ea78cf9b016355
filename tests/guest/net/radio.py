"""Two simulated radios (mac80211_hwsim) as an uplink: hostapd is the house's access point, wpa_supplicant the device's operating system. Knows no telephony."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tests.lab.house import DhcpClient
from tests.lab.laboratory import Laboratory
from tests.lab.uplink import Uplink
from tests.peers.process import Process, program_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.namespaces import Namespaces
    from tests.lab.uplink import UplinkPlan

Answer = TypeVar("Answer")

NAME, PASSPHRASE = "Keepline house", "a simulated passphrase"
CHANNEL = 1
ACCESS_POINT = """\
interface=lan
driver=nl80211
ssid={name}
hw_mode=g
channel={channel}
wpa=2
wpa_key_mgmt={methods}
ieee80211w={frames}
rsn_pairwise=CCMP
wpa_passphrase={passphrase}
ctrl_interface={folder}/hostapd
"""
STATION = """\
ctrl_interface={folder}/wpa
network={{
  ssid="{name}"
  key_mgmt=WPA-PSK
  psk="{passphrase}"
}}
"""
AFRESH = "ctrl_interface=DIR=/run/wpa_supplicant\nupdate_config=1\n"
"""As docs/wifi.md has it: no network yet, and the socket where the device looks for it."""
WPA2, WPA3 = ("WPA-PSK", 0), ("SAE", 2)
"""How the access point protects its network, and whether that goes for management frames."""
JOIN_S = 30.0


class Radio(Uplink):
    """An uplink whose cable is the air: it is pulled by switching the access point off."""

    def _connect(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        radios = sorted(Path("/sys/class/ieee80211").iterdir())
        for radio, space, name in zip(radios, (self.router, self.device), ("lan", self.plan.interface), strict=False):
            was = next((radio / "device/net").iterdir()).name
            subprocess.run([program_path("iw"), "phy", radio.name, "set", "netns", "name", space.name], check=True)
            space.ip("link", "set", was, "name", name)
        self._protection = WPA2
        self._access_point = self._switch_on()
        self._station: Process | None = None

    def _switch_on(self) -> Process:
        config = self._folder / "hostapd.conf"
        methods, frames = self._protection
        words = {"name": NAME, "channel": CHANNEL, "passphrase": PASSPHRASE, "methods": methods, "frames": frames}
        config.write_text(ACCESS_POINT.format(folder=self._folder, **words))
        with self.router.inside():
            process = Process(["hostapd", config], self._folder)
        process.wait_for_line("AP-ENABLED")
        return process

    def join_by(self, passphrase: str, awaited: str = "CTRL-EVENT-CONNECTED") -> str:
        """The device's system tries to join; the line that was awaited."""
        config = self._folder / "wpa.conf"
        config.write_text(STATION.format(name=NAME, passphrase=passphrase, folder=self._folder))
        self._leave()
        with self.device.inside():
            self._station = Process(["wpa_supplicant", "-Dnl80211", f"-i{self.interface}", f"-c{config}"], self._folder)
        return self._station.wait_for_line(awaited, JOIN_S).string

    def start_afresh(self) -> None:
        """The device's system knows no network and has no address: whoever wants one asks its wpa_supplicant."""
        config = self._folder / "afresh.conf"
        config.write_text(AFRESH)
        self._leave()
        if self.client:
            self.client.stop()
        self.device.ip("address", "flush", "dev", self.interface)
        with self.device.inside():
            words = ["wpa_supplicant", "-d", "-Dnl80211", f"-i{self.interface}", f"-c{config}"]
            self._station = Process(words, self._folder, name="afresh")
        self._station.wait_for_line(f"Added interface {self.interface}")

    def lease_beside(self, joining: Callable[[], Answer]) -> Answer:
        """What `joining` answers; as soon as the radio is let in its system gets an address, as from networkd.

        It is the joining that has a thread of its own: a program ends with the thread that started it (`Process`), and the client must stay.
        """
        assert self._station
        known = len(self._station.lines)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(joining)
            self._station.wait_for_line("CTRL-EVENT-CONNECTED", JOIN_S, after=known)
            self.client = DhcpClient(self, self._folder / "dhcp")
            return asked.result()

    def protect(self, protection: tuple[str, int]) -> None:
        """The access point starts anew with its network protected so."""
        self._protection = protection
        self._access_point.stop()
        self._access_point = self._switch_on()

    def lease(self) -> None:
        began_s = time.monotonic()
        self.join_by(PASSPHRASE)
        self.joined_s = time.monotonic() - began_s
        self.client = DhcpClient(self, self._folder / "dhcp")
        self.client.wait_bound()

    def unplug(self) -> float:
        """The access point has lost its power: no farewell, no beacon any more."""
        began_s = time.monotonic()
        self.router.ip("link", "set", "lan", "down")
        self._access_point.stop()
        return began_s

    def plug(self) -> float:
        began_s = time.monotonic()
        known = len(self._station.lines) if self._station else 0
        self.router.ip("link", "set", "lan", "up")
        self._access_point = self._switch_on()
        if self._station:
            self._station.wait_for_line("CTRL-EVENT-CONNECTED", JOIN_S, after=known)
        if self.client:
            self.client.renew()
        return began_s

    def _leave(self) -> None:
        if self._station is not None:
            self._station.stop()
            self._station = None

    def stop(self) -> None:
        self._leave()
        self._access_point.stop()
        super().stop()


class HouseWithRadio(Laboratory):
    """Uplinks of the kind wifi are real radios."""

    def _uplink(self, number: int, plan: UplinkPlan, spaces: Namespaces) -> Uplink:
        if plan.kind != "wifi":
            return super()._uplink(number, plan, spaces)
        router = spaces.make(f"router{number}")
        radio = Radio(number, plan, self.device, router, self.cloud, self.folder / plan.interface)
        self._running.callback(radio.stop)
        return radio
