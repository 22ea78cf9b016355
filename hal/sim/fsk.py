"""Frequency-shift keying of 1200 bit/s as caller-ID receivers hear it: a burst of samples to the bytes in it.

Our own demodulator, independent of the sender the product uses. It must not know what the bytes mean.
Sources: Bell 202 (mark 1200, space 2200 Hz; GR-30-CORE), ITU-T V.23 (mark 1300, space 2100 Hz; ETSI EN 300 659-1).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hal.ports import SAMPLE_RATE_HZ

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class FskStandard:
    name: str
    mark_hz: float
    space_hz: float


BELL_202 = FskStandard("bell202", 1200, 2200)
V_23 = FskStandard("v23", 1300, 2100)

OVERSAMPLING = 3
BIT = SAMPLE_RATE_HZ * OVERSAMPLING // 1200
"""Samples in a bit after oversampling: a whole number, 20."""

TURN_SAMPLES = SAMPLE_RATE_HZ * OVERSAMPLING // 100
"""All four tones are multiples of 100 Hz: their oscillators repeat after 10 ms, and most of the cost of making them is saved."""

BAND_HZ = (700.0, 2700.0)
"""Both tones with their side bands; noise outside is thrown away."""

EDGE_HZ = 150.0


def standard_of(burst: Floats) -> FskStandard:
    """Bell 202 or V.23, by the mark tone before the message, the only steady tone in the burst."""
    power = np.abs(np.fft.rfft(burst)) ** 2
    hz = np.fft.rfftfreq(len(burst), 1 / SAMPLE_RATE_HZ)
    bell, v23 = (float(power[np.abs(hz - each.mark_hz) <= 20].sum()) for each in (BELL_202, V_23))
    return BELL_202 if bell >= v23 else V_23


def bytes_in(burst: Floats, standard: FskStandard) -> bytes:
    """Every byte that is framed by a start and a stop bit, noise and channel seizure (0x55) included."""
    marks = _marks(_oversampled(burst), standard)
    starts = np.flatnonzero((marks[:-1] >= 0) & (marks[1:] < 0)) + 1
    return _framed_bytes(marks, starts)


def _oversampled(burst: Floats) -> Floats:
    """Filtered to BAND_HZ and interpolated, in one pass through the frequency domain; silence around it hides the wrap."""
    padded = np.pad(burst, SAMPLE_RATE_HZ // 50)
    padded = np.pad(padded, (0, -len(padded) % 512))  # lengths a fast transform likes
    spectrum = np.fft.rfft(padded)
    hz = np.fft.rfftfreq(len(padded), 1 / SAMPLE_RATE_HZ)
    low_hz, high_hz = BAND_HZ
    spectrum *= np.clip(np.minimum(hz - low_hz, high_hz - hz) / EDGE_HZ, 0, 1)
    return np.asarray(np.fft.irfft(spectrum, len(padded) * OVERSAMPLING), dtype=np.float64)


def _marks(samples: Floats, standard: FskStandard) -> Floats:
    """Mark against space over the bit that begins at each sample: above 0 is mark."""
    return _tone(samples, standard.mark_hz) - _tone(samples, standard.space_hz)


def _tone(samples: Floats, hz: float) -> Floats:
    """Magnitude of one tone over a sliding bit."""
    turn = np.exp(-2j * np.pi * hz / (SAMPLE_RATE_HZ * OVERSAMPLING) * np.arange(TURN_SAMPLES))
    total = np.cumsum(samples * np.resize(turn, len(samples)))
    return np.asarray(np.abs(total[BIT:] - total[:-BIT]), dtype=np.float64)


def _framed_bytes(marks: Floats, starts: npt.NDArray[np.intp]) -> bytes:
    """Read a byte at each start edge that does not lie inside the byte before it."""
    heard = bytearray()
    free_from = 0
    for start in starts.tolist():
        first = start + BIT // 2
        bits = marks[first : first + 10 * BIT : BIT]
        if start < free_from or len(bits) < 10 or bits[0] >= 0 or bits[9] < 0:
            continue
        heard.append(int(np.packbits(bits[1:9] >= 0, bitorder="little")[0]))
        free_from = start + 9 * BIT
    return bytes(heard)
