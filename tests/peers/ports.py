"""Free ports for real peers, distinct also between test runs that go on side by side.

A port is claimed by binding a name in Linux's abstract socket space, which the kernel frees when the claiming process ends, however it
ends. Claims last as long as this process, so a port is never handed out twice within a run. Must not know who uses a port.
"""

from __future__ import annotations

import random
import socket
from pathlib import Path

# Below Linux's ephemeral range (32768 to 60999, net.ipv4.ip_local_port_range), so no outgoing connection takes one meanwhile.
FIRST_PORT, LAST_PORT = 20000, 32000
TRIES = 400

_claims: dict[int, socket.socket] = {}


def free_port() -> int:
    """One port, free for UDP and TCP on IPv4 and IPv6."""
    return free_port_block(1)


def free_port_block(count: int) -> int:
    """The first of `count` ports in a row, free as in `free_port`; it is even, as RTP likes it (RFC 3550, section 11)."""
    for _ in range(TRIES):
        first = random.randrange(FIRST_PORT, LAST_PORT - count, 2)  # noqa: S311 - spreads the runs, protects nothing
        if _claim_all(range(first, first + count)):
            return first
    raise OSError(f"no {count} free ports in a row between {FIRST_PORT} and {LAST_PORT} after {TRIES} tries")


def is_bound(port: int, transport: str) -> bool:
    """Whether someone in this network namespace listens on a UDP or TCP port. Looks without touching the port."""
    listening = "0A" if transport == "tcp" else "07"  # states of /proc/net/tcp and udp: TCP_LISTEN, and unconnected for UDP
    rows = [row.split() for name in (transport, f"{transport}6") for row in _table(name)]
    return any(int(row[1].rpartition(":")[2], 16) == port and row[3] == listening for row in rows)


def _table(name: str) -> list[str]:
    path = Path("/proc/net") / name
    return path.read_text().splitlines()[1:] if path.exists() else []


def _claim_all(ports: range) -> bool:
    taken: list[int] = []
    for port in ports:
        if not _claim(port):
            for mine in taken:
                _claims.pop(mine).close()
            return False
        taken.append(port)
    return True


def _claim(port: int) -> bool:
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0keepline-port-{port}")
    except OSError:
        claim.close()
        return False
    if not _is_free(port):
        claim.close()
        return False
    _claims[port] = claim
    return True


def _is_free(port: int) -> bool:
    families = [(socket.AF_INET, "0.0.0.0")] + ([(socket.AF_INET6, "::")] if socket.has_ipv6 else [])
    return all(
        _can_bind(family, kind, host, port) for family, host in families for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    )


def _can_bind(family: int, kind: int, host: str, port: int) -> bool:
    with socket.socket(family, kind) as probe:
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
