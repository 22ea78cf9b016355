"""A call's SIP messages as a capture file for Wireshark: each in a UDP packet that never was, between addresses that were. Pure.

The file format is libpcap's (draft-ietf-opsawg-pcap), link type raw IP (101). Lengths and checksums of IPv4 are right; UDP checksums are left
out where they may be (RFC 768) and counted for IPv6, which wants them (RFC 8200 section 8.1).
"""

import ipaddress
import re
import struct
from collections.abc import Iterable

from firmware.evidence.wire import WireMessage

_MAGIC, _LINK_RAW = 0xA1B2C3D4, 101
_LARGEST = 65_000
_UDP = 17
_VIA = re.compile(r"(?im)^(?:via|v)[ \t]*:[ \t]*SIP/2\.0/\w+[ \t]+(\[[0-9a-f:.]+\]|[^\s;:]+)(?::(\d+))?")
_NOWHERE = ("0.0.0.0", 5060)

Place = tuple[str, int]


def capture(messages: Iterable[tuple[float, WireMessage]]) -> bytes:
    """`messages` with their wall-clock times in seconds since 1970."""
    listed = list(messages)
    ours = _our_place([message for _, message in listed])
    parts = [struct.pack("<IHHiIII", _MAGIC, 2, 4, 0, 0, 65_535, _LINK_RAW)]
    for at_s, message in listed:
        packet = _packet(message, ours)
        micros = round(at_s * 1_000_000)
        parts += [struct.pack("<IIII", micros // 1_000_000, micros % 1_000_000, len(packet), len(packet)), packet]
    return b"".join(parts)


def _our_place(messages: Iterable[WireMessage]) -> Place:
    """What we called ourselves in the Via of our own requests."""
    for message in messages:
        found = _VIA.search(message.text) if message.sent and not message.first_line.startswith("SIP/2.0") else None
        if found and _address(found[1]):
            return found[1].strip("[]"), int(found[2] or 5060)
    return _NOWHERE


def _packet(message: WireMessage, ours: Place) -> bytes:
    host, _, port = message.peer.rpartition(":")
    theirs = (host.strip("[]"), int(port) if port.isdecimal() and int(port) < 65536 else 5060)
    source, target = (ours, theirs) if message.sent else (theirs, ours)
    payload = message.text.encode()[:_LARGEST]
    first, second = _address(source[0]), _address(target[0])
    if isinstance(first, ipaddress.IPv6Address) or isinstance(second, ipaddress.IPv6Address):
        return _over_ipv6(_six(first), _six(second), (source[1], target[1]), payload)
    return _over_ipv4(_four(first), _four(second), (source[1], target[1]), payload)


def _over_ipv4(source: bytes, target: bytes, ports: tuple[int, int], payload: bytes) -> bytes:
    length = 28 + len(payload)
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 64, _UDP, 0, source, target)
    head = head[:10] + struct.pack(">H", _checksum(head)) + head[12:]
    return head + struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload


def _over_ipv6(source: bytes, target: bytes, ports: tuple[int, int], payload: bytes) -> bytes:
    length = 8 + len(payload)
    head = struct.pack(">IHBB16s16s", 6 << 28, length, _UDP, 64, source, target)
    pseudo = source + target + struct.pack(">IxxxB", length, _UDP)
    datagram = struct.pack(">HHHH", *ports, length, 0) + payload
    checksum = _checksum(pseudo + datagram) or 0xFFFF
    return head + datagram[:6] + struct.pack(">H", checksum) + datagram[8:]


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _four(address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bytes:
    return address.packed if address else bytes(4)


def _six(address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bytes:
    if isinstance(address, ipaddress.IPv4Address):
        return bytes(10) + b"\xff\xff" + address.packed
    return address.packed if address else bytes(16)
