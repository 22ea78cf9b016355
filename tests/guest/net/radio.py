"""Two simulated radios (mac80211_hwsim) as an uplink: hostapd is the house's access point, wpa_supplicant the device's operating system. Knows no telephony."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.house import DhcpClient
from tests.lab.laboratory import Laboratory
from tests.lab.uplink import Uplink
from tests.peers.process import Process, program_path

if TYPE_CHECKING:
    from tests.lab.namespaces import Namespaces
    from tests.lab.uplink import UplinkPlan

NAME, PASSPHRASE = "Keepline house", "a simulated passphrase"
CHANNEL = 1
ACCESS_POINT = """\
interface=lan
driver=nl80211
ssid={name}
hw_mode=g
channel={channel}
wpa=2
wpa_key_mgmt=WPA-PSK
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
        self._access_point = self._switch_on()
        self._station: Process | None = None

    def _switch_on(self) -> Process:
        config = self._folder / "hostapd.conf"
        config.write_text(ACCESS_POINT.format(name=NAME, channel=CHANNEL, passphrase=PASSPHRASE, folder=self._folder))
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
