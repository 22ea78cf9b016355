"""Who calls: the caller read from an INVITE's text, and what else it says of the call. Pure; RFC 3261 From and Alert-Info, RFC 3325
P-Asserted-Identity, RFC 3323 Privacy, RFC 5806 Diversion, RFC 7044 History-Info."""

import re
from urllib.parse import unquote

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


def alert_info_of(message: str) -> str:
    """The ring that the network asks for, raw (RFC 3261 section 20.4): what follows `info=`, else the text without brackets."""
    value = headers_of(message).get("alert-info", "")
    named = re.search(r'(?:^|;)\s*info\s*=\s*"?([^";,]+)', value, re.IGNORECASE)
    return (named[1] if named else value.split(",", maxsplit=1)[0].strip(" <>"))[:_DISPLAY_LIMIT]


def diverted_from_of(message: str) -> str:
    """Whom the call was meant for before it was forwarded: the last Diversion's number stands first; in History-Info the first entry is the
    number that was called. Empty where the call came straight."""
    headers = headers_of(message)
    if "diversion" in headers:
        return _parts(headers["diversion"])[1]
    history = re.findall(r"<([^>]*)>", ",".join(_all_of(message, "history-info")))
    return _parts(f"<{history[0]}>")[1] if len(history) > 1 else ""


def _all_of(message: str, wanted: str) -> list[str]:
    lines = re.sub(r"\r?\n[ \t]+", " ", message).splitlines()
    pairs = (line.partition(":") for line in lines)
    return [value.strip() for name, _, value in pairs if name.strip().lower() == wanted]


def contacts_of(message: str) -> frozenset[str]:
    """The contacts that an answer to REGISTER lists, as "user@host:port"."""
    values = ",".join((*_all_of(message, "contact"), *_all_of(message, "m")))
    return frozenset(place_of(uri) for uri in re.findall(r"<([^>]*)>", values))


def place_of(contact: str) -> str:
    """Where a Contact leads, as "user@host:port": what two of the same place have in common."""
    uri = contact.partition("<")[2].partition(">")[0] or contact
    return uri.partition(":")[2].partition(";")[0].lower()


def request_uri_of(message: str) -> str:
    return message.partition("\n")[0].split(" ")[1] if message.count(" ") > 1 else ""


def number_of(address: str) -> str:
    """The user part of an address header's value."""
    return _parts(address)[1]


def _is_anonymous(address: str) -> bool:
    _, user, host = _parts(address)
    return user.lower() == "anonymous" or host.lower() == "anonymous.invalid"


def _parts(address: str) -> tuple[str, str, str]:
    """Display name, user and host of one address header value; empty where absent."""
    found = _ADDRESS.match(address)
    name = (found.group("quoted") or found.group("token") or "") if found else ""
    uri = _URI.match(found.group("uri") if found else address.split(";", maxsplit=1)[0].strip())
    user = unquote(uri.group("user"), errors="ignore") if uri else ""
    host = (uri.group("host") or "") if uri else ""
    return _harmless(re.sub(r"\\(.)", r"\1", name)), _harmless(user.split(":")[0]), host


def _harmless(text: str) -> str:
    """No line breaks, no marks that turn the direction of writing, no bytes that were no text; short enough for a display."""
    return "".join(letter for letter in text if letter.isprintable()).strip()[:_DISPLAY_LIMIT]
