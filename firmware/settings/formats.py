"""What texts in the settings file may look like: a test and the sentence that says what is allowed. Knows no key."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from firmware.core import digit_map
from firmware.settings.countries import COUNTRIES

_HOST_NAME = re.compile(
    r"(?=.{1,253}\.?\Z)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?"
)
"""RFC 1123 section 2.1, and the underscore of SRV names; the last label begins with a letter, so that 10.0.0.300 is no name."""


@dataclass(frozen=True)
class Format:
    """`allowed` completes "allowed: ..."; `holds` judges one text."""

    allowed: str
    holds: Callable[[str], bool]


def _pattern(expression: str) -> Callable[[str], bool]:
    compiled = re.compile(expression)
    return lambda text: compiled.fullmatch(text) is not None


def _printable(least: int, most: int) -> Callable[[str], bool]:
    return lambda text: least <= len(text) <= most and text.isprintable()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _is_port(text: str, least: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and least <= int(text) <= 65535


def split_host(text: str) -> tuple[str, int | None]:
    """("::1", 5060) of "[::1]:5060", ("sip.example.org", None) of "sip.example.org"; raises ValueError for anything else."""
    host, colon, port = text.partition("]:") if text.startswith("[") else text.partition(":")
    bracketed = host.startswith("[")
    bare = host.removeprefix("[").removesuffix("]") if bracketed else host
    sound = _is_address(bare) and ":" in bare if bracketed else _is_address(bare) or _HOST_NAME.fullmatch(bare) is not None
    closed = not bracketed or colon == "]:" or host.endswith("]")
    if not (sound and closed and (not colon or _is_port(port, 0))):
        raise ValueError(text)
    return bare, int(port) if colon else None


def _is_server(text: str) -> bool:
    try:
        return split_host(text)[1] != 0
    except ValueError:
        return False


def _is_listener(text: str) -> bool:
    try:
        host, port = split_host(text)
    except ValueError:
        return False
    return port is not None and (_is_address(host) or host == "localhost")


def _is_endpoint(text: str) -> bool:
    try:
        host, port = split_host(text)
    except ValueError:
        return _is_address(text)  # IPv6 without brackets
    return _is_address(host) and port != 0


def _is_domain(text: str) -> bool:
    return _is_address(text) or _HOST_NAME.fullmatch(text) is not None


def _is_hours(text: str) -> bool:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]", text)
    return found is not None and text[:5] != text[6:]


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_email(text: str) -> bool:
    """As strict as needed to find slips of the pen; RFC 5321 section 4.5.3.1 bounds the lengths."""
    user, _, domain = text.rpartition("@")
    plain = re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", user) is not None
    return plain and _HOST_NAME.fullmatch(domain) is not None


def _is_digit_map(text: str) -> bool:
    try:
        digit_map.parse(text)
    except digit_map.DigitMapWrong:
        return False
    return len(text) <= 1000


def or_empty(kind: Format) -> Format:
    return Format(f'{kind.allowed}, or "" for none', lambda text: not text or kind.holds(text))


NAME = Format("1 to 64 printable characters", _printable(1, 64))
PREFIX_OF_NAME = Format("up to 16 printable characters", _printable(0, 16))
LABEL = Format("up to 64 printable characters", _printable(0, 64))
ID = Format("1 to 32 letters, digits, - and _", _pattern(r"[A-Za-z0-9_-]{1,32}"))
NUMBER = Format("up to 64 digits, letters and . _ - * #, a leading + too", _pattern(r"\+?[A-Za-z0-9._*#-]{0,64}"))
# RFC 3261 section 25.1, `user`, without what needs escaping in every address and log
SIP_USER = Format('up to 128 characters, no spaces and none of " < > @ : ;', _pattern(r"[!#-9=?A-Z\[-~]{0,128}"))
DOMAIN = Format("a host name or an IP address, no port", _is_domain)
PRESET_ID = Format("1 to 32 small letters, digits and -", _pattern(r"[a-z0-9-]{1,32}"))
NOTE = Format("1 to 300 printable characters", _printable(1, 300))
DATE = Format('a day such as "2026-11-24"', _is_date)
PRESET = Format('the id of a preset: small letters, digits and -, or "" for none', _pattern(r"([a-z0-9-]{1,32})?"))
# 15 digits are the longest number (ITU-T E.164 section 6.2.1); prefixes, codes and extensions may come on top
DIALED = Format("1 to 32 digits, * and #, a leading + too, nothing between them", _pattern(r"\+?[0-9*#]{1,32}"))
PREFIX = Format("1 to 20 digits, * and #, a leading + too, nothing between them", _pattern(r"\+?[0-9*#]{1,20}"))
AREA_CODE = Format('1 to 6 digits, or "" for none', _pattern(r"[0-9]{0,6}"))
COUNTRY_CODE = Format("countries by their two letters, such as KZ (ISO 3166-1)", COUNTRIES.__contains__)
HOURS = Format(
    'a span of hours such as "08:00-18:00" or "22:00-07:00", or "" for always', lambda text: not text or _is_hours(text)
)
EMAIL = Format("a mail address such as name@example.org", _is_email)
MAILBOX_PIN = Format('4 to 8 digits, or "" for none', _pattern(r"([0-9]{4,8})?"))
_CODE = r"(?:[*#][0-9*#]{0,4}|09[0-9]{1,3})"
"""A rotary dial has no * and #. No emergency number of our countries (firmware/numbering/plans) begins with 09."""
STAR_CODES = Format(
    'codes such as "*72" or "*87 *98": * or #, then up to 4 more of 0123456789*#; for a rotary dial 09 and 1 to 3 digits; or "off", or "pass" '
    "for the PBX",
    _pattern(rf"off|pass|{_CODE}( {_CODE}){{0,3}}"),
)
LOGIN = Format("up to 128 printable characters", _printable(0, 128))
PASSWORD = Format("up to 256 printable characters", _printable(0, 256))
SERVER = Format('"host" or "host:port", an IPv6 address as "[::1]:5060"', _is_server)
LISTENER = Format('"address:port", such as "127.0.0.1:8080" or "[::]:8080"', _is_listener)
IP = Format("an IP address, no port", _is_address)
URL = Format(
    "a page's address that begins with http:// (a login page can only answer in its place there)",
    _pattern(r"http://[!-~]{1,200}"),
)
ADDRESS = Format(
    'IP addresses, with a port where it is not the usual one: "192.0.2.53:5353", "[2001:db8::53]:5353"', _is_endpoint
)
NETWORK = Format("IP addresses and networks such as 192.0.2.0/24", _is_network)
DIGIT_MAP = Format(
    'digits, x, [1-7], *, #, ".", "T", joined by | (RFC 3435), or "" for the country\'s',
    lambda text: not text or _is_digit_map(text),
)
FILE = Format("an absolute path", _pattern(r"/[^\x00-\x1f]{1,500}"))
BOARD_FILE = Format(
    "the name of a board that Keepline knows, or an absolute path", _pattern(r"[a-z0-9][a-z0-9-]{0,63}|/[^\x00-\x1f]{1,500}")
)
INTERFACE = Format("the name of a network interface, 1 to 15 characters, no / and no spaces", _pattern(r"[^\s/\x00-\x1f]{1,15}"))
APN = Format("up to 100 letters, digits, . and - (3GPP TS 23.003 section 9.1)", _pattern(r"[A-Za-z0-9.-]{0,100}"))
PIN = Format('4 to 8 digits (3GPP TS 31.101 section 9.5.1), or "" for none', _pattern(r"([0-9]{4,8})?"))
