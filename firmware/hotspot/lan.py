"""The house behind the access point: its address, leases and names by dnsmasq. Every name leads to this box, so that a telephone finds the page by itself."""

import subprocess
from pathlib import Path

from firmware.hotspot.errors import HotspotFailed

ADDRESS = "172.31.77.1"
"""In no house's usual network (RFC 1918, the second block)."""
_FIRST, _LAST, _BITS = "172.31.77.20", "172.31.77.90", 24


def give_address(interface: str) -> None:
    """Raises HotspotFailed."""
    for words in (("address", "replace", f"{ADDRESS}/{_BITS}", "dev", interface), ("link", "set", interface, "up")):
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607 - words of ours
        if done.returncode:
            raise HotspotFailed(f"{interface} gets no address: {done.stderr.strip()}")


def dnsmasq_words(interface: str, folder: Path) -> list[str]:
    """dnsmasq(8): no file of the system's, on this interface alone."""
    return [
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--pid-file=",
        f"--dhcp-leasefile={folder}/leases",
        "--log-facility=-",
        f"--interface={interface}",
        "--except-interface=lo",
        "--bind-interfaces",
        "--no-resolv",
        "--no-hosts",
        f"--address=/#/{ADDRESS}",
        f"--dhcp-range={_FIRST},{_LAST},1h",
        "--no-ping",
    ]
