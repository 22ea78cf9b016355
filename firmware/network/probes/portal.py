"""Whether the internet is really there, or a portal that wants a person to sign in: a page known to be empty (HTTP 204) is fetched over the uplink.

Plain HTTP on purpose: a portal answers that in the page's place (RFC 8952). Which page is a setting.
"""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from firmware.network.errors import NoAnswer, PortalInTheWay
from firmware.network.probes.bound import Peer, bound_socket, reaching
from firmware.network.probes.dns import resolve

if TYPE_CHECKING:
    from firmware.network.link_state import LinkState

HEAD_BYTES = 4096
"""Enough for any honest head; a portal's page is not read."""

NO_CONTENT = 204
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_LOCATION = re.compile(rb"^location:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


async def look_for_portal(link: LinkState, page: str, timeout_ms: float) -> float:
    """The time in ms until the page answered as it must. Raises PortalInTheWay when another answer came, NoAnswer when none did."""
    parts = urlsplit(page)
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            head = await _fetch(link, parts, timeout_ms)
    except TimeoutError as error:
        raise NoAnswer(f"{parts.hostname} did not answer over {link.name}") from error
    _judge(link, parts, head)
    return (loop.time() - began) * 1000


async def _fetch(link: LinkState, page: SplitResult, timeout_ms: float) -> bytes:
    host = page.hostname or ""
    address = (await resolve(link, host, timeout_ms))[0]
    peer = Peer(link, address, page.port or 80)
    with bound_socket(peer, socket.SOCK_STREAM) as asker, reaching(peer):
        loop = asyncio.get_running_loop()
        await loop.sock_connect(asker, peer.socket_address)
        await loop.sock_sendall(asker, _request(page))
        head = b""
        while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
            more = await loop.sock_recv(asker, HEAD_BYTES)
            if not more:
                break
            head += more
        return head


def _request(page: SplitResult) -> bytes:
    path = (page.path or "/") + (f"?{page.query}" if page.query else "")
    return f"GET {path} HTTP/1.1\r\nHost: {page.netloc}\r\nUser-Agent: Keepline\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n".encode()


def _judge(link: LinkState, page: SplitResult, head: bytes) -> None:
    status = _STATUS.match(head)
    if status is None:
        raise NoAnswer(f"{page.hostname} answered over {link.name} with something that is no HTTP")
    if int(status[1]) != NO_CONTENT:
        location = _LOCATION.search(head)
        sentence = f"{link.name} leads to a sign-in page and not to the internet: {page.hostname} answered {status[1].decode()} instead of {NO_CONTENT}"
        raise PortalInTheWay(sentence, location[1].decode(errors="replace") if location else "")
