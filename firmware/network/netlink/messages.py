"""What our routes and rules look like in pyroute2's messages (rtnetlink(7), linux/fib_rules.h), there and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pyroute2.netlink.rtnl.fibmsg import fibmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from firmware.network.policy import PROTOCOL, Route, Rule

UNICAST = 1  # RTN_UNICAST, linux/rtnetlink.h
GLOBAL_SCOPE, LINK_SCOPE = 0, 253
ONLINK = 4  # RTNH_F_ONLINK: the gateway may stand outside the interface's subnet, as providers with a /32 have it
TO_TABLE, UNREACHABLE = 1, 7  # FR_ACT_TO_TBL, FR_ACT_UNREACHABLE, linux/fib_rules.h
UDP = 17


def route_message(route: Route) -> Any:  # noqa: ANN401
    message = rtmsg()
    address, _, length = route.destination.partition("/")
    message["family"], message["proto"], message["table"] = route.family, PROTOCOL, 252
    message["type"] = UNICAST
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


def routes_in(message: Any) -> list[Route]:  # noqa: ANN401
    """One route for each way out: a route over several interfaces is as many of ours."""
    hops = message.get("RTA_MULTIPATH") or []
    return [replace(_route(message), device=hop["oif"], gateway=hop.get("RTA_GATEWAY") or "") for hop in hops] or [
        _route(message)
    ]


def _route(message: Any) -> Route:  # noqa: ANN401
    destination = f"{message.get('RTA_DST')}/{message['dst_len']}" if message["dst_len"] else ""
    return Route(
        family=message["family"],
        table=int(message.get("RTA_TABLE")),
        destination=destination,
        gateway=message.get("RTA_GATEWAY") or "",
        device=message.get("RTA_OIF") or 0,
        source=message.get("RTA_PREFSRC") or "",
        metric=message.get("RTA_PRIORITY") or 0,
        link_scope=message["scope"] == LINK_SCOPE,
    )


def rule_message(rule: Rule) -> Any:  # noqa: ANN401
    message = fibmsg()
    address, _, length = rule.source.partition("/")
    message["family"], message["src_len"] = rule.family, int(length or 0)
    message["action"] = TO_TABLE if rule.table else UNREACHABLE
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


def rule_in(message: Any) -> Rule:  # noqa: ANN401
    ports = message.get("FRA_SPORT_RANGE")
    return Rule(
        family=message["family"],
        priority=message.get("FRA_PRIORITY") or 0,
        table=message.get("FRA_TABLE") or 0,
        device=message.get("FRA_OIFNAME") or "",
        source=f"{message.get('FRA_SRC')}/{message['src_len']}" if message["src_len"] else "",
        ports=(int(ports.split(":")[0]), int(ports.split(":")[1])) if ports else None,
    )
