"""SIP as text for assertions: requests, responses, headers, SDP (RFC 3261, RFC 8866). Reads leniently, judges nothing.

Must not know any peer; a test that wants to send broken SIP does it with bytes through `raw_peer`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# RFC 3261, section 7.3.3, and the RFCs that defined later ones
COMPACT_FORMS = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from", "i": "call-id",
    "k": "supported", "l": "content-length", "m": "contact", "o": "event", "r": "refer-to", "s": "subject", "t": "to",
    "u": "allow-events", "v": "via", "x": "session-expires",
}  # fmt: skip


@dataclass(frozen=True)
class Headers:
    """Header fields in wire order; names compare without case and in their long form."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        wanted = _long_name(name)
        return [value for key, value in self.fields if _long_name(key) == wanted]

    def get(self, name: str, default: str = "") -> str:
        """The first value of a header, or the default."""
        return next(iter(self.all(name)), default)

    def __getitem__(self, name: str) -> str:
        values = self.all(name)
        if not values:
            raise KeyError(f"no {name} header among {[key for key, _ in self.fields]}")
        return values[0]

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))


@dataclass(frozen=True)
class Media:
    """One m= section of an SDP."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    connection: str = ""
    attributes: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """`sendrecv`, `sendonly`, `recvonly` or `inactive`; the first is the default (RFC 8866, section 6.7)."""
        return next((a for a in self.attributes if a in {"sendrecv", "sendonly", "recvonly", "inactive"}), "sendrecv")

    @property
    def codecs(self) -> dict[str, str]:
        """Payload type to `NAME/rate`, from the rtpmap attributes."""
        maps = (a.removeprefix("rtpmap:").split(None, 1) for a in self.attributes if a.startswith("rtpmap:"))
        return {pair[0]: pair[1] for pair in maps if len(pair) == 2}

    def attribute(self, name: str) -> str | None:
        """The value of the first `a=name:value`; empty for a bare `a=name`; None if there is none."""
        for text in self.attributes:
            key, _, value = text.partition(":")
            if key == name:
                return value
        return None


@dataclass(frozen=True)
class Sdp:
    """A session description: its address, session attributes and media."""

    connection: str = ""
    attributes: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()

    @property
    def audio(self) -> Media:
        """The first audio section; raises `LookupError` if there is none."""
        for section in self.media:
            if section.kind == "audio":
                return section
        raise LookupError("the SDP has no audio section")


@dataclass(frozen=True)
class SipMessage:
    """One request or response."""

    first_line: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def is_request(self) -> bool:
        return not self.first_line.startswith("SIP/2.0 ")

    @property
    def method(self) -> str:
        """Of a request its own, of a response that of its CSeq."""
        return self.first_line.split(" ")[0] if self.is_request else self.headers.get("CSeq").split(" ")[-1]

    @property
    def uri(self) -> str:
        """The Request-URI; empty for a response."""
        return self.first_line.split(" ")[1] if self.is_request and self.first_line.count(" ") > 1 else ""

    @property
    def status(self) -> int:
        """The status code; 0 for a request."""
        return 0 if self.is_request else int(self.first_line.split(" ")[1])

    @property
    def call_id(self) -> str:
        return self.headers.get("Call-ID")

    @property
    def sdp(self) -> Sdp:
        """The body as SDP; raises `LookupError` if it is none."""
        if "application/sdp" not in self.headers.get("Content-Type").lower():
            raise LookupError(f"{self.first_line!r} carries no SDP")
        return parse_sdp(self.body.decode())

    def __str__(self) -> str:
        return f"{self.first_line} [{self.headers.get('CSeq')}] {self.call_id}"


def parse_message(data: bytes) -> SipMessage:
    """Read one message; raises `ValueError` if it has no first line."""
    head, _, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    text = re.sub(r"\r\n[ \t]+", " ", head.decode(errors="replace"))  # folded lines (RFC 3261, section 7.3.1)
    first_line, *rest = text.split("\r\n")
    if not first_line:
        raise ValueError(f"not a SIP message: {data[:60]!r}")
    pairs = (line.split(":", 1) for line in rest if ":" in line)
    headers = Headers(tuple((key.strip(), value.strip()) for key, value in pairs))
    return SipMessage(first_line, headers, body)


def split_stream(data: bytes) -> tuple[list[SipMessage], bytes]:
    """Whole messages of a TCP or TLS stream and the bytes left over (RFC 3261, section 18.3)."""
    messages: list[SipMessage] = []
    while True:
        data = data.lstrip(b"\r\n")  # keep-alives (RFC 5626, section 3.5.1)
        head, gap, rest = data.partition(b"\r\n\r\n")
        if not gap:
            return messages, data
        length = int(parse_message(head + gap).headers.get("Content-Length", "0"))
        if len(rest) < length:
            return messages, data
        messages.append(parse_message(head + gap + rest[:length]))
        data = rest[length:]


def parse_sdp(text: str) -> Sdp:
    """Read a session description; unknown lines are passed over."""
    session, *sections = re.split(r"(?m)^(?=m=)", text.replace("\r\n", "\n"))
    connection = _sdp_values(session, "c")
    media = tuple(_parse_media(section, connection) for section in sections)
    return Sdp(_address(connection), tuple(_sdp_values(session, "a")), media)


def parameters(value: str) -> dict[str, str]:
    """The `;name=value` parameters behind a header value, names in lower case: `;expires=60` gives `{"expires": "60"}`."""
    outside = value.rpartition(">")[2] if ">" in value else value.partition(";")[1] + value.partition(";")[2]
    pairs = (part.partition("=") for part in outside.split(";") if part.strip())
    return {name.strip().lower(): text.strip().strip('"') for name, _, text in pairs}


def uri_of(value: str) -> str:
    """The URI inside a From, To or Contact value."""
    bracketed = re.search(r"<([^>]*)>", value)
    return bracketed[1] if bracketed else value.partition(";")[0].strip()


def _long_name(name: str) -> str:
    return COMPACT_FORMS.get(name.lower(), name.lower())


def _sdp_values(text: str, letter: str) -> list[str]:
    return [line[2:].strip() for line in text.split("\n") if line.startswith(f"{letter}=")]


def _address(connection: list[str]) -> str:
    return connection[0].split(" ")[-1] if connection else ""


def _parse_media(section: str, session_connection: list[str]) -> Media:
    kind, port, protocol, *formats = section.partition("\n")[0].removeprefix("m=").split()
    own = _sdp_values(section, "c") or session_connection
    return Media(kind, int(port.partition("/")[0]), protocol, tuple(formats), _address(own), tuple(_sdp_values(section, "a")))
