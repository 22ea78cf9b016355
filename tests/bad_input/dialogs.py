"""Well-formed SIP made from what the other side sent: the polite part of an impolite conversation (RFC 3261). Knows no socket and no device."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.peers.sip_wire import SipMessage, uri_of

if TYPE_CHECKING:
    from tests.bad_input.wire import Wire

TAG = "there"
_numbers = itertools.count(1)


def unique() -> str:
    """A token no other message of this run has."""
    return f"bad{next(_numbers)}"


def plain_sdp(
    port: int, formats: str = "8 101", attributes: str = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
) -> bytes:
    """A-law and keys at a loopback port."""
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {formats}\r\n{attributes}"
    ).encode()


def request(wire: Wire, method: str, headers: str = "", body: bytes = b"", *, uri: str = "") -> bytes:
    """A request outside of any dialog, from this wire to its target."""
    number, there = unique(), f"{wire.target[0]}:{wire.target[1]}"
    kind = "application/sdp" if body else ""
    return message(
        f"{method} {uri or f'sip:line@{there}'} SIP/2.0",
        {
            "Via": f"SIP/2.0/{wire.kind.upper()} {wire.me};rport;branch=z9hG4bK{number}",
            "Max-Forwards": "70",
            "From": f"<sip:700@127.0.0.1>;tag={number}",
            "To": f"<sip:line@{there}>",
            "Call-ID": number,
            "CSeq": f"1 {method}",
            "Contact": f"<sip:700@{wire.me}>",
            "Content-Type": kind,
        },
        body,
        headers,
    )


def message(first_line: str, fields: dict[str, str], body: bytes = b"", extra: str = "") -> bytes:
    """Bytes of a message; empty fields are left out, `extra` are whole lines."""
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"{first_line}\r\n{head}{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body


def tagged(to: str, tag: str = TAG) -> str:
    return to if ";tag=" in to else f"{to};tag={tag}"


def answer(asked: SipMessage, line: str, wire: Wire, body: bytes = b"", extra: str = "") -> bytes:
    """The answer `line` ("200 OK") to a request; `extra` are whole header lines, for instance what is wrong with it."""
    vias = "".join(f"Via: {via}\r\n" for via in asked.headers.all("Via"))
    fields = {name: asked.headers.get(name) for name in ("From", "Call-ID", "CSeq")}
    fields |= {"To": tagged(asked.headers.get("To")), "Contact": f"<sip:700@{wire.me}>"}
    if body:
        fields["Content-Type"] = "application/sdp"
    return message(f"SIP/2.0 {line}", fields, body, vias + extra)


@dataclass(frozen=True)
class Invited:
    """Our INVITE as its answer shows it: enough to cancel, acknowledge and hang up."""

    reply: SipMessage
    uri: str

    def cancel(self) -> bytes:
        return self._follow("CANCEL", re.sub(r";\s*tag=[^;]*", "", self.reply.headers.get("To")), self._via)

    def acknowledge(self) -> bytes:
        """Of a refusal in the transaction, of a 2xx as a request of its own (RFC 3261, sections 17.1.1.3 and 13.2.2.4)."""
        return self._follow("ACK", self.reply.headers.get("To"), self._via if self.reply.status >= 300 else self._new_via)

    def bye(self) -> bytes:
        return self._follow("BYE", self.reply.headers.get("To"), self._new_via)

    @property
    def _via(self) -> str:
        return re.sub(r";received=[^;]*|;rport=\d+", "", self.reply.headers.get("Via"))

    @property
    def _new_via(self) -> str:
        return re.sub(r"branch=[^;]*", f"branch=z9hG4bK{unique()}", self._via)

    def _follow(self, method: str, to: str, via: str) -> bytes:
        number = int(self.reply.headers.get("CSeq").split()[0]) + (method == "BYE")
        fields = {"Via": via, "Max-Forwards": "70", "From": self.reply.headers.get("From"), "To": to}
        return message(f"{method} {self.uri} SIP/2.0", fields | {"Call-ID": self.reply.call_id, "CSeq": f"{number} {method}"})


def contact_of(reply: SipMessage) -> str:
    return uri_of(reply.headers.get("Contact"))
