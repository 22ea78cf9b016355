"""Whether this machine knows a way to the internet at all, by its own routes. Nothing is sent, and nothing is known of uplinks."""

import socket
from contextlib import suppress

_SOMEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses of documents (RFC 5737, RFC 3849): no route but the default one leads there."""


def has_way_out() -> bool:
    return any(_is_routed(family, address) for family, address in _SOMEWHERE)


def _is_routed(family: socket.AddressFamily, address: str) -> bool:
    """Connecting a UDP socket asks the routes and sends no packet (udp(7))."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((address, 9))
        return True
    return False
