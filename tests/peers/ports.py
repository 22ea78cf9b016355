"""Free ports for real peers, distinct also between test runs that go on side by side.

Each process that asks owns one slice of the ports, claimed by binding a name in Linux's abstract socket space, which the kernel frees
when the process ends, however it ends. Inside its slice it goes round, so a port comes back only long after, and only if nobody is bound
to it. One claim is one file descriptor: a long test run must stay below the 1024 that select() can take. Must not know who uses a port.
"""

from __future__ import annotations

import os
import random
import socket
import threading
from pathlib import Path

# Below Linux's ephemeral range (32768 to 60999, net.ipv4.ip_local_port_range), so no outgoing connection takes one meanwhile.
FIRST_PORT, LAST_PORT, SLICE = 12000, 32000, 1000


class _Slice:
    """The ports of this process and the place where the next search starts."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._claim, self._first = _claim_slice()
        self._next = self._first

    def take(self, count: int) -> int:
        for _ in range(SLICE):
            first, self._next = self._next, self._next + count + count % 2
            if self._next > self._first + SLICE:
                self._next = self._first
            elif all(map(_is_free, range(first, first + count))):
                return first
        raise OSError(f"no {count} free ports in a row between {self._first} and {self._first + SLICE}")


_lock = threading.Lock()
_slices: list[_Slice] = []


def free_port() -> int:
    """One port, free for UDP and TCP on IPv4 and IPv6."""
    return free_port_block(1)


def free_port_block(count: int) -> int:
    """The first of `count` ports in a row, free as in `free_port`; it is even, as RTP likes it (RFC 3550, section 11)."""
    with _lock:
        if not _slices or _slices[-1].owner != os.getpid():  # a forked child must not share its parent's
            _slices.append(_Slice())
        return _slices[-1].take(count)


def is_bound(port: int, transport: str) -> bool:
    """Whether someone in this network namespace listens on a UDP or TCP port. Looks without touching the port."""
    listening = "0A" if transport == "tcp" else "07"  # states of /proc/net/tcp and udp: TCP_LISTEN, and unconnected for UDP
    rows = [row.split() for name in (transport, f"{transport}6") for row in _table(name)]
    return any(int(row[1].rpartition(":")[2], 16) == port and row[3] == listening for row in rows)


def _table(name: str) -> list[str]:
    path = Path("/proc/net") / name
    return path.read_text().splitlines()[1:] if path.exists() else []


def _claim_slice() -> tuple[socket.socket, int]:
    places = list(range(FIRST_PORT, LAST_PORT, SLICE))
    random.shuffle(places)
    for first in places:
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0keepline-ports-{first}")
        except OSError:
            claim.close()
        else:
            return claim, first
    raise OSError(f"{len(places)} test runs at once already share the ports {FIRST_PORT} to {LAST_PORT}")


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
