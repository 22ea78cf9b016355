"""Which routes and rules our uplinks need: a pure function, compared with what the kernel has. Knows no netlink.

Each uplink has a table of its own: the system's routes to particular places except over other uplinks (so a telephone system in the house is
reached as before), and its own default route. Three kinds of rules lead there, in this order:
1. sockets bound to the interface (probes), 2. voice: our own UDP packets from the RTP ports, of whatever address, to the active uplink's table
(sockets bound to no address get the right one from its default route), 3. packets that carry the uplink's address (SIP transports).
Behind each rule of the last two comes its like that says "unreachable": nothing meant for one uplink ever leaves by another.

Two things of IPv6 stand behind that. An "unreachable" route in the table would be taken while the router's neighbour entry has failed, and nobody
would ask for that router again for a minute (find_match, net/ipv6/route.c). And what finds no way is looked up once more with an
address the kernel chooses (ip6_dst_lookup_tail, net/ipv6/ip6_output.c): were addresses before voice, it would leave by that address's uplink.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from firmware.network.link_state import LinkState

PROTOCOL = 212
"""Our mark on every route and rule (rtm_protocol, FRA_PROTOCOL). Free in iproute2's etc/iproute2/rt_protos."""

MAIN = 254
FIRST_TABLE = 7401
TABLES = 32
FIRST_DEVICE_RULE = 7401
VOICE_RULE = 7433
"""At a move the new rule comes behind the old one of the same priority and counts once that goes: no packet falls between."""
FIRST_SOURCE_RULE = 7441  # two each
IPV6_METRIC = 1024  # what the kernel makes of "none" in IPv6


@dataclass(frozen=True)
class Route:
    """`destination` is "" for default, else "address/length"; `device` an interface's index."""

    family: int
    table: int
    destination: str = ""
    gateway: str = ""
    device: int = 0
    source: str = ""
    metric: int = 0
    link_scope: bool = False


@dataclass(frozen=True)
class Rule:
    """Exactly one of `device` (name), `source` ("address/length") and `ports` (first, last) is set. `table` 0 is "unreachable"."""

    family: int
    priority: int
    table: int
    device: str = ""
    source: str = ""
    ports: tuple[int, int] | None = None


@dataclass(frozen=True)
class Voice:
    """Our RTP ports, inclusive, and the uplink that carries them."""

    uplink: str
    ports: tuple[int, int]


@dataclass(frozen=True)
class Claim:
    """An uplink with the table that is its own."""

    link: LinkState
    slot: int

    @property
    def table(self) -> int:
        return FIRST_TABLE + self.slot


FAMILIES = {2: 32, 10: 128}
"""AF_INET and AF_INET6 (the kernel's numbers, as everywhere in netlink), and how long their addresses are."""


def routes_for(claim: Claim, main: Iterable[Route], other_uplinks: Container[int]) -> list[Route]:
    """The table of one uplink. `main`: the system's routes; `other_uplinks`: the indexes of the interfaces its packets must not leave by."""
    link = claim.link
    if not (link.up and link.index):
        return []
    copied = [replace(each, table=claim.table) for each in main if each.destination and each.device not in other_uplinks]
    return [*copied, *(each for family in FAMILIES if (each := _default(claim, family)))]


def _default(claim: Claim, family: int) -> Route | None:
    link = claim.link
    source, gateway = (link.address4, link.gateway4) if family == 2 else (link.address6, link.gateway6)
    if not source or not (gateway or link.point_to_point):
        return None
    metric = IPV6_METRIC if family == 10 else 0
    return Route(
        family,
        claim.table,
        gateway=gateway,
        device=link.index,
        source=source,
        metric=metric,
        link_scope=family == 2 and not gateway,
    )


def rules_for(claims: Sequence[Claim], voice: Voice | None) -> list[Rule]:
    """All rules of all uplinks. Where two uplinks have the same address, it means the one that carries the voice, else the first."""
    found: list[Rule] = []
    owners: set[str] = set()
    for claim in sorted(claims, key=lambda each: (not _speaks(each, voice), each.slot)):
        link = claim.link
        for family, length in FAMILIES.items():
            address = link.address4 if family == 2 else link.address6
            found.append(Rule(family, FIRST_DEVICE_RULE + claim.slot, claim.table, device=link.name))
            if address and address not in owners:
                owners.add(address)
                found += _this_or_none(
                    Rule(family, FIRST_SOURCE_RULE + 2 * claim.slot, claim.table, source=f"{address}/{length}")
                )
            if voice and _speaks(claim, voice):
                found += _this_or_none(Rule(family, VOICE_RULE, claim.table, ports=voice.ports))
    return found


def _this_or_none(rule: Rule) -> tuple[Rule, Rule]:
    return rule, replace(rule, priority=rule.priority + 1, table=0)


def _speaks(claim: Claim, voice: Voice | None) -> bool:
    return voice is not None and claim.link.name == voice.uplink


def free_slot(taken: Iterable[int], foreign_tables: Iterable[int]) -> int:
    """The lowest slot whose table nobody uses, neither we nor another program."""
    used = set(taken) | {table - FIRST_TABLE for table in foreign_tables}
    return next(slot for slot in range(TABLES) if slot not in used)
