"""Routes and rules as netlink messages, and the kernel's news: the only file that knows pyroute2.

pyroute2 writes and reads the messages; the sockets are our own, because rtnetlink carries out a change within the send and has the answer ready
when that returns. So a move is one short call on the deciding thread, neither a wait nor a round through an event loop. News come by a second
socket that is one of asyncio's readers. Knows no uplink.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyroute2.netlink import NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, rtnl
from pyroute2.netlink.rtnl.fibmsg import fibmsg
from pyroute2.netlink.rtnl.marshal import MarshalRtnl
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from firmware.network.errors import MissingRights, NetworkError, RouteRefused
from firmware.network.policy import FAMILIES, PROTOCOL, Route, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

SOL_NETLINK = 270  # linux/socket.h; the option numbers are linux/netlink.h's
NETLINK_GET_STRICT_CHK = 12
BUFFER_BYTES = 65536
NEWS_BUFFER_BYTES = 1 << 20
UNICAST, UNREACHABLE = 1, 7  # RTN_UNICAST, RTN_UNREACHABLE, linux/rtnetlink.h
GLOBAL_SCOPE, LINK_SCOPE = 0, 253
ONLINK = 4  # RTNH_F_ONLINK: the gateway may stand outside the interface's subnet, as providers with a /32 have it
TO_TABLE = 1  # FR_ACT_TO_TBL, linux/fib_rules.h
UDP = 17
NO_SUCH_THING = {errno.ENOENT, errno.ESRCH, errno.ENODEV, errno.EADDRNOTAVAIL}


@dataclass(frozen=True)
class News:
    """Something changed: `what` is "link", "address", "route" or "rule". `ours`: it carries our mark. `table` and `device` (index) are 0 if unsaid."""

    what: str
    gone: bool
    ours: bool = False
    table: int = 0
    device: int = 0


class Requests:
    """Changes and questions. Nothing waits; every answer is there when it is asked for."""

    def __init__(self) -> None:
        self._socket = _open()
        self._socket.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
        self._marshal = MarshalRtnl()
        self._number = 0

    def close(self) -> None:
        self._socket.close()

    def add(self, thing: Route | Rule) -> None:
        """Add, or leave it if it is there already; raises MissingRights or RouteRefused.

        Without NLM_F_EXCL an IPv4 route goes before another program's of the same destination and metric, and replaces nothing.
        """
        if isinstance(thing, Route):
            self._change(thing, rtnl.RTM_NEWROUTE, NLM_F_CREATE, {errno.EEXIST})
        else:
            self._change(thing, rtnl.RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, {errno.EEXIST})

    def delete(self, thing: Route | Rule) -> None:
        """Delete, or be content if it has gone already."""
        self._change(thing, rtnl.RTM_DELROUTE if isinstance(thing, Route) else rtnl.RTM_DELRULE, 0, NO_SUCH_THING)

    def routes(self, table: int) -> list[Route]:
        """The routes of one table that we could write ourselves; 0 is all tables, and then only ours."""
        messages = (message for family in FAMILIES for message in self._routes(family, table))
        return [route for message in messages if message["type"] in {UNICAST, UNREACHABLE} for route in _ways(message)]

    def rules(self) -> list[Rule]:
        """Our rules."""
        return [_rule(message) for message in self._rules() if message.get("FRA_PROTOCOL") == PROTOCOL]

    def foreign_tables(self) -> set[int]:
        """Tables in which another program has routes, or to which one of its rules leads."""
        routes = {
            int(message.get("RTA_TABLE"))
            for family in FAMILIES
            for message in self._all_routes(family)
            if message["proto"] != PROTOCOL
        }
        return routes | {
            int(message.get("FRA_TABLE") or 0) for message in self._rules() if message.get("FRA_PROTOCOL") != PROTOCOL
        }

    def _routes(self, family: int, table: int) -> list[Any]:
        question = rtmsg()
        question["family"], question["table"] = family, min(table, 252)  # RT_TABLE_COMPAT, as the attribute holds the number
        question["proto"] = 0 if table else PROTOCOL
        question["attrs"] = [("RTA_TABLE", table)] if table else []
        if 253 <= table <= 255:
            question["table"] = table
        return self._ask(question, rtnl.RTM_GETROUTE)

    def _all_routes(self, family: int) -> list[Any]:
        question = rtmsg()
        question["family"] = family
        return self._ask(question, rtnl.RTM_GETROUTE)

    def _rules(self) -> list[Any]:
        found = []
        for family in FAMILIES:
            question = fibmsg()
            question["family"] = family
            found += self._ask(question, rtnl.RTM_GETRULE)
        return found

    def _change(self, thing: Route | Rule, kind: int, flags: int, content_with: Iterable[int]) -> None:
        message = _route_message(thing) if isinstance(thing, Route) else _rule_message(thing)
        self._send(message, kind, NLM_F_REQUEST | NLM_F_ACK | flags)
        code = self._answer()[1]
        if code in {errno.EPERM, errno.EACCES}:
            raise MissingRights(
                "the device may not change routes: it lacks the right CAP_NET_ADMIN (run it as the service does, or as root)"
            )
        if code and code not in content_with:
            raise RouteRefused(f"the kernel refuses {thing}: {errno.errorcode.get(code, code)}")

    def _ask(self, question: Any, kind: int) -> list[Any]:  # noqa: ANN401 (pyroute2's messages carry no types)
        """The answers; a table that does not exist has none."""
        self._send(question, kind, NLM_F_REQUEST | NLM_F_DUMP)
        messages, code = self._answer()
        if code and code != errno.ENOENT:
            raise NetworkError(f"the kernel does not show its routes: {errno.errorcode.get(code, code)}")
        return messages

    def _send(self, message: Any, kind: int, flags: int) -> None:  # noqa: ANN401
        self._number += 1
        header = message["header"]
        header["type"], header["flags"], header["sequence_number"] = kind, flags, self._number
        message.encode()
        self._socket.send(message.data)

    def _answer(self) -> tuple[list[Any], int]:
        """Everything up to the end mark, and the error number in it."""
        found: list[Any] = []
        while True:
            for message in self._marshal.parse(self._socket.recv(BUFFER_BYTES)):
                header = message["header"]
                if header["sequence_number"] != self._number:
                    continue
                if header["type"] in {NLMSG_ERROR, NLMSG_DONE}:
                    return found, header["error"].code if header["error"] else 0
                found.append(message)


class Newsreader:
    """The kernel's news about links, addresses, routes and rules. `fileno` becomes readable when there are some."""

    def __init__(self) -> None:
        self._socket = _open()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NEWS_BUFFER_BYTES)
        for group in _GROUPS:
            self._socket.setsockopt(SOL_NETLINK, 1, group)  # NETLINK_ADD_MEMBERSHIP
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
            found += [news for message in self._marshal.parse(data) if (news := _news(message))]


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


