"""A device with two uplinks, each behind its router, and a cloud behind both. Everything is real and nothing leaves the namespaces.

device eth0  10.1.0.2  2001:db8:1::2  --  wire   .1 / ::1  --  100.64.1.2  cloud
device wlan0 10.2.0.2  2001:db8:2::2  --  radio  .1 / ::1  --  100.64.2.2  cloud
device wwan0 10.3.0.2  2001:db8:3::2  --  mast   .1 / ::1  --  100.64.3.2  cloud   (with `cellular`)
cloud: 203.0.113.1 and 2001:db8:f::1 at home. IPv4 is masqueraded, so the cloud sees who forwarded; IPv6 is not.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.lab.namespaces import Namespace, Namespaces, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOUD4, CLOUD6 = "203.0.113.1", "2001:db8:f::1"
MASQUERADE = "table ip nat { chain out { type nat hook postrouting priority 100; oifname cloud masquerade; }; }"


class Town:
    """Made by `town`."""

    def __init__(self, spaces: Namespaces, *, same_subnet: bool = False, cellular: bool = False) -> None:
        self.device, self.cloud = spaces.make("device"), spaces.make("cloud")
        self.wire, self.radio = spaces.make("wire"), spaces.make("radio")
        for each in (self.device, self.cloud, self.wire, self.radio):
            _no_waiting_for_addresses(each)
        self.cloud.ip("addr", "add", f"{CLOUD4}/32", "dev", "lo")
        self.cloud.ip("addr", "add", f"{CLOUD6}/128", "dev", "lo")
        self._router(self.wire, 1)
        self._router(self.radio, 2)
        self.uplink("eth0", self.wire, 1)
        self.uplink("wlan0", self.radio, 1 if same_subnet else 2, host=3 if same_subnet else 2, metric=600)

        if cellular:
            self.mast = spaces.make("mast")
            _no_waiting_for_addresses(self.mast)
            self._router(self.mast, 3)
            self.uplink("wwan0", self.mast, 3, metric=700)

    def _router(self, router: Namespace, number: int) -> None:
        connect(router, "cloud", self.cloud, f"way{number}")
        router.ip("addr", "add", f"100.64.{number}.2/24", "dev", "cloud")
        self.cloud.ip("addr", "add", f"100.64.{number}.1/24", "dev", f"way{number}")
        router.ip("route", "add", "default", "via", f"100.64.{number}.1")
        router.ip("addr", "add", f"fd00:{number}::2/64", "dev", "cloud")
        self.cloud.ip("addr", "add", f"fd00:{number}::1/64", "dev", f"way{number}")
        router.ip("route", "add", "default", "via", f"fd00:{number}::1")
        self.cloud.ip("route", "add", f"2001:db8:{number}::/64", "via", f"fd00:{number}::2")
        router.write("/proc/sys/net/ipv6/conf/all/keep_addr_on_down", "1")
        for family in ("ipv4/conf/all", "ipv6/conf/all"):
            router.write(f"/proc/sys/net/{family}/forwarding", "1")
        nft(router, MASQUERADE)

    def uplink(self, name: str, router: Namespace, subnet: int, *, host: int = 2, metric: int = 100) -> None:
        """Plug the device into a router, with addresses and default routes as a network manager would give it."""
        connect(self.device, name, router, "lan")
        router.ip("addr", "add", f"10.{subnet}.0.1/24", "dev", "lan")
        router.ip("addr", "add", f"2001:db8:{subnet}::1/64", "dev", "lan")
        self.device.ip("addr", "add", f"10.{subnet}.0.{host}/24", "dev", name)
        self.device.ip("addr", "add", f"2001:db8:{subnet}::{host}/64", "dev", name)
        self.device.ip("route", "add", "default", "via", f"10.{subnet}.0.1", "dev", name, "metric", str(metric))
        self.device.ip("-6", "route", "add", "default", "via", f"2001:db8:{subnet}::1", "dev", name, "metric", str(metric))

    def everything(self) -> dict[str, Any]:
        """All rules and routes of the device, as `ip` shows them."""
        return {
            f"{family} {what}": rows(self.device, family, *what.split())
            for family in ("-4", "-6")
            for what in ("rule show", "route show table all")
        }


@contextmanager
def town(*, same_subnet: bool = False, cellular: bool = False) -> Iterator[Town]:
    with Namespaces() as spaces:
        yield Town(spaces, same_subnet=same_subnet, cellular=cellular)


def rows(space: Namespace, *words: str) -> list[dict[str, Any]]:
    """What `ip -json` answers there. Marks are shown as numbers, and whatever ages by itself is left out."""
    found: list[dict[str, Any]] = json.loads(space.ip("-json", "-Numeric", *words) or "[]")
    return [{key: value for key, value in row.items() if key not in {"expires", "used"}} for row in found]


def nft(space: Namespace, text: str) -> None:
    """Load rules of the packet filter."""
    space.run("nft", text)


def swallow_everything(router: Namespace) -> None:
    """A silent death: the link stays up, packets vanish."""
    nft(router, "table inet dead { chain way { type filter hook prerouting priority -300; policy drop; }; }")


def _no_waiting_for_addresses(space: Namespace) -> None:
    """Without duplicate address detection IPv6 addresses are there at once."""
    for which in ("all", "default"):
        space.write(f"/proc/sys/net/ipv6/conf/{which}/accept_dad", "0")
