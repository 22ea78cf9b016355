"""One uplink: a cable from the device to a router of its own, which masquerades and has a long way to the cloud, and all that can go wrong there.

Every fault returns when it began, on the machine's monotonic clock, taken just before it was made. Loss is nft's numgen, a black hole is a
drop, unplugging is the router's end of the cable going down. Must not know what the device does about it.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab.addresses import FAR, FAR6, GATEWAY_HERE, PORTAL_PORT
from tests.lab.house import DhcpClient, HouseServer
from tests.lab.namespaces import connect
from tests.lab.ordered import here, module
from tests.peers.errors import PeerError
from tests.peers.process import Process, program_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.namespaces import Namespace
    from tests.lab.ordered import Ordered

# What comes from outside unasked is dropped, as by any router: answered, it would also take the port that the device's voice is about to need.
RULES = """\
table inet lab {
  chain guard { type filter hook input priority -10; iifname "way" meta nfproto ipv4 ct state new drop; }
  chain silence { type filter hook prerouting priority -300; }
  chain loss { type filter hook forward priority -20; }
  chain cut { type filter hook forward priority -10; }
  chain house { type filter hook input priority 0; }
  chain caught { type nat hook prerouting priority -100; }
  chain outward { type nat hook postrouting priority 100; meta nfproto ipv4 oifname "way" masquerade; }
}
"""


@dataclass(frozen=True)
class UplinkPlan:
    """`network` is the third byte of its IPv4 network, its number if 0; two uplinks may have the same."""

    interface: str
    kind: str = "ethernet"
    priority: int = 1
    metered: bool = False
    one_way_ms: float = 30.0
    jitter_ms: float = 0.0
    network: int = 0
    ipv4: bool = True
    ipv6: bool = False
    metric: int = 100
    month_limit_mb: int = 0


class Uplink:
    """Built by the laboratory; `number` tells it from the others."""

    def __init__(  # noqa: PLR0913, PLR0917 - built in one place
        self, number: int, plan: UplinkPlan, device: Namespace, router: Namespace, cloud: Namespace, folder: Path
    ) -> None:
        self.number, self.plan, self.interface = number, plan, plan.interface
        self.device, self.router, self._cloud, self._folder = device, router, cloud, folder
        self.network = plan.network or number
        self.gateway = f"192.168.{self.network}.1"
        self.gateway6 = f"2001:db8:{self.number}::1"
        self.outside = f"198.51.100.{number}"
        self._ways: Ordered | None = None
        self._connect()
        self._rule_set(RULES)
        router.write("/proc/sys/net/ipv4/ip_forward", "1")
        router.write("/proc/sys/net/ipv6/conf/all/forwarding", "1")
        router.write("/proc/sys/net/ipv6/conf/lan/keep_addr_on_down", "1")
        self._address_house()
        self.house = HouseServer(self, folder / "house")
        self.client: DhcpClient | None = None
        self._portal: Process | None = None

    def join(self, ways: Ordered) -> None:
        """The long way is there: give it addresses, and both sides their routes."""
        self._ways = ways
        self.router.ip("address", "add", self.outside, "peer", GATEWAY_HERE, "dev", "way")
        self.router.ip("link", "set", "way", "up")
        self.router.ip("route", "add", "default", "dev", "way")
        self.router.ip("-6", "route", "add", "default", "dev", "way")
        way = f"way{self.number}"
        self._cloud.ip("link", "set", way, "up")
        self._cloud.ip("route", "add", self.outside, "dev", way, "src", FAR)
        self._cloud.ip("-6", "route", "add", f"2001:db8:{self.number}::/64", "dev", way, "src", FAR6)
        self.delay(self.plan.one_way_ms, self.plan.jitter_ms)

    def lease(self) -> None:
        """Let the device's operating system get its address; returns once it has it."""
        if self.plan.ipv4:
            self.client = DhcpClient(self, self._folder / "dhcp")
            self.client.wait_bound()

    @property
    def address(self) -> str:
        """The device's IPv4 address here now; empty without one."""
        words = self.device.ip("-4", "-brief", "address", "show", "dev", self.interface).split()
        return words[2].partition("/")[0] if len(words) > 2 else ""

    # What can go wrong

    def unplug(self) -> float:
        began_s = time.monotonic()
        self.router.ip("link", "set", "lan", "down")
        return began_s

    def plug(self) -> float:
        """The cable is back, and the operating system asks for its address again."""
        began_s = time.monotonic()
        self.router.ip("link", "set", "lan", "up")
        if self.client:
            self.client.renew()
        return began_s

    def silence(self) -> float:
        """The router swallows everything, the link stays up."""
        return self._rules("add rule inet lab silence drop")

    def cut_internet(self) -> float:
        """The router still answers; nothing beyond it does."""
        return self._rules("add rule inet lab cut drop")

    def lose(self, percent: int) -> float:
        """Lose that share of all packets, by chance."""
        return self._rules(
            f"flush chain inet lab loss\nadd rule inet lab loss numgen random mod 100 < {percent} drop"
            if percent
            else "flush chain inet lab loss"
        )

    def deafen_dns(self) -> float:
        """The router answers no name any more; everything else works."""
        return self._rules("add rule inet lab house meta l4proto { tcp, udp } th dport 53 drop")

    def hold_portal(self) -> float:
        """A captive portal: names are answered, web pages are the portal's, nothing else passes."""
        if self._portal is None:
            with self.router.inside():
                self._portal = Process(
                    module("tests.lab.cloud_services", "portal", self.gateway),
                    self._folder / "portal",
                    name="portal",
                    environment=here(),
                )
            self._portal.wait_for_line("^ready$")
        return self._rules(
            f'add rule inet lab caught iifname "lan" tcp dport 80 redirect to :{PORTAL_PORT}\nadd rule inet lab cut drop'
        )

    def heal(self) -> float:
        """Everything but the cable and the delay is well again."""
        began_s = self._rules("".join(f"flush chain inet lab {each}\n" for each in ("silence", "loss", "cut", "house", "caught")))
        if self._portal is not None:
            self._portal.stop()
            self._portal = None
        return began_s

    def delay(self, one_way_ms: float, jitter_ms: float = 0.0) -> None:
        assert self._ways is not None
        self._ways.order(f"delay {self.number - 1} {one_way_ms} {jitter_ms}")

    def renumber(self, first: int = 200) -> float:
        """The house gives other addresses from now on; the device's system asks and is given one. Returns when it asked."""
        self.house.give_from(first)
        assert self.client is not None
        return self.client.renew(expecting_another=True)

    def move_gateway(self, last_byte: int = 254) -> float:
        """Another router takes over, with an address of its own in the same network; the old one is gone."""
        old, self.gateway = self.gateway, f"192.168.{self.network}.{last_byte}"
        began_s = time.monotonic()
        # In this order: with the first address of a network its later ones go too.
        self.router.ip("address", "delete", f"{old}/24", "dev", "lan")
        self.router.ip("address", "add", f"{self.gateway}/24", "dev", "lan")
        self.house.restart()
        if self.client:
            self.client.renew()
        return began_s

    def stop(self) -> None:
        for each in (self._portal, self.client, self.house):
            if each is not None:
                each.stop()

    # How it is made

    def _connect(self) -> None:
        """Lay the cable: `lan` in the router, the plan's interface in the device."""
        connect(self.router, "lan", self.device, self.plan.interface)

    def _address_house(self) -> None:
        if self.plan.ipv4:
            self.router.ip("address", "add", f"{self.gateway}/24", "dev", "lan")
        if self.plan.ipv6:
            self.router.ip("address", "add", f"{self.gateway6}/64", "dev", "lan", "nodad")

    def _rules(self, text: str) -> float:
        began_s = time.monotonic()
        self._rule_set(text)
        return began_s

    def _rule_set(self, text: str) -> None:
        with self.router.inside():
            done = subprocess.run([program_path("nft"), "-f", "-"], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerError(f"nft refused {text!r}: {done.stderr}")
