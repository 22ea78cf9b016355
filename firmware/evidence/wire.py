"""One SIP message as the engine's log tells it: read, put to its call, and rid of secrets. Pure.

pjproject writes "TX 512 bytes Request msg INVITE/cseq=1 (tdta0x7f) to UDP 192.0.2.1:5060:", the message, "--end msg--" (pjsua_core.c).
"""

import re
from dataclasses import dataclass, replace

_HEAD = re.compile(
    r"(?P<way>TX|RX) (?P<bytes>\d+) bytes (?P<what>.{1,200}?) (?:to|from) (?P<transport>\S+) (?P<peer>\S+?):\r?\n", re.DOTALL
)
_END = "--end msg--"
_LARGEST = 16 * 1024

MASK = "********"
_AUTHORIZATION = re.compile(
    r"(?im)^((?:proxy-)?auth(?:orization|entication-info)|(?:www|proxy)-authenticate)([ \t]*:(?:[ \t]*\w+(?=[ \t]))?)"
    r"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*"
)
_IDENTITY = re.compile(r"(?im)^(identity[ \t]*:)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_KEYS = re.compile(
    r"(?i)(inline:)[^\s|;]+|(a=ice-pwd:)\S+|(a=key-mgmt:\S+ )\S+|(\bk=(?:clear|base64|uri):)\S+|(\bsips?:[^\s@:;<>]+:)[^\s@;<>]+(?=@)"
)
_DIGIT = re.compile(r"(?im)^(signal[ \t]*=[ \t]*)\S+")
_CALL_ID = re.compile(r"(?im)^(?:call-id|i)[ \t]*:[ \t]*(\S+)")
_CSEQ = re.compile(r"(?im)^cseq[ \t]*:[ \t]*\d+[ \t]+(\w+)")


@dataclass(frozen=True)
class WireMessage:
    """`sent` by us; `peer` is "address:port"; `text` the message without its secrets."""

    sent: bool
    transport: str
    peer: str
    text: str
    cut: bool = False
    """The engine's log bounds a line: the end may be missing."""

    @property
    def first_line(self) -> str:
        return self.text.partition("\n")[0].strip()

    @property
    def call_id(self) -> str:
        found = _CALL_ID.search(self.text)
        return found[1] if found else ""

    @property
    def method(self) -> str:
        """Of the request, or of that an answer belongs to."""
        found = _CSEQ.search(self.text)
        return found[1].upper() if found else ""


def read_logged(entry: str) -> WireMessage | None:
    """The message in one entry of the engine's log; None where there is none. Bytes that are no UTF-8 become question marks."""
    entry = entry.encode(errors="replace").decode()
    head = _HEAD.match(entry)
    if not head:
        return None
    text, end, _ = entry[head.end() : head.end() + _LARGEST].rpartition(_END)
    message = WireMessage(head["way"] == "TX", head["transport"], head["peer"], text if end else entry[head.end() :][:_LARGEST])
    return replace(message, text=without_secrets(message.text.rstrip("\n")), cut=not end)


def without_secrets(text: str) -> str:
    """Logins, passwords in addresses, keys of SRTP and ICE, and digits sent by INFO, which may be a PIN."""
    text = _AUTHORIZATION.sub(lambda found: f"{found[1]}{found[2]} {MASK}", text)
    text = _IDENTITY.sub(lambda found: f"{found[1]} {MASK}", text)
    text = _DIGIT.sub(lambda found: f"{found[1]}*", text)
    return _KEYS.sub(lambda found: f"{found[found.lastindex or 0]}{MASK}", text)
