"""What the internet offers besides telephony, as a program: a web server that answers 204 to everything, and STUN. Or a captive portal's web server.

`python -m tests.lab.cloud_services cloud ADDRESS...` or `portal ADDRESS`; prints `ready`, runs until it is ended.
"""

from __future__ import annotations

import asyncio
import ipaddress
import struct
import sys
from typing import TYPE_CHECKING, cast

from tests.lab.addresses import PORTAL_PORT

if TYPE_CHECKING:
    from collections.abc import Sequence

STUN_PORT, HTTP_PORT = 3478, 80
BINDING_REQUEST, BINDING_ANSWER, COOKIE, XOR_MAPPED_ADDRESS = 0x0001, 0x0101, 0x2112A442, 0x0020  # RFC 5389
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
PAGE = b"<html><body>Please buy an hour.</body></html>"
SIGN_IN = b"HTTP/1.1 302 Found\r\nLocation: http://portal.test/sign-in\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
    len(PAGE),
    PAGE,
)


class Stun(asyncio.DatagramProtocol):
    """Tells each asker the address it was seen at."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) >= 20 and struct.unpack_from("!HHI", data)[::2] == (BINDING_REQUEST, COOKIE):
            self._transport.sendto(stun_answer(data[4:20], addr[0], addr[1]), addr)


def stun_answer(identity: bytes, host: str, port: int) -> bytes:
    """`identity` is cookie and transaction id, which an IPv6 address is hidden with."""
    address = ipaddress.ip_address(host)
    hidden = bytes(one ^ other for one, other in zip(address.packed, identity, strict=False))
    value = struct.pack("!BBH", 0, 1 if address.version == 4 else 2, port ^ (COOKIE >> 16)) + hidden
    body = struct.pack("!HH", XOR_MAPPED_ADDRESS, len(value)) + value
    return struct.pack("!HH", BINDING_ANSWER, len(body)) + identity + body


async def answer_web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, page: bytes) -> None:
    try:
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.write(page)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        pass  # whoever asked is gone
    finally:
        writer.close()


async def serve(what: str, addresses: Sequence[str]) -> None:
    page, port = (SIGN_IN, PORTAL_PORT) if what == "portal" else (NO_CONTENT, HTTP_PORT)
    for address in addresses:
        await asyncio.start_server(lambda reader, writer: answer_web(reader, writer, page), address, port)
        if what == "cloud":
            await asyncio.get_running_loop().create_datagram_endpoint(Stun, (address, STUN_PORT))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2:]))
