"""One uplink as it is: plain data that leaves this package. Knows no library and no decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_interface

from firmware.network.errors import UplinkNotReady


@dataclass(frozen=True)
class LinkState:
    """A network interface. Addresses are text without prefix, empty when there is none.

    `up`: switched on. `carrier`: a cable with life in it, or a radio that is let in. `gateway4/6`: where the main table's best default route
    over this interface leads, else its DHCP lease; empty on a point-to-point link, which needs none. Counters are bytes since the interface was made.
    """

    name: str
    up: bool = False
    carrier: bool = False
    address4: str = ""
    address6: str = ""
    gateway4: str = ""
    gateway6: str = ""
    nameservers: tuple[str, ...] = ()
    signal_dbm: float | None = None
    rx_bytes: int = 0
    tx_bytes: int = 0
    index: int = 0
    prefix4: int = 0
    prefix6: int = 0
    point_to_point: bool = False

    @property
    def usable(self) -> bool:
        """Whether anything could be sent at all."""
        return self.up and self.carrier and bool(self.address4 or self.address6)

    @property
    def steady(self) -> LinkState:
        """Itself without what changes all the time: two of these differ when the link has changed."""
        return replace(self, signal_dbm=None, rx_bytes=0, tx_bytes=0)

    @property
    def subnet4(self) -> str:
        """The IPv4 subnet it stands in, such as "192.0.2.0/24"; empty without address."""
        return str(ip_interface(f"{self.address4}/{self.prefix4}").network) if self.address4 else ""

    def address_for(self, target: str) -> str:
        """The own address of the target's family; raises UplinkNotReady."""
        address = self.address6 if ":" in target else self.address4
        if not address:
            family = "IPv6" if ":" in target else "IPv4"
            raise UplinkNotReady(f"{self.name} has no {family} address, which {target} needs")
        return address
