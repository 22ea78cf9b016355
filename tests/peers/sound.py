"""Sound for the peers: WAV files in and out, pure tones, and the level of a tone in samples. Knows no peer."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pathlib import Path

Samples = npt.NDArray[np.int16]
RATE_HZ = 8000
FULL_SCALE = 32767
# G.711's overload point: a sine that fills the scale is +3.17 dBm0 in A-law (+3.14 in mu-law), ITU-T G.711 clause 3, note to table 1.
FULL_SCALE_SINE_DBM0 = 3.14
RAMP_MS = 5  # a tone cut in hard would splash over the band


def tone(frequency_hz: float, seconds: float, level_dbm0: float = -10.0, *, rate_hz: int = RATE_HZ) -> Samples:
    """A sine with short ramps at its ends."""
    count = round(seconds * rate_hz)
    amplitude = FULL_SCALE * 10 ** ((level_dbm0 - FULL_SCALE_SINE_DBM0) / 20)
    sine = amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(count) / rate_hz)
    ramp = min(RAMP_MS * rate_hz // 1000, count // 2)
    if ramp:
        sine[:ramp] *= np.linspace(0, 1, ramp)
        sine[-ramp:] *= np.linspace(1, 0, ramp)
    return np.round(sine).astype(np.int16)


def level_dbm0(samples: Samples) -> float:
    """The level of everything in the samples; -99 for digital silence."""
    if not len(samples):
        return -99.0
    power = float(np.mean(np.square(samples.astype(np.float64))))
    return _dbm0(power)


def tone_level_dbm0(samples: Samples, frequency_hz: float) -> float:
    """The level of one frequency (a Hann-windowed correlation, about 2/duration wide); -99 if nothing is there."""
    if not len(samples):
        return -99.0
    window = np.hanning(len(samples))
    turn = np.exp(-2j * np.pi * frequency_hz * np.arange(len(samples)) / RATE_HZ)
    amplitude = 2 * abs(np.sum(samples * window * turn)) / np.sum(window)
    return _dbm0(amplitude**2 / 2)


def strongest_hz(samples: Samples) -> float:
    """The frequency with the most power, to about 1/duration; 0 for no samples."""
    if len(samples) < 2:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE_HZ / len(samples))


def write_wav(path: Path, samples: Samples, rate_hz: int = RATE_HZ) -> Path:
    """Store 16-bit mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return path


def read_wav(path: Path) -> Samples:
    """All samples as 8 kHz mono, also of a file still being written, whose header does not know its length yet."""
    data = path.read_bytes()
    place = data.find(b"data")
    if place < 0 or data[:4] != b"RIFF":
        return np.zeros(0, np.int16)
    kind = data.find(b"fmt ") + 8
    channels, rate_hz = int.from_bytes(data[kind + 2 : kind + 4], "little"), int.from_bytes(data[kind + 4 : kind + 8], "little")
    body = data[place + 8 :]
    whole = len(body) - len(body) % (2 * channels)
    samples = np.frombuffer(body[:whole], np.int16).reshape(-1, channels)[:, 0]
    return to_8_khz(samples, rate_hz)


def to_8_khz(samples: Samples, rate_hz: int) -> Samples:
    """Bring 8, 16, 32 or 48 kHz down to 8 kHz."""
    if rate_hz == RATE_HZ or not len(samples):
        return samples
    factor = _factor(rate_hz)
    return _rounded(np.convolve(samples, _low_pass(factor), mode="same")[::factor])


def from_8_khz(samples: Samples, rate_hz: int) -> Samples:
    """Bring 8 kHz to a whole multiple of it."""
    if rate_hz == RATE_HZ or not len(samples):
        return samples
    factor = _factor(rate_hz)
    spread = np.zeros(len(samples) * factor)
    spread[::factor] = samples.astype(np.float64) * factor
    return _rounded(np.convolve(spread, _low_pass(factor), mode="same"))


def _factor(rate_hz: int) -> int:
    if rate_hz % RATE_HZ:
        raise ValueError(f"cannot convert between {rate_hz} Hz and {RATE_HZ} Hz: not a whole multiple")
    return rate_hz // RATE_HZ


def _low_pass(factor: int) -> npt.NDArray[np.float64]:
    taps = np.arange(-32 * factor, 32 * factor + 1)
    shape = np.sinc(taps * 3700 / (RATE_HZ / 2 * factor)) * np.hamming(len(taps))  # flat to 3.4 kHz, gone above 4 kHz
    return np.asarray(shape / shape.sum(), np.float64)


def _rounded(samples: npt.NDArray[np.float64]) -> Samples:
    return np.clip(np.round(samples), -FULL_SCALE - 1, FULL_SCALE).astype(np.int16)


def _dbm0(power: float) -> float:
    if power < 1e-3:
        return -99.0
    return float(10 * np.log10(power / (FULL_SCALE**2 / 2)) + FULL_SCALE_SINE_DBM0)


def loudest_dbm0(samples: Samples, frequency_hz: float, piece_s: float = 0.5) -> float:
    """The highest level of a frequency in any piece of this length; -99 for no samples."""
    piece = round(piece_s * RATE_HZ)
    starts = range(0, max(1, len(samples) - piece + 1), piece // 2)
    return max((tone_level_dbm0(samples[at : at + piece], frequency_hz) for at in starts), default=-99.0)
