"""Levels: dBm0 to samples and back.

0 dBm0 by the convention of G.711: a sine that just fills the 16-bit range measures +3.14 dBm0 (ITU-T G.711, A-law).
"""

import math

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Samples in the 16-bit range, as floats: what is mixed before it becomes PCM."""

FULL_SCALE = 32768.0
FULL_SCALE_SINE_DBM0 = 3.14
SILENCE_DBM0 = -90.0
"""The least level we tell: digital silence reads as this."""


def amplitude(level_dbm0: float) -> float:
    """The peak of a sine of this level, in samples."""
    return float(FULL_SCALE * 10 ** ((level_dbm0 - FULL_SCALE_SINE_DBM0) / 20))


def level_dbm0(samples: npt.NDArray[np.floating] | npt.NDArray[np.int16]) -> float:
    """The level of the whole piece, not below SILENCE_DBM0."""
    if samples.size == 0:
        return SILENCE_DBM0
    mean_square = float(np.mean(np.square(samples, dtype=np.float64)))
    if mean_square <= 0:
        return SILENCE_DBM0
    sine_square = FULL_SCALE**2 / 2
    return max(SILENCE_DBM0, FULL_SCALE_SINE_DBM0 + 10 * math.log10(mean_square / sine_square))


def from_pcm(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32)


def to_pcm(samples: npt.NDArray[np.floating]) -> bytes:
    """Round and clip to 16 bits, as a codec does."""
    return bytes(np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes())
