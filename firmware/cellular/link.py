"""How data gets from the modem to an interface: what a bearer promises. Bearers are `dhcp` (the modem is a network card) and `ppp`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from firmware.core.modem_events import Apn

ROUTE_METRIC = 700
"""Of the default route a bearer sets: behind Ethernet (100) and Wi-Fi (600), as NetworkManager ranks a modem (nm-device.c). Voice does not depend on it:
it goes by the tables of `firmware.network`, which also finds the gateway by this route."""


@dataclass(frozen=True)
class DataLink:
    """An interface with an address."""

    interface: str
    address: str
    gateway: str = ""
    """Empty on a point-to-point interface."""
    nameservers: tuple[str, ...] = ()


class Bearer(Protocol):
    """Brings data up and down. Its callbacks run on the deciding thread, and none of an earlier `up` comes after `down` or another `up`."""

    def up(self, apn: Apn, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        """Bring data up; `on_lost` is called once, with the reason, when it does not come or does not stay. Ends an earlier `up` first."""

    def down(self) -> None:
        """Take it down; nothing happens if it is not up."""

    async def ended(self) -> None:
        """After `down`: when nothing of it is left."""
