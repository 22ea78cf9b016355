"""One request from an address of the test's choice, and the status it gets."""

from __future__ import annotations

import itertools
import socket

from tests.peers.sip_wire import parse_message

SILENCE_S, BURST_S = 1.0, 20.0
_numbers = itertools.count(1000)


def ask(address: str, port: int, method: str, *, headers: str = "", body: str = "", **dialog: str) -> int:
    """The final status of a request to alice sent from `address`; 0 for a second of silence. `dialog` may give far, near (From and To) and
    call (Call-ID). `headers` are whole lines that end in CRLF.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((address, 0))
        peer.settimeout(SILENCE_S)
        own, number = peer.getsockname()[1], next(_numbers)
        near = dialog.get("near") or "<sip:alice@127.0.0.1>"
        request = (
            f"{method} sip:alice@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {address}:{own};branch=z9hG4bK{number};rport\r\n"
            f"From: {dialog.get('far') or f'<sip:raw@{address}>;tag={number}'}\r\nTo: {near}\r\n"
            f"Call-ID: {dialog.get('call') or f'{number}@{address}'}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:raw@{address}:{own}>\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}"
        )
        peer.sendto(request.encode(), ("127.0.0.1", port))
        status = 100
        try:
            while status < 200:
                status = parse_message(peer.recv(65535)).status
        except TimeoutError:
            return 0
        return status


def burst(count: int, port: int) -> list[int]:
    """The final statuses of `count` INVITEs sent in one breath, each a caller of its own; each is acknowledged."""
    body = "v=0\r\no=raw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 8\r\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(BURST_S)
        own = peer.getsockname()[1]

        def request(method: str, number: int, to_tag: str = "", text: str = "") -> bytes:
            kind = "Content-Type: application/sdp\r\n" if text else ""
            return (
                f"{method} sip:alice@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKb{number};rport\r\n"
                f"From: <sip:{number}@127.0.0.1>;tag={number}\r\nTo: <sip:alice@127.0.0.1>{to_tag}\r\nCall-ID: burst{number}\r\n"
                f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\nContact: <sip:{number}@127.0.0.1:{own}>\r\n{kind}"
                f"Content-Length: {len(text)}\r\n\r\n{text}"
            ).encode()

        for number in range(count):
            peer.sendto(request("INVITE", number, text=body), ("127.0.0.1", port))
        final: dict[str, int] = {}
        while len(final) < count:
            answer = parse_message(peer.recv(65535))
            if answer.status >= 200:
                final[answer.call_id] = answer.status
                tag = answer.headers["To"].partition(">")[2]
                peer.sendto(request("ACK", int(answer.call_id.removeprefix("burst")), tag), ("127.0.0.1", port))
        return list(final.values())
