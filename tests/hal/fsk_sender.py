"""A caller-ID sender for tests, written from the standards and sharing nothing with the receiver; and spandsp's, as a second opinion."""

import ctypes
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hal.sim.level import amplitude

BELL = (1200.0, 2200.0)
V23 = (1300.0, 2100.0)


@dataclass(frozen=True)
class Frame:
    """What surrounds a message: Bellcore 300 bits of seizure and 180 of mark; ETSI 300 and 80 for on-hook after ring."""

    tones: tuple[float, float] = BELL
    seizure: int = 300
    marks: int = 180
    mark_between: int = 0
    speed: float = 1.0


def message(message_type: int, body: bytes) -> bytes:
    whole = bytes([message_type, len(body)]) + body
    return whole + bytes([-sum(whole) % 256])


def parameters(*pairs: tuple[int, str]) -> bytes:
    return b"".join(bytes([tag, len(text)]) + text.encode("latin-1") for tag, text in pairs)


def modulate(data: bytes, frame: Frame, level_dbm0: float) -> npt.NDArray[np.float64]:
    """Phase-continuous FSK of 1200 bit/s."""
    bits = [index % 2 for index in range(frame.seizure)] + [1] * frame.marks
    for byte in data:
        bits += [0, *(byte >> place & 1 for place in range(8)), 1] + [1] * frame.mark_between
    bits += [1] * 10
    mark_hz, space_hz = frame.tones
    at = (np.arange(round(len(bits) / 1200 / frame.speed * 8000)) / 8000 * 1200 * frame.speed).astype(int)
    hz = np.where(np.array(bits)[np.minimum(at, len(bits) - 1)] == 1, mark_hz, space_hz)
    return amplitude(level_dbm0) * np.sin(2 * np.pi * np.cumsum(hz) / 8000)


CLASS, CLIP, CLIP_DTMF = 1, 2, 5
"""spandsp's adsi standards: Bellcore, ETSI FSK, ETSI DTMF."""


def spandsp_burst(standard: int, fields: list[tuple[int, bytes]], message_type: int) -> npt.NDArray[np.int16]:
    """The same message as libspandsp sends it (adsi_tx)."""
    lib = ctypes.CDLL("libspandsp.so.2")
    lib.adsi_tx_init.restype = ctypes.c_void_p
    sender = ctypes.c_void_p(lib.adsi_tx_init(None, standard))
    text = (ctypes.c_uint8 * 256)()
    length = lib.adsi_add_field(sender, text, -1, message_type, None, 0)
    for tag, body in fields:
        length = lib.adsi_add_field(sender, text, length, tag, body, len(body))
    lib.adsi_tx_put_message(sender, text, length)
    samples = (ctypes.c_int16 * 40_000)()
    count = lib.adsi_tx(sender, samples, len(samples))
    lib.adsi_tx_free(sender)
    return np.array(samples[:count], dtype=np.int16)
