"""What the system says of its interfaces: addresses through netifaces, flags by ioctl(2), counters and signal from /proc/net. Reads, keeps nothing.

netifaces' gateways() is not used: it mixes the default routes of all tables, our own among them (looked at in netifaces-plus 0.12.5), and has
none for a point-to-point link. The gateway comes from netlink instead. The only file that knows netifaces.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface
from pathlib import Path

import netifaces

IF_INET6 = Path("/proc/net/if_inet6")
DEV = Path("/proc/net/dev")
WIRELESS = Path("/proc/net/wireless")
SIOCGIFFLAGS = 0x8913  # linux/sockios.h
IFF_UP, IFF_POINTOPOINT, IFF_RUNNING = 0x1, 0x10, 0x40  # linux/if.h; RUNNING: the cable has life, or the radio is let in
TEMPORARY, DAD_FAILED, DEPRECATED, TENTATIVE = 0x01, 0x08, 0x20, 0x40  # linux/if_addr.h
NO_NEGATIVE_DBM = 63
"""Drivers that count signal as a signed byte show it so; see `signal_dbm`."""


@dataclass(frozen=True)
class Address:
    """An own address and how many bits of it are the subnet's; both empty when there is none."""

    text: str = ""
    prefix: int = 0


def addresses(name: str) -> tuple[Address, Address]:
    """The best IPv4 and IPv6 address to send from; none is link-local, tentative or on its way out."""
    try:
        found = netifaces.ifaddresses(name)
    except ValueError:  # there is no such interface
        return Address(), Address()
    four = [_address(each) for each in found.get(socket.AF_INET, [])]
    six = [_address(each) for each in found.get(socket.AF_INET6, [])]
    return _best_ipv4(four), _best_ipv6(name, six)


def flags(name: str) -> tuple[bool, bool, bool]:
    """Whether it is switched on, has a carrier, and is point-to-point. All false when there is none."""
    request = struct.pack("16sh14x", name.encode(), 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, request)
        except OSError as error:
            if error.errno != errno.ENODEV:
                raise
            return False, False, False
    bits = struct.unpack("16sH14x", answer)[1]
    return bool(bits & IFF_UP), bool(bits & IFF_RUNNING), bool(bits & IFF_POINTOPOINT)


def index(name: str) -> int:
    """The kernel's number of it, 0 when there is none."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0


def counters() -> dict[str, tuple[int, int]]:
    """Bytes received and sent by every interface (proc(5), /proc/net/dev)."""
    rows = (line.partition(":") for line in DEV.read_text().splitlines()[2:])
    return {name.strip(): (int(columns[0]), int(columns[8])) for name, _, rest in rows if (columns := rest.split())}


def signal_dbm(name: str, text: str | None = None) -> float | None:
    """The Wi-Fi signal by the kernel's wireless extensions (/proc/net/wireless, third number); None where there is no radio or no signal.

    Most drivers write dBm as a negative number, some the same byte unsigned (256 - 55 = 201). Values that are neither are a driver's own scale.
    """
    for line in (_read(WIRELESS) if text is None else text).splitlines()[2:]:
        device, _, rest = line.partition(":")
        columns = rest.split()
        if device.strip() == name and len(columns) > 2:
            level = float(columns[2].rstrip("."))
            level -= 256 if level > NO_NEGATIVE_DBM else 0
            return level if level < 0 else None
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _address(entry: dict[str, str]) -> Address:
    """Read netifaces' notation: "fe80::1%eth0" with "ffff:ffff::/64", or a netmask in dots."""
    text = entry["addr"].partition("%")[0]
    mask = entry.get("netmask", "")
    length = mask.partition("/")[2] or (
        ip_interface(f"0.0.0.0/{mask}").network.prefixlen if mask else ip_address(text).max_prefixlen
    )
    return Address(text, int(length))


def _best_ipv4(candidates: list[Address]) -> Address:
    return next((each for each in candidates if not ip_address(each.text).is_link_local), Address())


def _best_ipv6(name: str, candidates: list[Address]) -> Address:
    """Global before unique-local (RFC 4193), lasting before temporary (RFC 8981): a registration is to live longer than a day."""
    states = _ipv6_states(name)
    usable = [each for each in candidates if each.text in states and not ip_address(each.text).is_link_local]
    usable = [each for each in usable if not states[each.text] & (TENTATIVE | DAD_FAILED | DEPRECATED)]
    return min(usable, key=lambda each: (_is_unique_local(each.text), states[each.text] & TEMPORARY), default=Address())


def _is_unique_local(text: str) -> bool:
    return ip_address(text).packed[0] & 0xFE == 0xFC


def _ipv6_states(name: str) -> dict[str, int]:
    """Each IPv6 address of the interface with its flags; columns: address, index, prefix, scope, flags, name."""
    rows = (line.split() for line in _read(IF_INET6).splitlines())
    return {str(ip_address(bytes.fromhex(row[0]))): int(row[4], 16) for row in rows if row[5] == name}
