"""ICMP echo, by an unprivileged ping socket where the system allows it (icmp(7), net.ipv4.ping_group_range), else by a raw one (CAP_NET_RAW)."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from typing import TYPE_CHECKING

from firmware.network.errors import MissingRights
from firmware.network.probes.bound import Peer, answer_on, bound_socket, connect

if TYPE_CHECKING:
    from firmware.network.link_state import LinkState

ECHO4, REPLY4 = 8, 0  # RFC 792
ECHO6, REPLY6 = 128, 129  # RFC 4443
SOL_RAW, ICMP_FILTER, ICMPV6_FILTER = 255, 1, 1  # linux/icmp.h, linux/icmpv6.h
TOKEN_BYTES = 16


async def ping(link: LinkState, target: str, timeout_ms: float) -> float:
    """The round trip in ms. Raises NoAnswer, UplinkNotReady, or MissingRights where neither kind of socket may be opened."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        with contextlib.suppress(PermissionError):
            return await _ping(Peer(link, target), kind, timeout_ms)
    raise MissingRights(
        "the device may not ping: open net.ipv4.ping_group_range to its group or give it the right CAP_NET_RAW; its other probes still work"
    )


async def _ping(peer: Peer, kind: socket.SocketKind, timeout_ms: float) -> float:
    six = peer.family == socket.AF_INET6
    token = os.urandom(TOKEN_BYTES)
    reply = REPLY6 if six else REPLY4
    with bound_socket(peer, kind, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP) as asker:
        if kind == socket.SOCK_RAW:
            _only_replies(asker, six=six)
        connect(asker, peer)
        _, rtt_ms = await answer_on(asker, peer, _echo(token, six=six), lambda data: _is_reply(data, reply, token), timeout_ms)
    return rtt_ms


def _only_replies(asker: socket.socket, *, six: bool) -> None:
    """A raw socket would else wake for every ICMP packet of the box."""
    if six:
        words = [0xFFFFFFFF] * 8  # a set bit is a type kept out
        words[REPLY6 // 32] &= ~(1 << REPLY6 % 32) & 0xFFFFFFFF
        asker.setsockopt(socket.IPPROTO_ICMPV6, ICMPV6_FILTER, struct.pack("=8I", *words))
    else:
        asker.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("=I", ~(1 << REPLY4) & 0xFFFFFFFF))


def _echo(token: bytes, *, six: bool) -> bytes:
    """The kernel writes the sum itself except on a raw IPv4 socket, and the identifier on a ping socket; the token tells ours in any case."""
    kind = ECHO6 if six else ECHO4
    plain = struct.pack("!BBHHH", kind, 0, 0, int.from_bytes(token[:2]), 1) + token
    return plain[:2] + struct.pack("!H", internet_checksum(plain)) + plain[4:]


def _is_reply(data: bytes, reply: int, token: bytes) -> bool | None:
    """A raw IPv4 socket hands the IP header over too; its length stands in the first byte."""
    body = data[(data[0] & 0x0F) * 4 :] if data and data[0] >> 4 == 4 else data
    return True if body[:1] == bytes([reply]) and body[8:] == token else None


def internet_checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF
