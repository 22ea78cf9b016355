"""DTMF tones: made for the keypad, and told apart again by our own Goertzel filters. It must not know lines or handsets.

Source: ITU-T Q.23 (frequencies), Q.24 (receivers). The product's own detector is another one, so that each can prove the other.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hal.errors import PartMisused
from hal.ports import SAMPLE_RATE_HZ
from hal.sim.level import Samples, amplitude
from hal.sim.settings import check_range

LOW_HZ = (697, 770, 852, 941)
HIGH_HZ = (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")
KEY_HZ = {key: (low, high) for low, row in zip(LOW_HZ, KEYS, strict=True) for high, key in zip(HIGH_HZ, row, strict=True)}


@dataclass(frozen=True)
class ToneDial:
    """How a keypad sends. The high tone is `twist_db` stronger than the low one, which has `level_dbm0`.

    Defaults: two decibels of pre-emphasis as ETSI ES 201 235-2 asks of terminals; 70 ms on and off, above its 65 ms minimum.
    """

    level_dbm0: float = -9.0
    twist_db: float = 2.0
    on_ms: float = 70.0
    off_ms: float = 70.0

    def __post_init__(self) -> None:
        check_range("level_dbm0", self.level_dbm0, -60, 0, "dBm0")
        check_range("twist_db", self.twist_db, -20, 20, "dB")
        check_range("on_ms", self.on_ms, 5, 10_000, "ms")
        check_range("off_ms", self.off_ms, 5, 10_000, "ms")


def check_digits(digits: str, allowed: str) -> None:
    """Refuse what is not on the dial, with a sentence."""
    if not digits:
        raise PartMisused("There is no digit to dial.")
    for digit in digits:
        if digit not in allowed:
            raise PartMisused(f"{digit!r} is not on the dial: it has {' '.join(allowed)}.")


def tones(digits: str, how: ToneDial) -> Samples:
    """The digits as sound, each tone followed by its pause."""
    check_digits(digits, "0123456789*#ABCD")
    on, off = (round(ms * SAMPLE_RATE_HZ / 1000) for ms in (how.on_ms, how.off_ms))
    radians = 2 * np.pi * np.arange(on) / SAMPLE_RATE_HZ
    pause = np.zeros(off, dtype=np.float32)
    low_peak, high_peak = amplitude(how.level_dbm0), amplitude(how.level_dbm0 + how.twist_db)
    pieces: list[Samples] = []
    for digit in digits:
        low_hz, high_hz = KEY_HZ[digit]
        tone = low_peak * np.sin(low_hz * radians) + high_peak * np.sin(high_hz * radians)
        pieces += [tone.astype(np.float32), pause]
    return np.concatenate(pieces)


BLOCK = 160
"""20 ms: long enough to part 697 from 770 Hz, short enough that a 40 ms tone fills one whole block."""
STEP = 40
LEAST_TONE_DBM0 = -42.0
MOST_TWIST_DB = 12.0
TONE_SHARE = 0.8
"""Of a block's power, the two tones hold at least this share: speech does not."""


def digits_in(samples: npt.NDArray[np.floating]) -> str:
    """The digits heard, in order. A digit lasts at least two steps of 5 ms alike and ends with two steps without it."""
    heard: list[str] = []
    current, last, alike = "", "", 0
    for key in _key_per_step(samples):
        alike = alike + 1 if key == last else 1
        last = key
        if alike == 2 and key != current:
            current = key
            heard.append(key)
    return "".join(heard)


def _key_per_step(samples: npt.NDArray[np.floating]) -> list[str]:
    """The key that sounds in each block, "" for none."""
    if len(samples) < BLOCK:
        return []
    blocks = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), BLOCK)[::STEP]
    power = _tone_power(blocks)
    rows, columns = power[:, :4], power[:, 4:]
    low, high = rows.max(axis=1), columns.max(axis=1)
    total = np.mean(np.square(blocks), axis=1) + 1e-9
    least = amplitude(LEAST_TONE_DBM0) ** 2 / 2
    twist = 10 ** (MOST_TWIST_DB / 10)
    sounding = (low > least) & (high > least) & (low + high > TONE_SHARE * total)
    sounding &= (high < low * twist) & (low < high * twist)
    keys = zip(sounding, rows.argmax(axis=1), columns.argmax(axis=1), strict=True)
    return [KEYS[row][column] if there else "" for there, row, column in keys]


def _tone_power(blocks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean square of each of the eight tones in each block: Goertzel's sums, all at once as one matrix product."""
    radians = 2 * np.pi * np.outer(np.arange(BLOCK), LOW_HZ + HIGH_HZ) / SAMPLE_RATE_HZ
    spectrum = blocks @ np.exp(-1j * radians)
    return np.asarray(2 * np.abs(spectrum) ** 2 / BLOCK**2)
