"""An uplink as the SIP agent sees it: addresses to send from. How it was chosen, and what routes lead there, is decided elsewhere."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=tuple[str, int])


@dataclass(frozen=True)
class Bearer:
    """`name` is the interface; an address is empty where the uplink has none of that family."""

    name: str
    address4: str = ""
    address6: str = ""
    metered: bool = False
    nameservers: tuple[str, ...] = ()
    holds_contact: bool = False
    """While it waits, accounts keep a second contact at their registrars by it."""

    def address_towards(self, target: str) -> str:
        """Our address on this uplink for talking to `target`; empty where the uplink does not have its family."""
        return self.address6 if ":" in target else self.address4

    def is_at(self, other: "Bearer | None") -> bool:
        """Whether the other is the same place to send from."""
        return other is not None and (self.name, self.address4, self.address6) == (other.name, other.address4, other.address6)


@dataclass(frozen=True)
class Uplinks:
    """What the agent may send by. Not `managed`: nobody watches uplinks, and the system's routes decide."""

    managed: bool = False
    active: Bearer | None = None
    standby: tuple[Bearer, ...] = ()


def is_on_this_machine(address: str) -> bool:
    """A server beside us is reached whichever uplink there is."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def reachable(targets: Iterable[T], bearer: Bearer) -> tuple[T, ...]:
    """Those targets, addresses with ports, that this uplink has a family for."""
    return tuple(target for target in targets if is_on_this_machine(target[0]) or bearer.address_towards(target[0]))
