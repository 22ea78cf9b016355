"""Questions and changes: nothing waits, every answer is there when it is asked for."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from pyroute2.netlink import NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, rtnl
from pyroute2.netlink.rtnl.fibmsg import fibmsg
from pyroute2.netlink.rtnl.marshal import MarshalRtnl
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from firmware.network.errors import MissingRights, NetworkError, RouteRefused
from firmware.network.netlink.messages import UNICAST, route_message, routes_in, rule_in, rule_message
from firmware.network.netlink.socket import BUFFER_BYTES, SOL_NETLINK, open_socket
from firmware.network.policy import FAMILIES, PROTOCOL, Route, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

NETLINK_GET_STRICT_CHK = 12
NO_SUCH_THING = {errno.ENOENT, errno.ESRCH, errno.ENODEV, errno.EADDRNOTAVAIL}


class Requests:
    """Changes and questions. Nothing waits; every answer is there when it is asked for."""

    def __init__(self) -> None:
        self._socket = open_socket()
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
        return [route for message in messages if message["type"] == UNICAST for route in routes_in(message)]

    def rules(self) -> list[Rule]:
        """Our rules."""
        return [rule_in(message) for message in self._rules() if message.get("FRA_PROTOCOL") == PROTOCOL]

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
        message = route_message(thing) if isinstance(thing, Route) else rule_message(thing)
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
