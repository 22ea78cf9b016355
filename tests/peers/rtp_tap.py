"""Listens on a wire, loopback if not told otherwise, to RTP on its way to a port and keeps each packet with its arrival time. Needs root.

This is how a test times gaps, counts loss and hears a far end whose own recording stops (baresip's does after a hold). It decodes G.711
only and sees SRTP as noise. Must not know who sends or receives.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np

from tests.peers.errors import PeerSilent

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.sound import Samples

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86DD  # linux/if_ether.h
UDP = 17
SO_ATTACH_FILTER = 26  # asm-generic/socket.h
# linux/bpf_common.h and linux/filter.h
BPF_LOAD_WORD, BPF_LOAD_BYTE, BPF_LOAD_HALF_AFTER_HEADER, BPF_LOAD_HEADER_LENGTH = 0x20, 0x30, 0x48, 0xB1
BPF_AND, BPF_EQUAL, BPF_GREATER_OR_EQUAL, BPF_RETURN = 0x54, 0x15, 0x35, 0x06
SKF_PACKET_TYPE = 0xFFFFF004  # SKF_AD_OFF + SKF_AD_PKTTYPE
RTP_VERSION_2 = 0x80
# RFC 5761, section 4: the packet types RTCP uses where RTP has marker and payload type
RTCP_TYPES = range(192, 224)
PCMU, PCMA = 0, 8  # static payload types, RFC 3551, table 4
EVENT_S = 15.0
CHECK_S = 0.2


@dataclass(frozen=True)
class RtpPacket:
    """One packet as it passed."""

    seen_s: float  # time.monotonic()
    source_port: int
    port: int
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


class RtpTap:
    """Collects RTP that comes in for any of `ports` (UDP) from its start until `close`."""

    def __init__(self, ports: range, interface: str = "lo") -> None:
        """Without an `interface` it listens on every one there is here."""
        self._ports = ports
        # All protocols: IPv4 and IPv6 at once. Loopback shows each packet twice, going out and coming in; only the latter is kept.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        _keep_only(self._socket, ports)
        if interface:
            self._socket.bind((interface, ETH_P_ALL))
        self._socket.settimeout(CHECK_S)  # a packet socket cannot be woken; this bounds `close`
        self._packets: list[RtpPacket] = []
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._receive, name="RTP tap", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def packets(self) -> list[RtpPacket]:
        """What passed so far, in order of arrival."""
        with self._changed:
            return list(self._packets)

    def wait_for(self, holds: Callable[[list[RtpPacket]], object], timeout_s: float = EVENT_S) -> list[RtpPacket]:
        """The packets as soon as `holds` of them; raises `PeerSilent`."""
        with self._changed:
            if not self._changed.wait_for(lambda: holds(self._packets), timeout_s):
                raise PeerSilent(
                    f"{len(self._packets)} RTP packets to ports {self._ports} in {timeout_s:g} s, not what was awaited"
                )
            return list(self._packets)

    def wait_heard(self, seconds: float, timeout_s: float = EVENT_S) -> Samples:
        """The G.711 sound that passes from now on, once there are that many seconds of it, at 8 kHz."""
        start, count = len(self.packets), round(seconds * 8000)
        packets = self.wait_for(
            lambda passed: sum(len(p.payload) for p in passed[start:] if p.payload_type in {PCMU, PCMA}) >= count, timeout_s
        )
        return decode(packets[start:])[:count]

    def close(self) -> None:
        """Stop listening."""
        self._closing = True
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                data, (_, protocol, direction, *_) = self._socket.recvfrom(65535)
                packet = _parse(data, protocol, time.monotonic()) if direction != socket.PACKET_OUTGOING else None
                if packet and packet.port in self._ports:
                    with self._changed:
                        self._packets.append(packet)
                        self._changed.notify_all()


def decode(packets: list[RtpPacket]) -> Samples:
    """The sound of the G.711 packets, one after the other, at 8 kHz; other payload types are passed over."""
    parts = [_TABLES[p.payload_type][np.frombuffer(p.payload, np.uint8)] for p in packets if p.payload_type in _TABLES]
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)


def longest_gap_s(packets: list[RtpPacket]) -> float:
    """The longest time between two packets in a row; 0 for fewer than two."""
    times = [packet.seen_s for packet in packets]
    return max((later - earlier for earlier, later in pairwise(times)), default=0.0)


def _keep_only(tap: socket.socket, ports: range) -> None:
    """Have the kernel drop IPv4 UDP to other ports, and whatever is on its way out: with many calls on one loopback Python could not."""
    # Classic BPF (linux/filter.h); the packet begins at its IP header. Each row: code, jump if true, jump if false, constant.
    program = [
        (BPF_LOAD_WORD, 0, 0, SKF_PACKET_TYPE),
        (BPF_EQUAL, 8, 0, socket.PACKET_OUTGOING),
        (BPF_LOAD_BYTE, 0, 0, 0),
        (BPF_AND, 0, 0, 0xF0),
        (BPF_EQUAL, 0, 4, 0x40),  # not IPv4: Python looks
        (BPF_LOAD_HEADER_LENGTH, 0, 0, 0),
        (BPF_LOAD_HALF_AFTER_HEADER, 0, 0, 2),  # the target port
        (BPF_GREATER_OR_EQUAL, 0, 2, ports.start),
        (BPF_GREATER_OR_EQUAL, 1, 0, ports.stop),
        (BPF_RETURN, 0, 0, 0xFFFF),
        (BPF_RETURN, 0, 0, 0),
    ]
    rows = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in program))
    tap.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(rows)))


def _parse(data: bytes, protocol: int, seen_s: float) -> RtpPacket | None:
    if protocol == ETH_P_IP and data[9] == UDP:
        datagram = data[(data[0] & 15) * 4 :]
    elif protocol == ETH_P_IPV6 and data[6] == UDP:
        datagram = data[40:]
    else:
        return None
    source_port, port = struct.unpack_from("!HH", datagram)
    rtp = datagram[8:]
    if len(rtp) < 12 or rtp[0] & 0xC0 != RTP_VERSION_2 or rtp[1] in RTCP_TYPES:
        return None
    sequence, timestamp, ssrc = struct.unpack_from("!HII", rtp, 2)
    payload = rtp[12 + 4 * (rtp[0] & 15) :]
    return RtpPacket(seen_s, source_port, port, rtp[1] & 127, rtp[1] > 127, sequence, timestamp, ssrc, payload)


def _alaw() -> Samples:
    code = np.arange(256) ^ 0x55  # ITU-T G.711, table 1a: even bits come inverted
    exponent, mantissa = code >> 4 & 7, code & 15
    value = np.where(exponent, (mantissa * 2 + 33) << np.maximum(exponent - 1, 0), mantissa * 2 + 1) * 8
    return np.where(code & 0x80, value, -value).astype(np.int16)


def _ulaw() -> Samples:
    code = ~np.arange(256) & 0xFF  # ITU-T G.711, table 2a: all bits come inverted
    value = (((code & 15) * 2 + 33) << (code >> 4 & 7)) - 33
    return (np.where(code & 0x80, -value, value) * 4).astype(np.int16)


_TABLES = {PCMA: _alaw(), PCMU: _ulaw()}
