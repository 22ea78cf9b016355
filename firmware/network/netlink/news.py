"""The kernel's news about links, addresses, routes and rules, as they come."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import Any

from pyroute2.netlink import rtnl
from pyroute2.netlink.rtnl.marshal import MarshalRtnl

from firmware.network.netlink.socket import BUFFER_BYTES, SOL_NETLINK, open_socket
from firmware.network.policy import PROTOCOL

NEWS_BUFFER_BYTES = 1 << 20
NETLINK_ADD_MEMBERSHIP = 1

_GROUPS = (1, 5, 7, 8, 9, 11, 19)
"""RTNLGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE (linux/rtnetlink.h)."""

_KINDS = {
    rtnl.RTM_NEWLINK: ("link", False),
    rtnl.RTM_DELLINK: ("link", True),
    rtnl.RTM_NEWADDR: ("address", False),
    rtnl.RTM_DELADDR: ("address", True),
    rtnl.RTM_NEWROUTE: ("route", False),
    rtnl.RTM_DELROUTE: ("route", True),
    rtnl.RTM_NEWRULE: ("rule", False),
    rtnl.RTM_DELRULE: ("rule", True),
}


@dataclass(frozen=True)
class News:
    """Something changed: `what` is "link", "address", "route" or "rule". `ours`: it carries our mark. `table` and `device` (index) are 0 if unsaid."""

    what: str
    gone: bool
    ours: bool = False
    table: int = 0
    device: int = 0


class Newsreader:
    """The kernel's news about links, addresses, routes and rules. `fileno` becomes readable when there are some."""

    def __init__(self) -> None:
        self._socket = open_socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NEWS_BUFFER_BYTES)
        for group in _GROUPS:
            self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
        self._marshal = MarshalRtnl()

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def read(self) -> list[News] | None:
        """What has come; None means some were lost and everything must be read anew."""
        found: list[News] = []
        while True:
            try:
                data = self._socket.recv(BUFFER_BYTES)
            except BlockingIOError:
                return found
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                return None
            messages = list(self._marshal.parse(data))
            if any(message["header"]["error"] for message in messages):
                return None  # pyroute2 could not read one
            found += [news for message in messages if (news := _news(message))]


def _news(message: Any) -> News | None:  # noqa: ANN401
    what, gone = _KINDS.get(message["header"]["type"], ("", False))
    match what:
        case "":
            return None
        case "route":
            return News(
                what, gone, message["proto"] == PROTOCOL, int(message.get("RTA_TABLE") or 0), int(message.get("RTA_OIF") or 0)
            )
        case "rule":
            return News(what, gone, message.get("FRA_PROTOCOL") == PROTOCOL, int(message.get("FRA_TABLE") or 0))
        case _:
            return News(what, gone, device=int(message["index"]))
