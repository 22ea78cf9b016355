"""Where a far end wants a call to go: a Refer-To read with suspicion (RFC 3515, RFC 3891), and who may ask. Pure.

Anything that would lead the call elsewhere than to the account's own server, or carry headers of the far end's choosing, is no target.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

_HEADERS = frozenset({"replaces", "require"})
"""What an attended transfer puts into the URI; any other header would be the far end's words in our mouth."""


# Both match the whole text or nothing: what is judged here must be what the engine will call.
_NAME_ADDR = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"|[\w .!%*+`~-]*)\s*<(?P<uri>[^<>"]*)>\s*(?:;[^<>"]*)?')
_URI = re.compile(
    r"sips?:(?P<user>[^@;?<>\"\s]+)@(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?(?P<rest>;[^<>\"\s]*)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Target:
    """A SIP URI of a Refer-To, taken apart. `attended`: it names a call to be replaced."""

    digits: str
    host: str
    attended: bool


def target_of(refer_to: str) -> Target | None:
    """The target, None where it is none that we could take."""
    whole = _NAME_ADDR.fullmatch(refer_to)
    uri, _, headers = (whole["uri"] if whole else refer_to.strip()).partition("?")
    found = _URI.fullmatch(uri)
    names = {header.partition("=")[0].strip().lower() for header in headers.split("&") if header}
    if not found or names - _HEADERS or ";maddr=" in (found["rest"] or "").lower() or not unquote(refer_to).isprintable():
        return None
    return Target(unquote(found["user"].partition(":")[0]), found["host"].strip("[]").lower(), "replaces" in names)


def address_of(source: str) -> str:
    """The address of "192.0.2.1:5060" or "[2001:db8::1]:5060"."""
    return (
        source[1:].partition("]")[0] if source.startswith("[") else source.partition(":")[0] if source.count(":") == 1 else source
    )


def is_among(address: str, sources: Iterable[str]) -> bool:
    """Whether an address, without port, is one of these, which may have ports and may be networks. Names are nobody's."""
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(_holds(source, wanted) for source in sources)


def _holds(source: str, wanted: "ipaddress.IPv4Address | ipaddress.IPv6Address") -> bool:
    try:
        return wanted in ipaddress.ip_network(source if "/" in source else address_of(source), strict=False)
    except ValueError:
        return False
