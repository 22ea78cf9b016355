"""Numbered UDP letters to the cloud: they show by which router each of them left, and with which port. Real packets, read in the cloud."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.network.town import Town

PATIENCE_S = 5.0
SENDERS = {"100.64.1.": "eth0", "100.64.2.": "wlan0", "2001:db8:1:": "eth0", "2001:db8:2:": "wlan0"}
"""By how the sender's address begins: the router's in IPv4, the device's own in IPv6."""


class Letters:
    """A sender in the device, bound to `address` (empty: to none) and `port` (0: any), and the reader in the cloud."""

    def __init__(self, place: Town, cloud: str, address: str = "", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in cloud else socket.AF_INET
        with place.cloud.inside():
            self._reader = socket.socket(family, socket.SOCK_DGRAM)
            self._reader.bind((cloud, 0))
            self._reader.settimeout(PATIENCE_S)
        with place.device.inside():
            self._sender = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                self._sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self._sender.bind((address or ("::" if family == socket.AF_INET6 else ""), port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sender.close()
        self._reader.close()

    def way(self) -> str:
        """The uplink by which a letter leaves now, as the cloud sees it; raises OSError when the kernel has no way."""
        self._sender.sendto(b"letter", self._reader.getsockname()[:2])
        sender: str = self._reader.recvfrom(100)[1][0]
        return next(uplink for start, uplink in SENDERS.items() if sender.startswith(start))
