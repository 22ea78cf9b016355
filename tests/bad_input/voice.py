"""A far end's voice in Python: RTP as it should be (RFC 3550, A-law of RFC 3551), sent on time, and room for packets that should not be.

Must not know SIP.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Self

import numpy as np

from tests.bad_input.wire import LOCAL
from tests.peers.ports import free_port_block
from tests.peers.sound import tone

if TYPE_CHECKING:
    from tests.bad_input.wire import Address
    from tests.peers.sound import Samples

PACKET_MS = 20
PACKET_SAMPLES = 160
PCMA, EVENTS = 8, 101


def rtp(  # noqa: PLR0913 - one argument a field of the header
    payload: bytes, number: int, *, kind: int = PCMA, stamp: int | None = None, source: int = 0x600D, first_byte: int = 0x80
) -> bytes:
    stamp = number * PACKET_SAMPLES if stamp is None else stamp
    return struct.pack("!BBHII", first_byte, kind, number & 0xFFFF, stamp & 0xFFFFFFFF, source) + payload


def a_law(samples: Samples) -> bytes:
    """ITU-T G.711 A-law, by its segments."""
    level = np.minimum(np.abs(samples.astype(np.int32)), 32767) >> 4  # 12 bits
    level = np.minimum(level, 2047)
    segment = np.maximum(np.floor(np.log2(np.maximum(level, 1))).astype(int) - 4, 0)
    step = np.where(segment == 0, level >> 1, level >> np.maximum(segment, 1))
    code = (np.where(level >= 32, segment, 0) << 4) | (step & 0x0F)
    return bytes(((code | np.where(samples >= 0, 0x80, 0)) ^ 0x55).astype(np.uint8))


class Voice:
    """Says one tone for as long as the context lasts; `port` is where it listens."""

    def __init__(self, frequency_hz: float, source: str = LOCAL) -> None:
        self.port = free_port_block(2)
        self._tone = a_law(tone(frequency_hz, 1.0, -10.0))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, self.port))
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.target: Address = (LOCAL, 9)
        self.number = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        if self._thread:
            self._thread.join()
        self._socket.close()

    def speak(self, target: Address) -> None:
        """Begin to talk to `target`, a packet every 20 ms."""
        self.target = target
        self._thread = threading.Thread(target=self._speak, name="voice", daemon=True)
        self._thread.start()

    def send(self, data: bytes, *, control: bool = False) -> None:
        """Any bytes from the voice's own address; `control`: to the RTCP port beside."""
        self._socket.sendto(data, (self.target[0], self.target[1] + control))

    def _speak(self) -> None:
        due = time.monotonic()
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            place = self.number * PACKET_SAMPLES % len(self._tone)
            self.send(rtp(self._tone[place : place + PACKET_SAMPLES], self.number))
            self.number += 1
            due += PACKET_MS / 1000
