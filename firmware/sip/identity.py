"""Who calls: the caller read from an INVITE's text. Pure; RFC 3261 From, RFC 3325 P-Asserted-Identity, RFC 3323 Privacy."""

import re

from firmware.core.events import Caller

_ADDRESS = re.compile(r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^<"]*?))\s*<(?P<uri>[^>]*)>')
_URI = re.compile(r"^(?:sips?|tel):(?P<user>[^@;?>]*)(?:@(?P<host>[^;?>]*))?", re.IGNORECASE)
_COMPACT = {"f": "from", "t": "to"}
_DISPLAY_LIMIT = 64


def headers_of(message: str) -> dict[str, str]:
    """The first value of each header, by lower-case long name; folded lines joined."""
    head = message.replace("\r\n", "\n").partition("\n\n")[0]
    unfolded = re.sub(r"\n[ \t]+", " ", head)
    found: dict[str, str] = {}
    for line in unfolded.split("\n")[1:]:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if colon:
            found.setdefault(_COMPACT.get(key, key), value.strip())
    return found


def caller_of(message: str) -> Caller:
    """The caller of an INVITE, from the asserted identity if the network gave one. Only trusted sources reach us (the guard)."""
    headers = headers_of(message)
    shown = headers.get("from", "")
    name, user, host = _parts(headers.get("p-asserted-identity") or shown)
    private = {token.strip().lower() for token in re.split(r"[;,]", headers.get("privacy", ""))}
    if private & {"id", "user", "header"} or _is_anonymous(shown) or host == "anonymous.invalid":
        return Caller(None, None, withheld=True)
    return Caller(user or None, name or None)


def called_of(message: str) -> str:
    """The user part of the To header: the number the caller dialed."""
    return _parts(headers_of(message).get("to", ""))[1]


def _is_anonymous(address: str) -> bool:
    _, user, host = _parts(address)
    return user.lower() == "anonymous" or host.lower() == "anonymous.invalid"


def _parts(address: str) -> tuple[str, str, str]:
    """Display name, user and host of one address header value; empty where absent."""
    found = _ADDRESS.match(address)
    name = (found.group("quoted") or found.group("token") or "") if found else ""
    uri = _URI.match(found.group("uri") if found else address.split(";", maxsplit=1)[0].strip())
    user = re.sub(r"%([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), uri.group("user")) if uri else ""
    printable = "".join(letter for letter in re.sub(r"\\(.)", r"\1", name) if letter.isprintable())
    return printable.strip()[:_DISPLAY_LIMIT], user.split(":")[0], (uri.group("host") or "") if uri else ""
