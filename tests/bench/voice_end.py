"""The far end's voice: sends samples as PCMA packets of 20 ms and keeps what comes back, each packet with the kernel's stamp."""

from __future__ import annotations

import struct
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.stamped import StampedSocket

if TYPE_CHECKING:
    import numpy.typing as npt

    from tests.bench.stamped import Datagram
    from tests.peers.sound import Samples

PACKET_SAMPLES = 160
PACKET_S = 0.02
RTP_HEADER = struct.Struct("!BBHII")
PCMA = 8


@dataclass(frozen=True)
class Heard:
    """A packet of voice that came: when, and its samples."""

    at_s: float
    timestamp: int
    samples: Samples


class VoiceEnd(StampedSocket):
    """Speaks when told, until its context ends at the latest; hears always."""

    def __init__(self) -> None:
        super().__init__()
        self._speaking: list[threading.Thread] = []

    def __exit__(self, *problem: object) -> None:
        self._closing = True
        for thread in self._speaking:
            thread.join()
        super().__exit__(*problem)

    def speak(self, samples: Samples, target: tuple[str, int]) -> list[float]:
        """Send at the pace of speech; returns when each packet left. A late one is followed at once by those that became due."""
        sent_s, began_s = [], time.monotonic()
        for number, start in enumerate(range(0, len(samples) - PACKET_SAMPLES + 1, PACKET_SAMPLES)):
            time.sleep(max(0.0, began_s + number * PACKET_S - time.monotonic()))
            if self._closing:
                break
            header = RTP_HEADER.pack(0x80, PCMA, number, start, 0xBE7C4)
            sent_s.append(self.send(header + encoded(samples[start : start + PACKET_SAMPLES]), target))
        return sent_s

    def start_speaking(self, samples: Samples, target: tuple[str, int]) -> None:
        """The same beside everything else."""
        self._speaking.append(threading.Thread(target=self.speak, args=[samples, target], name="far voice", daemon=True))
        self._speaking[-1].start()

    def heard(self) -> list[Heard]:
        """Voice packets in the order of their timestamps."""
        return sorted((found for each in self.received() if (found := _voice(each))), key=lambda each: each.timestamp)


def _voice(datagram: Datagram) -> Heard | None:
    if len(datagram.data) != RTP_HEADER.size + PACKET_SAMPLES or datagram.data[1] & 0x7F != PCMA:
        return None
    _, _, _, timestamp, _ = RTP_HEADER.unpack(datagram.data[: RTP_HEADER.size])
    return Heard(datagram.at_s, timestamp, LEVELS[np.frombuffer(datagram.data[RTP_HEADER.size :], np.uint8)])


def _levels() -> npt.NDArray[np.int16]:
    """What each A-law octet means, 16-bit (ITU-T G.711, table 1a; even bits inverted on the line)."""
    octets = np.arange(256) ^ 0x55
    segment, step = (octets >> 4) & 7, octets & 15
    magnitude = np.where(segment == 0, (step << 4) + 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(octets & 0x80, magnitude, -magnitude).astype(np.int16)


LEVELS = _levels()
_BY_LEVEL = np.argsort(LEVELS, kind="stable")
_BORDERS = (LEVELS[_BY_LEVEL].astype(np.int32)[:-1] + LEVELS[_BY_LEVEL].astype(np.int32)[1:]) / 2


def encoded(samples: Samples) -> bytes:
    """The nearest A-law octets."""
    return _BY_LEVEL[np.searchsorted(_BORDERS, samples)].astype(np.uint8).tobytes()
