"""SIP OPTIONS over UDP to the provider (RFC 3261, section 11): any final answer, a refusal too, proves that the service is there."""

from __future__ import annotations

import re
import secrets
import socket
from typing import TYPE_CHECKING

from firmware.network.probes.bound import Peer, answer_on, bound_socket, connect

if TYPE_CHECKING:
    from firmware.network.link_state import LinkState

DEFAULT_PORT = 5060
_STATUS = re.compile(rb"SIP/2\.0 (\d{3}) ")
_CALL_ID = re.compile(rb"^(?:call-id|i)[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


async def sip_options(
    link: LinkState, target: str, timeout_ms: float, port: int = DEFAULT_PORT, domain: str = ""
) -> tuple[int, float]:
    """The status and the round trip in ms. `domain` is the name the service goes by, where that is not its address. Raises NoAnswer or UplinkNotReady."""
    peer = Peer(link, target, port)
    call_id = secrets.token_hex(12)
    with bound_socket(peer, socket.SOCK_DGRAM) as asker:
        connect(asker, peer)
        here = asker.getsockname()
        request = _request(_host(here[0]), here[1], domain or _host(target), call_id)
        return await answer_on(asker, peer, request, lambda data: read_answer(data, call_id), timeout_ms)


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _request(host: str, port: int, domain: str, call_id: str) -> bytes:
    return (
        f"OPTIONS sip:{domain} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
        "Max-Forwards: 70\r\n"
        f"From: <sip:{host}>;tag={secrets.token_hex(4)}\r\n"
        f"To: <sip:{domain}>\r\n"
        f"Call-ID: {call_id}\r\n"
        "CSeq: 1 OPTIONS\r\n"
        f"Contact: <sip:{host}:{port}>\r\n"
        "Accept: application/sdp\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


def read_answer(data: bytes, call_id: str) -> int | None:
    """The status of a final answer to this call-id; None for anything else."""
    status, named = _STATUS.match(data), _CALL_ID.search(data)
    if not status or not named or named[1].decode(errors="replace") != call_id:
        return None
    code = int(status[1])
    return code if code >= 200 else None
