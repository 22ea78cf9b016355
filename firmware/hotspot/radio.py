"""The radio's part: an interface for the access point beside the one that joins Wi-Fis, so that the page can look for them meanwhile, and hostapd on it.

One radio sits on one channel: if it is in somebody's Wi-Fi, the set-up network is on that channel too.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from firmware.hotspot.errors import HotspotFailed, RadioMissing

INTERFACE = "keepline-ap"
NETWORKS = Path("/sys/class/net")
_USUAL_CHANNEL = 6
_LAST_OF_24_GHZ = 14
_CHANNEL = re.compile(r"^\s*channel (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Air:
    """What people see in the list of their telephone: `name`, and the passphrase on the label."""

    name: str
    passphrase: str
    country: str
    channel: int = _USUAL_CHANNEL


def radio(networks: Path = NETWORKS) -> str:
    """The first Wi-Fi interface; raises RadioMissing."""
    found = sorted(each.parent.name for each in networks.glob("*/phy80211") if each.parent.name != INTERFACE)
    if not found:
        raise RadioMissing("There is no Wi-Fi radio in this box: use a cable to set it up.")
    return found[0]


def channel_of(interface: str) -> int:
    """Where the radio is now, or the usual one."""
    found = _CHANNEL.search(_iw("dev", interface, "info"))
    return int(found[1]) if found else _USUAL_CHANNEL


def name_of(interface: str, networks: Path = NETWORKS) -> str:
    """Keepline and the end of the radio's address, so that two boxes in one house differ."""
    address = (networks / interface / "address").read_text(encoding="ascii").strip()
    return f"Keepline {address.replace(':', '')[-4:].upper()}"


def hostapd_settings(air: Air) -> str:
    """hostapd.conf(5), with WPA2: a Wi-Fi password is typed behind it."""
    return f"""interface={INTERFACE}
driver=nl80211
ssid={air.name}
country_code={air.country}
ieee80211d=1
hw_mode={"g" if air.channel <= _LAST_OF_24_GHZ else "a"}
channel={air.channel}
ieee80211n=1
wmm_enabled=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase={air.passphrase}
"""


@contextmanager
def access_point(interface: str) -> Iterator[None]:
    """An interface for hostapd on the radio of that one; gone afterwards."""
    _forget()  # left by one that was killed
    _iw("dev", interface, "interface", "add", INTERFACE, "type", "__ap")
    try:
        yield
    finally:
        _forget()


def _forget() -> None:
    with suppress(HotspotFailed):
        _iw("dev", INTERFACE, "del")


def _iw(*words: str) -> str:
    try:
        done = subprocess.run(["iw", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607 - words of ours
    except OSError as error:
        raise HotspotFailed(f"iw cannot be run: {error.strerror}") from error
    if done.returncode:
        raise HotspotFailed(f"the radio refuses: {done.stderr.strip() or done.returncode}")
    return done.stdout
