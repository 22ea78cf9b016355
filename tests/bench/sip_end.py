"""The far end's SIP, by hand: takes and makes single calls on a socket with the kernel's stamps. Judges nothing, knows no device."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.stamped import StampedSocket
from tests.peers.sip_wire import SipMessage, parameters, parse_message, parse_sdp, uri_of

if TYPE_CHECKING:
    from tests.bench.stamped import Datagram

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Came:
    """A SIP message and when it reached the socket."""

    at_s: float
    message: SipMessage
    source: tuple[str, int]

    @property
    def media(self) -> tuple[str, int]:
        """Where its description wants the voice."""
        return "127.0.0.1", parse_sdp(self.message.body.decode()).audio.port


class SipEnd(StampedSocket):
    """One call at a time: `wait_invite` and `answer`, or `invite` and `wait_status`; then `hang_up` or `cancel`."""

    def wait_invite(self, timeout_s: float = 10.0) -> Came:
        return self._wait(lambda message: message.first_line.startswith("INVITE "), "an INVITE", timeout_s)

    def wait_request(self, method: str, timeout_s: float = 10.0) -> Came:
        return self._wait(lambda message: message.first_line.startswith(f"{method} "), method, timeout_s)

    def wait_status(self, status: int, method: str = "INVITE", timeout_s: float = 10.0) -> Came:
        def wanted(message: SipMessage) -> bool:
            return message.first_line.startswith(f"SIP/2.0 {status}") and message.headers["CSeq"].endswith(method)

        return self._wait(wanted, f"{status} to {method}", timeout_s)

    def _wait(self, wanted: object, what: str, timeout_s: float) -> Came:
        assert callable(wanted)
        datagram = self.wait_for(lambda each: each.data.strip() and wanted(parse_message(each.data)), what, timeout_s)
        return _came(datagram)

    def answer(self, request: Came, status: int, reason: str, media_port: int = 0) -> None:
        """A response; with `media_port` it brings a description."""
        kept = [
            f"{name}: {value}"
            for name, value in request.message.headers.fields
            if name.lower() in {"via", "from", "call-id", "cseq"}
        ]
        to = request.message.headers["To"]
        tagged = to if "tag" in parameters(to) else f"{to};tag=bench"
        self.send(_message(f"SIP/2.0 {status} {reason}", [*kept, f"To: {tagged}"], self.port, media_port), request.source)

    def invite(self, user: str, port: int, media_port: int) -> Call:
        """Call `user` at a port of loopback; returns once it is sent."""
        number = f"{next(_numbers)}-{time.monotonic_ns():x}"
        uri = f"sip:{user}@127.0.0.1:{port}"
        call = Call(uri, f"<sip:700@{self.address}>;tag={number}", f"<{uri}>", number, self.port)
        sent_s = self.send(call.request("INVITE", media_port=media_port), ("127.0.0.1", port))
        return call.sent(sent_s)

    def cancel(self, call: Call) -> None:
        """Give up before the answer: CANCEL, 487, ACK."""
        self.send(call.request("CANCEL"), call.target)
        ended = self.wait_status(487)
        self.send(call.request("ACK", to=ended.message.headers["To"]), call.target)

    def acknowledge(self, call: Call, answer: Came) -> Call:
        """ACK the 200; the call it now is."""
        taken = call.answered(answer.message.headers["To"], uri_of(answer.message.headers["Contact"]))
        self.send(taken.request("ACK", branch="ack"), taken.target)
        return taken

    def hang_up(self, call: Call) -> None:
        self.send(call.request("BYE", number=2, branch="bye"), call.target)
        self.wait_status(200, "BYE")


@dataclass(frozen=True)
class Call:
    """A call this end makes."""

    uri: str
    ours: str
    theirs: str
    call_id: str
    port: int
    sent_s: float = 0.0

    @property
    def target(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.uri.rpartition(":")[2].partition(";")[0])

    def sent(self, at_s: float) -> Call:
        return Call(self.uri, self.ours, self.theirs, self.call_id, self.port, at_s)

    def answered(self, theirs: str, uri: str) -> Call:
        return Call(uri, self.ours, theirs, self.call_id, self.port, self.sent_s)

    def request(self, method: str, *, number: int = 1, media_port: int = 0, branch: str = "", to: str = "") -> bytes:
        lines = [
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{self.call_id}{branch}",
            "Max-Forwards: 70",
            f"From: {self.ours}",
            f"To: {to or self.theirs}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
        ]
        return _message(f"{method} {self.uri} SIP/2.0", lines, self.port, media_port)


def _came(datagram: Datagram) -> Came:
    return Came(datagram.at_s, parse_message(datagram.data), datagram.source)


def _message(first: str, lines: list[str], port: int, media_port: int) -> bytes:
    body = _description(media_port) if media_port else ""
    kind = ["Content-Type: application/sdp"] if media_port else []
    head = [first, *lines, f"Contact: <sip:bench@127.0.0.1:{port}>", *kind, f"Content-Length: {len(body)}"]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def _description(port: int) -> str:
    """PCMA and telephone events, 20 ms a packet."""
    return (
        f"v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n"
    )
