"""wpa_supplicant's words as data: its replies and events read, a network's settings written. Pure; knows no socket and no time.

Its control interface is text in datagrams; SSIDs come escaped as C strings are, and are bytes here, since nothing says how they are written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_ESCAPES = {'"': b'"', "\\": b"\\", "e": b"\x1b", "n": b"\n", "r": b"\r", "t": b"\t"}


class Security(Enum):
    """How a network is protected, as far as it matters to who joins."""

    OPEN = "open"
    ENHANCED_OPEN = "enhanced open"
    """Encrypted without a passphrase (OWE, RFC 8110)."""
    WPA2 = "WPA2"
    BOTH = "WPA2/WPA3"
    WPA3 = "WPA3"
    OTHER = "other"
    """A company's sign-in (EAP), or WEP, which protects nobody any more."""

    @property
    def asks_passphrase(self) -> bool:
        return self in {Security.WPA2, Security.BOTH, Security.WPA3}


@dataclass(frozen=True)
class FoundNetwork:
    """What the radio hears; of several access points with one name the strongest."""

    ssid: bytes
    signal_dbm: int
    security: Security


@dataclass(frozen=True)
class SavedNetwork:
    """A network wpa_supplicant keeps, by its number."""

    number: int
    ssid: bytes
    is_current: bool


class Sign(Enum):
    """What an event means to somebody who looks around or joins."""

    SCANNED = "scanned"
    SCAN_FAILED = "scan failed"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    NOT_FOUND = "not found"
    WRONG_KEY = "wrong passphrase"
    FULL = "full"
    """The access point takes no more devices."""
    TURNED_AWAY = "turned away"
    UNHEARD = "unheard"
    """Tried several times, without an answer."""


@dataclass(frozen=True)
class Event:
    """`network` is the number of the one it is about, where the event says so."""

    sign: Sign
    network: int | None = None


def unescaped(text: str) -> bytes:
    """The bytes of an SSID that is written with `\\xd0`, `\\n` and the like."""

    def byte(match: re.Match[str]) -> str:
        code, letter = match[1], match[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(letter, letter.encode("latin-1", "replace")).decode("latin-1")

    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|(.))", byte, text, flags=re.DOTALL).encode("latin-1", "replace")


def security_of(flags: str) -> Security:
    """Of a scan result such as `[WPA2-PSK+SAE-CCMP][ESS]`."""
    methods = {word for group in re.findall(r"\[(?:WPA2?|RSN)-([^]]*)\]", flags) for word in re.split(r"[-+/]", group)}
    if {"PSK", "SAE"} <= methods:
        return Security.BOTH
    for word, security in (("PSK", Security.WPA2), ("SAE", Security.WPA3), ("OWE", Security.ENHANCED_OPEN)):
        if word in methods:
            return security
    return Security.OTHER if methods or "[WEP" in flags else Security.OPEN


def found_networks(reply: str) -> list[FoundNetwork]:
    """Of SCAN_RESULTS, strongest first; those that hide their name are left out."""
    strongest: dict[tuple[bytes, Security], FoundNetwork] = {}
    for line in reply.splitlines()[1:]:
        network = _found(line)
        if network is None or not network.ssid.strip(b"\0"):
            continue
        known = strongest.get((network.ssid, network.security))
        if known is None or known.signal_dbm < network.signal_dbm:
            strongest[network.ssid, network.security] = network
    return sorted(strongest.values(), key=lambda each: -each.signal_dbm)


def _found(line: str) -> FoundNetwork | None:
    """Columns: BSSID, frequency, signal, flags, SSID."""
    columns = line.split("\t", 4)
    if len(columns) < 5 or not re.fullmatch(r"-?\d+", columns[2]):
        return None
    return FoundNetwork(unescaped(columns[4]), int(columns[2]), security_of(columns[3]))


def saved_networks(reply: str) -> list[SavedNetwork]:
    """Of LIST_NETWORKS; columns: number, SSID, BSSID, flags."""
    rows = (line.split("\t") for line in reply.splitlines()[1:])
    return [
        SavedNetwork(int(row[0]), unescaped(row[1]), "[CURRENT]" in row[3])
        for row in rows
        if len(row) == 4 and row[0].isdecimal()
    ]


def status_of(reply: str) -> Mapping[str, str]:
    """Of STATUS: names and values."""
    pairs = (line.partition("=") for line in reply.splitlines())
    return {name: value for name, _, value in pairs}


_ACCESS_POINT_FULL = "17"  # IEEE 802.11, status codes: no more stations
_SAE = "3"  # IEEE 802.11, authentication algorithms
_SAE_REFUSALS = {"1", "15"}
"""The answer to a proof by a wrong passphrase: unspecified failure, challenge failure."""


def event_of(text: str) -> Event | None:
    """The meaning of an event such as `<3>CTRL-EVENT-CONNECTED - ... [id=0 id_str=]`; None for those that mean nothing here."""
    name, _, rest = re.sub(r"^<\d+>", "", text).partition(" ")
    words = dict(re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s\]]*)', rest))
    sign = _SIGNS.get(name) or _refusal(name, words)
    number = words.get("id", "")
    return Event(sign, int(number) if number.isdecimal() else None) if sign else None


_SIGNS = {
    "CTRL-EVENT-SCAN-RESULTS": Sign.SCANNED,
    "CTRL-EVENT-CONNECTED": Sign.CONNECTED,
    "CTRL-EVENT-DISCONNECTED": Sign.DISCONNECTED,
    "CTRL-EVENT-NETWORK-NOT-FOUND": Sign.NOT_FOUND,
}


def _refusal(name: str, words: Mapping[str, str]) -> Sign | None:
    status = words.get("status_code")
    match name:
        case "CTRL-EVENT-SCAN-FAILED" if words.get("retry") != "1":
            return Sign.SCAN_FAILED
        case "CTRL-EVENT-SSID-TEMP-DISABLED":
            return Sign.WRONG_KEY if words.get("reason") == "WRONG_KEY" else Sign.UNHEARD
        case "CTRL-EVENT-AUTH-REJECT" if words.get("auth_type") == _SAE and status in _SAE_REFUSALS:
            return Sign.WRONG_KEY
        case "CTRL-EVENT-AUTH-REJECT" | "CTRL-EVENT-ASSOC-REJECT":
            return Sign.FULL if status == _ACCESS_POINT_FULL else Sign.TURNED_AWAY
    return None


def network_settings(ssid: bytes, security: Security, passphrase: str, *, hidden: bool) -> list[tuple[str, str]]:
    """What SET_NETWORK is told of a network to join. `hidden`: it is asked for by its name. A passphrase of 64 hexadecimal digits is the key itself."""
    told = [("ssid", ssid.hex()), *([("scan_ssid", "1")] if hidden else [])]
    is_key = re.fullmatch(r"[0-9a-fA-F]{64}", passphrase) is not None
    secret = passphrase if is_key else f'"{passphrase}"'
    match security:
        case Security.ENHANCED_OPEN:
            return [*told, ("key_mgmt", "OWE"), ("ieee80211w", "2")]
        case Security.WPA3:
            return [*told, ("key_mgmt", "SAE"), ("ieee80211w", "2"), ("sae_password", f'"{passphrase}"')]
        case Security.WPA2 | Security.BOTH:
            by_key = is_key or security is Security.WPA2
            methods = "WPA-PSK WPA-PSK-SHA256" if by_key else "WPA-PSK WPA-PSK-SHA256 SAE"
            return [*told, ("key_mgmt", methods), ("ieee80211w", "1"), ("psk", secret)]
        case _:
            return [*told, ("key_mgmt", "NONE")]
