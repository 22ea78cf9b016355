"""DNS asked through one uplink of that uplink's own servers (RFC 1035, RFC 3596): are they alive, and where does a name lead from there."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from firmware.network.errors import NoAnswer, UplinkNotReady
from firmware.network.probes.bound import Peer, ask

if TYPE_CHECKING:
    from firmware.network.link_state import LinkState

PORT = 53
TYPES = {4: 1, 6: 28}  # A and AAAA by IP version
INTERNET = 1
RECURSION_DESIRED = 0x0100
NO_ERROR, NO_SUCH_NAME = 0, 3
HEADER_BYTES = 12
LONGEST_LABEL, LONGEST_NAME = 63, 253


@dataclass(frozen=True)
class Answer:
    """The addresses of the name, none when there is no such name: the server is alive all the same."""

    rtt_ms: float
    addresses: tuple[str, ...]


async def ask_dns(link: LinkState, server: str, name: str, timeout_ms: float, version: int = 4) -> Answer:
    """Ask one server for the name's addresses of IP `version`. Raises NoAnswer, also when the server has no way to find out."""
    number = secrets.randbelow(1 << 16)
    query = (
        struct.pack("!6H", number, RECURSION_DESIRED, 1, 0, 0, 0) + _labels(name) + struct.pack("!HH", TYPES[version], INTERNET)
    )
    (code, addresses), rtt_ms = await ask(
        Peer(link, server, PORT), query, lambda data: read_answer(data, number, query), timeout_ms
    )
    if code not in {NO_ERROR, NO_SUCH_NAME}:
        raise NoAnswer(f"the name server {server} answers over {link.name} that it cannot find out (code {code})")
    return Answer(rtt_ms, addresses)


async def resolve(link: LinkState, name: str, timeout_ms: float) -> tuple[str, ...]:
    """Where the name leads, asked through the uplink of all its servers and in every family it has; IPv4 first. Raises NoAnswer, UplinkNotReady.

    A name that is an address already leads to itself.
    """
    with contextlib.suppress(ValueError):
        return (str(ip_address(name)),)
    if not link.nameservers:
        raise UplinkNotReady(f"{link.name} has no name server to ask for {name}")
    versions = [version for version, own in ((4, link.address4), (6, link.address6)) if own]
    answers = await asyncio.gather(*(_first(link, name, timeout_ms, version) for version in versions), return_exceptions=True)
    found = tuple(address for answer in answers if isinstance(answer, tuple) for address in answer)
    if not found:
        raise NoAnswer(f"the name servers of {link.name} do not know where {name} is")
    return found


async def _first(link: LinkState, name: str, timeout_ms: float, version: int) -> tuple[str, ...]:
    """The first answer with an address in it; empty if no server has one. Nobody is left asking."""
    asked = [asyncio.ensure_future(ask_dns(link, server, name, timeout_ms, version)) for server in link.nameservers]
    try:
        for next_done in asyncio.as_completed(asked):
            with contextlib.suppress(NoAnswer, UplinkNotReady):
                if addresses := (await next_done).addresses:
                    return addresses
    finally:
        for each in asked:
            each.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    return ()


def _labels(name: str) -> bytes:
    """RFC 1035 section 3.1; names outside ASCII as RFC 5890 writes them. Raises NoAnswer for what can be no name."""
    plain = _plain(name)
    labels = plain.split(b".")
    if len(plain) > LONGEST_NAME or not all(0 < len(label) <= LONGEST_LABEL for label in labels):
        raise NoAnswer(f"{name!r} can be no name of a host")
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _plain(name: str) -> bytes:
    try:
        return name.rstrip(".").encode("idna")
    except UnicodeError:
        return b""


def read_answer(data: bytes, number: int, query: bytes) -> tuple[int, tuple[str, ...]] | None:
    """The response code and the addresses; None for what is no answer to this query."""
    try:
        return _read(data, number, query)
    except (struct.error, IndexError):
        return None


def _read(data: bytes, number: int, query: bytes) -> tuple[int, tuple[str, ...]] | None:
    said, flags, _, records, _, _ = struct.unpack("!6H", data[:HEADER_BYTES])
    if said != number or not flags & 0x8000 or data[HEADER_BYTES : len(query)].lower() != query[HEADER_BYTES:].lower():
        return None
    addresses, at = [], len(query)
    for _ in range(records):
        at = _after_name(data, at)
        kind, _, _, length = struct.unpack("!HHIH", data[at : at + 10])
        value = data[at + 10 : at + 10 + length]
        at += 10 + length
        if kind in TYPES.values() and len(value) in {4, 16}:
            addresses.append(str(ip_address(value)))
    return flags & 0x000F, tuple(addresses)


def _after_name(data: bytes, at: int) -> int:
    """A name is labels up to an empty one, or up to a pointer of two bytes (section 4.1.4)."""
    while length := data[at]:
        if length >= 0xC0:
            return at + 2
        at += 1 + length
    return at + 1
