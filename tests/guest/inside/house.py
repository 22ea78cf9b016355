"""A house around the box that systemd booted: another computer on a cable, and a radio that is a telephone's or an access point's.

Multicast DNS as avahi gives it, and Wi-Fi as docs/wifi.md tells the owner to set it up. It knows no unit of ours but by what it gives.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query

from firmware.core.wifi_join import Outcome
from tests.guest.inside.box import PAGE_PORT, ask, pid, system, until
from tests.guest.net.radio import ACCESS_POINT, CHANNEL, NAME, PASSPHRASE, WPA2
from tests.peers.process import Process

if TYPE_CHECKING:
    from tests.lab.namespaces import Namespace

ROOM = Path("/tmp/beside")  # noqa: S108 (in the guest, which is thrown away)
MULTICAST_DNS, ITS_PORT = "224.0.0.251", 5353
BOX_NAME, LISTED = "keepline.local", "_http._tcp.local"
BOX_ADDRESS, NEIGHBOUR_ADDRESS = "192.168.79.1", "192.168.79.2"
SUPPLICANT = Path("/etc/wpa_supplicant/wpa_supplicant-wlan0.conf")
AS_DOCUMENTED = "ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\nupdate_config=1\ncountry=KZ\n"
WRONG = "not the house's passphrase"
RADIOS = Path("/sys/class/ieee80211")


class House:
    """Everything outside the box is in one namespace."""

    def __init__(self, space: Namespace) -> None:
        self.space = space
        self._radio = ""

    def radio(self) -> str:
        """The second of the two simulated radios, which from then on is the house's; its interface is called lan."""
        if not self._radio:
            second = sorted(RADIOS.iterdir(), key=lambda each: int(each.name.removeprefix("phy")))[1]
            was = next((second / "device/net").iterdir()).name
            system("iw", "phy", second.name, "set", "netns", "name", self.space.name)
            self.space.ip("link", "set", was, "name", "lan")
            self._radio = "lan"
        return self._radio

    def named(self) -> dict[str, object]:
        """A neighbour knows the box by its name alone: it is told the address, the page answers to the name, and is listed among the house's pages."""
        system("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "cable", "netns", self.space.name)
        system("ip", "address", "add", f"{BOX_ADDRESS}/24", "dev", "eth0")
        self.space.ip("address", "add", f"{NEIGHBOUR_ADDRESS}/24", "dev", "cable")
        self.space.ip("link", "set", "cable", "up")
        self.space.ip("route", "add", "224.0.0.0/4", "dev", "cable")
        system("ip", "link", "set", "eth0", "up")
        found_s = until(lambda: self._answers(BOX_NAME, "A") == [BOX_ADDRESS], f"the address of {BOX_NAME}")
        listed = self._answers(LISTED, "PTR")
        assert listed == [f"Keepline\\032on\\032keepline.{LISTED}."], listed
        status = self._page_by_name()
        assert status < HTTPStatus.BAD_REQUEST, f"the page answers {status} to its name"
        system("ip", "link", "delete", "eth0")
        return {BOX_NAME: f"{BOX_ADDRESS} after {found_s} s", "page_by_name": status, "listed": listed[0]}

    def _page_by_name(self) -> int:
        """Its status over TLS, by a certificate that must name it."""
        with self.space.inside():
            known = ssl.get_server_certificate((BOX_ADDRESS, PAGE_PORT))
            plain = socket.create_connection((BOX_ADDRESS, PAGE_PORT), 60)
        page = http.client.HTTPConnection(BOX_NAME, PAGE_PORT)
        page.sock = ssl.create_default_context(cadata=known).wrap_socket(plain, server_hostname=BOX_NAME)
        with contextlib.closing(page):
            page.request("GET", "/")
            return page.getresponse().status

    def _answers(self, name: str, kind: str) -> list[str]:
        """What multicast DNS says; asked by a plain resolver, which it answers too (RFC 6762 section 6.7)."""
        question = dns.message.make_query(name, kind)
        try:
            with self.space.inside():
                answer = dns.query.udp(question, MULTICAST_DNS, timeout=2, port=ITS_PORT, source=NEIGHBOUR_ADDRESS)
        except (dns.exception.Timeout, OSError):
            return []
        return sorted(str(each) for each in answer.resolve_chaining().answer or ())

    def joined(self) -> dict[str, object]:
        """The device as its unit starts it finds a Wi-Fi, is refused and let in, with what docs/wifi.md asks of the owner and nothing else."""
        rest = {"name": NAME, "channel": CHANNEL, "passphrase": PASSPHRASE, "methods": WPA2[0], "frames": WPA2[1], "folder": ROOM}
        (ROOM / "hostapd.conf").write_text(ACCESS_POINT.format(**rest).replace("interface=lan", f"interface={self.radio()}"))
        with self.space.inside():
            access_point = Process(["hostapd", ROOM / "hostapd.conf"], ROOM)
        access_point.wait_for_line("AP-ENABLED")
        SUPPLICANT.write_text(AS_DOCUMENTED)
        SUPPLICANT.chmod(0o600)
        system("systemctl", "start", "wpa_supplicant@wlan0")
        system("ip", "address", "add", "192.168.78.2/24", "dev", "wlan0")
        until(lambda: ask("wifi.status").get("radio") == "wlan0", "a radio that the device may use")
        until(lambda: self._hears(NAME), "the house's network in what the radio hears")
        wrong, right = (ask("wifi.join", ssid=NAME, passphrase=each) for each in (WRONG, PASSPHRASE))
        assert wrong == {"joined": False, "reason": Outcome.WRONG_KEY.value}, wrong
        assert right == {"joined": True, "reason": Outcome.JOINED.value}, right
        assert PASSPHRASE in SUPPLICANT.read_text()
        groups = Path(f"/proc/{pid()}/status").read_text().partition("Groups:")[2].splitlines()[0].split()
        access_point.stop()
        system("systemctl", "stop", "wpa_supplicant@wlan0")
        socket = "root:netdev, and the device is in it" if system("getent", "group", "netdev").split(":")[2] in groups else ""
        return {"heard": NAME, "wrong_passphrase": wrong["reason"], "joined": right["reason"], "control_socket": socket}

    def _hears(self, name: str) -> bool:
        return any(each["ssid"] == name for each in ask("wifi.scan") or ())
