"""What somebody who joins a network asks for: checked, with a sentence for what is wrong. Pure; knows no radio."""

import re
from dataclasses import dataclass, field

from firmware.orders import OrderRefused
from hal.wifi_text import FoundNetwork, Security

LONGEST_SSID_BYTES = 32
NAME_WRONG = "A network's name has 1 to 32 bytes: as many Latin letters, fewer of others."
HEX_WRONG = "The name in hexadecimal has two digits for each of its 1 to 32 bytes."
KEY_WRONG = "A Wi-Fi passphrase has 8 to 63 characters (fewer of other letters than Latin), or is a key of 64 hexadecimal digits."
KEY_MISSING = "This network asks for a passphrase."
KEY_NEEDLESS = "This network is open: it takes no passphrase."
SIGN_IN_UNKNOWN = "The box cannot join this network: it is protected by WEP or by a company's sign-in."


@dataclass(frozen=True)
class Wish:
    """A network by its name, and the passphrase for it; empty: none, or the one that is kept."""

    ssid: bytes
    passphrase: str = field(default="", repr=False)


def read_ssid(ssid: str, ssid_hex: str) -> bytes:
    """A network's name as text, or byte by byte where it is no text; raises OrderRefused."""
    try:
        name = bytes.fromhex(ssid_hex) if ssid_hex else ssid.encode()
    except ValueError as error:  # UnicodeEncodeError is one
        raise OrderRefused(HEX_WRONG if ssid_hex else NAME_WRONG) from error
    if not 1 <= len(name) <= LONGEST_SSID_BYTES:
        raise OrderRefused(HEX_WRONG if ssid_hex else NAME_WRONG)
    return name


def read_wish(ssid: str, ssid_hex: str, passphrase: str) -> Wish:
    """Raises OrderRefused."""
    if passphrase and not _is_passphrase(passphrase):
        raise OrderRefused(KEY_WRONG)
    return Wish(read_ssid(ssid, ssid_hex), passphrase)


def _is_passphrase(text: str) -> bool:
    """IEEE 802.11 has 8 to 63 printable ASCII characters; access points take bytes of UTF-8 in the same number."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return True
    return text.isprintable() and 8 <= len(text.encode("utf-8", "replace")) <= 63


def security_for(wish: Wish, heard: FoundNetwork | None, *, kept: bool) -> Security:
    """How to join: as the network shows itself, and where it hides by what the passphrase allows. Raises OrderRefused where that cannot be."""
    if heard is None:
        return Security.BOTH if wish.passphrase else Security.OPEN
    if heard.security is Security.OTHER:
        raise OrderRefused(SIGN_IN_UNKNOWN)
    if heard.security.asks_passphrase and not wish.passphrase and not kept:
        raise OrderRefused(KEY_MISSING)
    if wish.passphrase and not heard.security.asks_passphrase:
        raise OrderRefused(KEY_NEEDLESS)  # whoever gives one expects a protected network
    return heard.security
