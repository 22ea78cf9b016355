"""The answers among the torture messages of RFC 4475, and some of the same kind, given to a real INVITE of the device.

Each is made from the INVITE's own headers, so that nothing but what is named is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bad_input.dialogs import answer, plain_sdp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bad_input.wire import Wire
    from tests.peers.sip_wire import SipMessage

MEDIA_PORT = 49210


@dataclass(frozen=True)
class BadAnswer:
    """`answers` tells whether the call stands after it; a refusal or nothing otherwise. `edit` spoils the finished bytes."""

    name: str
    section: str
    line: str
    extra: str = ""
    edit: Callable[[bytes], bytes] = bytes
    answers: bool = False

    def __str__(self) -> str:
        return f"{self.section}-{self.name}"

    def data(self, invite: SipMessage, wire: Wire) -> bytes:
        body = plain_sdp(MEDIA_PORT) if self.line.startswith(("200", "183")) else b""
        return self.edit(answer(invite, self.line, wire, body, self.extra))


def _replaced(pattern: bytes, value: bytes) -> Callable[[bytes], bytes]:
    return lambda data: re.sub(pattern, value, data, count=1)


_NO_TAG = _replaced(rb";tag=there", b"")
_SECOND_VIA = _replaced(rb"\r\nFrom:", b"\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\nFrom:")

RESPONSES = (
    BadAnswer("unusual-reason-phrase", "4475-3.1.1.12", "200 = 2**3 * 5**2 но сто девяносто девять - простое", answers=True),
    BadAnswer("empty-reason-phrase", "4475-3.1.1.13", "200 ", answers=True),
    BadAnswer("empty-reason-phrase-trying", "4475-3.1.1.13", "100 "),
    BadAnswer(
        "cseq-too-large",
        "4475-3.1.2.5",
        "503 Service Unavailable",
        'Retry-After: 949302838503028349304023988\r\nWarning: 1812 overture "In Progress"\r\n',
        _replaced(rb"CSeq: \d+", b"CSeq: 9292394834772304023312"),
    ),
    BadAnswer("retry-after-too-large", "4475-3.1.2.5", "503 Service Unavailable", "Retry-After: 949302838503028349304023988\r\n"),
    BadAnswer("status-too-large", "4475-3.1.2.19", "4294967301 better not break the receiver"),
    BadAnswer("second-via-broadcast", "4475-3.3.10", "200 OK", edit=_SECOND_VIA),
    *(BadAnswer(f"status-{status}", "own", f"{status} Odd") for status in ("000", "099", "700", "999", "-200", "2e2", "20")),
    BadAnswer("no-status", "own", "", edit=_replaced(rb"SIP/2.0 \r\n", b"SIP/2.0\r\n")),
    BadAnswer("version-7", "own", "200 OK", edit=_replaced(rb"^SIP/2.0", b"SIP/7.0")),
    BadAnswer("cseq-of-another-method", "own", "200 OK", edit=_replaced(rb"CSeq: (\d+) INVITE", rb"CSeq: \1 BYE")),
    BadAnswer("via-missing", "own", "200 OK", edit=_replaced(rb"Via: [^\r]*\r\n", b"")),
    BadAnswer("via-empty", "own", "200 OK", edit=_replaced(rb"Via: [^\r]*", b"Via: ")),
    BadAnswer("to-missing", "own", "200 OK", edit=_replaced(rb"To: [^\r]*\r\n", b"")),
    BadAnswer("call-id-missing", "own", "200 OK", edit=_replaced(rb"Call-ID: [^\r]*\r\n", b"")),
    BadAnswer("ringing-without-tag", "own", "180 Ringing", edit=_NO_TAG),
    BadAnswer("ringing-with-bad-rseq", "own", "183 Session Progress", "Require: 100rel\r\nRSeq: 99999999999999999999\r\n"),
    BadAnswer("moved-to-nowhere", "own", "302 Moved", edit=_replaced(rb"Contact: [^\r]*", b"Contact: <sip:@>")),
    BadAnswer("moved-to-itself", "own", "302 Moved"),
    BadAnswer("min-se-too-large", "own", "422 Session Interval Too Small", "Min-SE: 99999999999999\r\n"),
    BadAnswer("min-se-missing", "own", "422 Session Interval Too Small"),
    BadAnswer("extensions-required", "own", "421 Extension Required", "Require: nothingSupportsThis\r\n"),
    BadAnswer("content-length-negative", "own", "180 Ringing", edit=_replaced(rb"Content-Length: \d+", b"Content-Length: -5")),
    BadAnswer("nothing-but-a-start-line", "own", "200 OK", edit=lambda data: data.partition(b"\r\n")[0] + b"\r\n\r\n"),
)
