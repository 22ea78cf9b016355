"""A STUN binding (RFC 8489): the round trip of a UDP path like that of voice, and the address the world sees us by."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from firmware.network.probes.bound import Peer, ask

if TYPE_CHECKING:
    from firmware.network.link_state import LinkState

DEFAULT_PORT = 3478
BINDING_REQUEST, BINDING_SUCCESS, BINDING_ERROR = 0x0001, 0x0101, 0x0111
COOKIE = 0x2112A442
MAPPED_ADDRESS, XOR_MAPPED_ADDRESS = 0x0001, 0x0020
HEADER_BYTES = 20


@dataclass(frozen=True)
class Mapping:
    """How the server saw us; `address` is empty if it answered without saying."""

    rtt_ms: float
    address: str = ""
    port: int = 0


async def stun(link: LinkState, target: str, timeout_ms: float, port: int = DEFAULT_PORT) -> Mapping:
    """Ask once. An error answer is an answer too: the path works. Raises NoAnswer or UplinkNotReady."""
    transaction = os.urandom(12)
    request = struct.pack("!HHI", BINDING_REQUEST, 0, COOKIE) + transaction
    (address, seen_port), rtt_ms = await ask(
        Peer(link, target, port), request, lambda data: read_answer(data, transaction), timeout_ms
    )
    return Mapping(rtt_ms, address, seen_port)


def read_answer(data: bytes, transaction: bytes) -> tuple[str, int] | None:
    """The mapped address and port, ("", 0) if unsaid; None for what is no answer to this transaction."""
    if len(data) < HEADER_BYTES or data[8:HEADER_BYTES] != transaction:
        return None
    kind, length, cookie = struct.unpack("!HHI", data[:8])
    if cookie != COOKIE or kind not in {BINDING_SUCCESS, BINDING_ERROR}:
        return None
    found = _attributes(data[HEADER_BYTES : HEADER_BYTES + length])
    if XOR_MAPPED_ADDRESS in found:
        return _address(found[XOR_MAPPED_ADDRESS], struct.pack("!I", COOKIE) + transaction)
    return _address(found.get(MAPPED_ADDRESS, b""), bytes(16))


def _attributes(body: bytes) -> dict[int, bytes]:
    """Section 14: type, length, value, padded to four bytes. The first of a type counts."""
    found: dict[int, bytes] = {}
    while len(body) >= 4:
        kind, length = struct.unpack("!HH", body[:4])
        found.setdefault(kind, body[4 : 4 + length])
        body = body[4 + (length + 3) // 4 * 4 :]
    return found


def _address(value: bytes, mask: bytes) -> tuple[str, int]:
    """Sections 14.1 and 14.2; the mask of a plain MAPPED-ADDRESS is zeros."""
    if len(value) not in {8, 20}:
        return "", 0
    port = int.from_bytes(value[2:4]) ^ int.from_bytes(mask[:2])
    return str(ip_address(bytes(one ^ other for one, other in zip(value[4:], mask, strict=False)))), port
