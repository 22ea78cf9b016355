"""The air around a simulated radio: networks, how well they are heard, and how they fail. Data only; a test changes it at any time."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

KEY = "simulated air"


class Fault(Enum):
    """What becomes of somebody who joins; the values are for people."""

    NONE = "none"
    SILENT = "too far away to answer"
    FULL = "takes no more devices"
    NO_ADDRESS = "hands out no address"


@dataclass(frozen=True)
class SimNetwork:
    """An access point. `flags` as wpa_supplicant shows them; an empty passphrase: none is asked for."""

    ssid: bytes
    signal_dbm: int = -50
    flags: str = "[WPA2-PSK-CCMP][ESS]"
    passphrase: str = KEY
    hidden: bool = False
    fault: Fault = Fault.NONE

    def admits(self, secret: str) -> bool:
        """Whether this is the passphrase, in quotes, or the key made of it (IEEE 802.11, annex J)."""
        key = hashlib.pbkdf2_hmac("sha1", self.passphrase.encode(), self.ssid, 4096, 32).hex()
        return not self.passphrase or secret in {f'"{self.passphrase}"', key}

    @property
    def methods(self) -> frozenset[str]:
        """Which of a network's key_mgmt suit it."""
        if "PSK" in self.flags or "SAE" in self.flags:
            psk = {"WPA-PSK"} if "PSK" in self.flags else set()
            return frozenset(psk | ({"SAE"} if "SAE" in self.flags else set()))
        return frozenset({"OWE"} if "OWE" in self.flags else {"NONE"})


USUAL = (
    SimNetwork(b"Keepline home", -48),
    SimNetwork("Үй желісі".encode(), -55, "[WPA2-PSK+SAE-CCMP][ESS]"),
    SimNetwork(b"Cafe", -61, "[ESS]", ""),
    SimNetwork(b"<img src=x onerror=alert(1)>", -66),
    SimNetwork(b"Garden", -70, "[WPA2-SAE-CCMP][ESS]"),
    SimNetwork(b"Company", -71, "[WPA2-EAP-CCMP][ESS]"),
    SimNetwork(b"Full house", -74, fault=Fault.FULL),
    SimNetwork(b"No address", -77, fault=Fault.NO_ADDRESS),
    SimNetwork(b"Far away", -89, fault=Fault.SILENT),
    SimNetwork(b"Attic", -58, hidden=True),
)


@dataclass
class SimAir:
    """`writes`: wpa_supplicant may write its file. `mute`: orders it hears and does not answer."""

    networks: tuple[SimNetwork, ...] = USUAL
    scan_ms: int = 700
    join_ms: int = 900
    address_ms: int = 600
    writes: bool = True
    mute: frozenset[str] = field(default_factory=frozenset)

    def find(self, fits: Callable[[SimNetwork], bool]) -> SimNetwork | None:
        return next((network for network in self.networks if fits(network)), None)
