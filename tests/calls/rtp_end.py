"""The far end's voice where sipp speaks only SIP: an RTP socket that sends a tone in A-law, keeps what it hears, and sends and takes keys (RFC 4733).

It answers whoever sent to it last. Must not know SIP.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Self

import numpy as np

from tests.peers.errors import PeerSilent
from tests.peers.ports import free_port_block
from tests.peers.sound import tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.sound import Samples

PCMA, KEYS = 8, 101
"""Payload types; the second is the one the device offers for keys."""
FRAME = 160
PTIME_S = 0.02
EVENT_S = 15.0
DIGITS = "0123456789*#ABCD"


def _a_law() -> Samples:
    """The 16-bit value of every A-law octet (ITU-T G.711 table 1a)."""
    octets = np.arange(256) ^ 0x55
    segment, step = (octets >> 4) & 7, ((octets & 15) << 4) + 8
    size = np.where(segment == 0, step, (step + 0x100) << np.maximum(segment - 1, 0))
    return np.where(octets & 0x80, size, -size).astype(np.int16)


A_LAW = _a_law()
_ORDER = np.argsort(A_LAW)


def encode(samples: Samples) -> bytes:
    """The nearest A-law octet of each sample."""
    levels = A_LAW[_ORDER].astype(np.int32)
    middles = (levels[1:] + levels[:-1]) / 2
    return _ORDER[np.searchsorted(middles, samples)].astype(np.uint8).tobytes()


class RtpEnd:
    """One end on a free port. It sends from the moment somebody has sent to it; leave the context to end it."""

    def __init__(self, says_hz: float | None = None, *, address: str = "127.0.0.1", payload: int = PCMA) -> None:
        self.port = free_port_block(2)
        self.address = address
        self.silent = says_hz is None
        self._payload = payload
        self._octets = encode(tone(says_hz or 1000.0, 60.0))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, self.port))
        self._changed = threading.Condition()
        self._voice: dict[int, bytes] = {}
        self._keys: dict[int, str] = {}
        self._infos: dict[int, tuple[int, bool]] = {}
        self._peer: tuple[str, int] | None = None
        self._sent = 0
        self._queue: list[bytes] = []
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="RTP end", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._thread.join()
        self._socket.close()

    def heard(self) -> Samples:
        """What came so far, in the order of the sequence numbers; 8 kHz."""
        with self._changed:
            octets = b"".join(self._voice[number] for number in sorted(self._voice))
        return A_LAW[np.frombuffer(octets, np.uint8)]

    def keys(self) -> str:
        """The keys that came as RTP events, each once, when their end was told."""
        with self._changed:
            return "".join(self._keys.values())

    def key_ms(self) -> list[float]:
        """How long each of them was held, by its last report."""
        with self._changed:
            return [self._infos[stamp][0] / 8 for stamp in self._keys]

    def wait_until(self, holds: Callable[[], object], what: str, timeout_s: float = EVENT_S) -> None:
        """Looked at after every packet."""
        end = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > end:
                raise PeerSilent(f"{what} within {timeout_s:g} s; {len(self._voice)} voice packets came, keys {self.keys()!r}")
            with self._changed:
                self._changed.wait(0.1)

    def wait_heard(self, seconds: float) -> Samples:
        """The samples from now on, once there are that many."""
        before, count = len(self.heard()), round(seconds * 8000)
        self.wait_until(lambda: len(self.heard()) - before >= count, f"did not hear {seconds:g} s")
        return self.heard()[before:]

    def send_to(self, address: str, port: int) -> None:
        """Begin to send there, without waiting to be sent to."""
        self._peer = (address, port)

    def press(self, digit: str, held_ms: int = 100) -> None:
        """Send a key as RTP events, its end three times (RFC 4733 section 2.5.1.4)."""
        event, ends = DIGITS.index(digit), [0x0A] * (held_ms // 20) + [0x8A] * 3
        self._queue = [struct.pack("!BBH", event, flags, min(held_ms, 20 * number + 20) * 8) for number, flags in enumerate(ends)]

    def _run(self) -> None:
        due, key_stamp = time.monotonic(), 0
        while not self._closing:
            self._receive(max(0.001, due - time.monotonic()))
            if time.monotonic() < due:
                continue
            due += PTIME_S
            if self._peer and self._queue:
                key_stamp = key_stamp or self._sent * FRAME
                self._send(KEYS, key_stamp, self._queue.pop(0))
            elif self._peer and not self.silent:
                key_stamp = 0
                at = self._sent * FRAME % (len(self._octets) - FRAME)
                self._send(self._payload, self._sent * FRAME, self._octets[at : at + FRAME])

    def _send(self, payload: int, stamp: int, body: bytes) -> None:
        self._sent += 1
        assert self._peer
        self._socket.sendto(struct.pack("!BBHII", 0x80, payload, self._sent & 0xFFFF, stamp, self.port) + body, self._peer)

    def _receive(self, patience_s: float) -> None:
        self._socket.settimeout(patience_s)
        try:
            data, self._peer = self._socket.recvfrom(2048)
        except (TimeoutError, ConnectionRefusedError):
            return
        number, stamp = struct.unpack_from("!HI", data, 2)
        body = data[12:]
        with self._changed:
            if data[1] & 0x7F == KEYS:
                self._take_key(stamp, body)
            elif data[1] & 0x7F == self._payload:
                self._voice[number + 0x10000 * (len(self._voice) // 0x8000)] = body
            self._changed.notify_all()

    def _take_key(self, stamp: int, body: bytes) -> None:
        event, flags, duration = struct.unpack_from("!BBH", body)
        self._infos[stamp] = (duration, bool(flags & 0x80))
        if flags & 0x80:
            self._keys.setdefault(stamp, DIGITS[event])
