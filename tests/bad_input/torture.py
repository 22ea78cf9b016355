"""What a torture message is: RFC 4475 and RFC 5118 in our own words, with places left open for addresses and lengths. Knows no socket.

Open places: @ME@ the sender's host:port, @DEVICE@ the device's, @T@ the transport's name, @ID@ a token of this sending, @LENGTH@ the body's bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SDP = "v=0\r\no=mhandley 29739 7272939 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 49210 RTP/AVP 0 8\r\n"


class Expected(Enum):
    """What the RFC asks of the receiver."""

    VALID = "understood: any answer but 400 and 5xx"
    REJECTED = "refused with 4xx to 6xx, or silence"
    LENIENT = "the RFC leaves it to the receiver: refused or understood"
    FOREIGN = "well-formed, of a method that is not ours: refused but not with 400, or silence"


@dataclass(frozen=True)
class Case:
    """One message. `lines` end in CRLF and stop before the empty line; `body` follows it, `tail` comes behind the message."""

    name: str
    section: str
    expected: Expected
    lines: tuple[str, ...]
    body: str = ""
    tail: str = ""

    def __str__(self) -> str:
        return f"{self.section}-{self.name}"

    def data(self, me: str, device: str, transport: str, token: str) -> bytes:
        body = _filled(self.body, me, device, transport, token)
        head = _filled("\r\n".join(self.lines) + "\r\n\r\n", me, device, transport, token)
        return head.replace(b"@LENGTH@", str(len(body)).encode()) + body + self.tail.encode("utf-8", "surrogateescape")


def _filled(text: str, me: str, device: str, transport: str, token: str) -> bytes:
    for mark, value in {"@ME@": me, "@DEVICE@": device, "@T@": transport.upper(), "@ID@": token}.items():
        text = text.replace(mark, value)
    return text.encode("utf-8", "surrogateescape")  # surrogates stand for bytes that are no UTF-8