def _open() -> socket.socket:
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    made.bind((0, 0))
    return made


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


def _route_message(route: Route) -> Any:  # noqa: ANN401
    message = rtmsg()
    address, _, length = route.destination.partition("/")
    message["family"], message["proto"], message["table"] = route.family, PROTOCOL, 252
    message["type"] = UNREACHABLE if route.unreachable else UNICAST
    message["scope"] = LINK_SCOPE if route.link_scope else GLOBAL_SCOPE
    message["dst_len"] = int(length or 0)
    message["flags"] = ONLINK if route.gateway else 0
    attributes = {
        "RTA_DST": address,
        "RTA_GATEWAY": route.gateway,
        "RTA_OIF": route.device,
        "RTA_PREFSRC": route.source,
        "RTA_PRIORITY": route.metric,
    }
    message["attrs"] = [("RTA_TABLE", route.table), *((name, value) for name, value in attributes.items() if value)]
    return message


def _ways(message: Any) -> list[Route]:  # noqa: ANN401
    """One route for each way out: a route over several interfaces is as many of ours."""
    hops = message.get("RTA_MULTIPATH") or []
    return [replace(_route(message), device=hop["oif"], gateway=hop.get("RTA_GATEWAY") or "") for hop in hops] or [
        _route(message)
    ]


def _route(message: Any) -> Route:  # noqa: ANN401
    unreachable = message["type"] == UNREACHABLE
    destination = f"{message.get('RTA_DST')}/{message['dst_len']}" if message["dst_len"] else ""
    return Route(
        family=message["family"],
        table=int(message.get("RTA_TABLE")),
        destination=destination,
        gateway=message.get("RTA_GATEWAY") or "",
        device=0 if unreachable else message.get("RTA_OIF") or 0,
        source=message.get("RTA_PREFSRC") or "",
        metric=message.get("RTA_PRIORITY") or 0,
        link_scope=message["scope"] == LINK_SCOPE,
        unreachable=unreachable,
    )


def _rule_message(rule: Rule) -> Any:  # noqa: ANN401
    message = fibmsg()
    address, _, length = rule.source.partition("/")
    message["family"], message["action"], message["src_len"] = rule.family, TO_TABLE, int(length or 0)
    attributes: list[tuple[str, object]] = [
        ("FRA_TABLE", rule.table),
        ("FRA_PRIORITY", rule.priority),
        ("FRA_PROTOCOL", PROTOCOL),
    ]
    if rule.source:
        attributes.append(("FRA_SRC", address))
    if rule.device:
        attributes.append(("FRA_OIFNAME", rule.device))
    if rule.ports:
        # "lo" as the way in means made here: a packet somebody else sends through this box is none of our voice.
        attributes += [("FRA_IIFNAME", "lo"), ("FRA_IP_PROTO", UDP), ("FRA_SPORT_RANGE", f"{rule.ports[0]}:{rule.ports[1]}")]
    message["attrs"] = attributes
    return message


def _rule(message: Any) -> Rule:  # noqa: ANN401
    ports = message.get("FRA_SPORT_RANGE")
    return Rule(
        family=message["family"],
        priority=message.get("FRA_PRIORITY") or 0,
        table=message.get("FRA_TABLE") or 0,
        device=message.get("FRA_OIFNAME") or "",
        source=f"{message.get('FRA_SRC')}/{message['src_len']}" if message["src_len"] else "",
        ports=(int(ports.split(":")[0]), int(ports.split(":")[1])) if ports else None,
    )
