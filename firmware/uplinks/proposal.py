"""What the box could use as uplinks, as [[uplink]] tables to begin with: its own network interfaces by /sys, and a modem. It proposes; it changes nothing."""

from collections.abc import Mapping
from pathlib import Path

from hal.errors import PartMissing
from hal.usb_modem import UsbTree

Json = dict[str, object]

NET = Path("/sys/class/net")
PPP = "wwan0"
"""What the interface of a modem without a network card will be called."""

_PRIORITY: Mapping[str, int] = {"ethernet": 10, "wifi": 20, "cellular": 30}


def proposal(net: Path = NET, usb: UsbTree | None = None) -> list[Json]:
    """In order of preference; the cellular one is there always, for a modem may be plugged in later."""
    card = _card(usb or UsbTree())
    found = [(each.name, _kind(each)) for each in sorted(net.glob("*")) if (each / "device").exists() and each.name != card]
    ranked = sorted(found, key=lambda each: _PRIORITY[each[1]])
    uplinks = [_table(name, kind) for name, kind in ranked if kind != "cellular"]
    mobile = card or next((name for name, kind in ranked if kind == "cellular"), PPP)
    return [*uplinks, _table(mobile, "cellular") | {"metered": True}]


def _table(interface: str, kind: str) -> Json:
    return {"interface": interface, "kind": kind, "priority": _PRIORITY[kind]}


def _card(usb: UsbTree) -> str:
    """The network card of a modem on the USB; empty: none."""
    try:
        return usb.find().interface
    except PartMissing:
        return ""


def _kind(interface: Path) -> str:
    """By what the kernel says of a real interface (those without a device are bridges, tunnels and the like)."""
    if (interface / "phy80211").exists():
        return "wifi"
    try:
        told = (interface / "uevent").read_text()
    except OSError:
        return "ethernet"
    return "cellular" if "DEVTYPE=wwan" in told.split() else "ethernet"
