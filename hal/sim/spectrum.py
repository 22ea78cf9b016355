"""The frequencies in a piece of sound, precise to a fraction of a Fourier bin. It must not know what they are called."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hal.ports import SAMPLE_RATE_HZ

Floats = npt.NDArray[np.floating]

MOST_TONES = 6
BELOW_STRONGEST_DB = 18.0
"""Weaker than this beside the strongest is echo, window leakage or noise. A side band of 90 % modulation is 7 dB down."""

ZERO_PADDING = 4
LONGEST = 4 * SAMPLE_RATE_HZ
TRIM = SAMPLE_RATE_HZ // 100

APART_HZ = 12.0
"""Maxima closer to a stronger one are its own beginning and end; the closest tones of the table are 25 Hz apart (India)."""

LEAST_HZ = 60.0


@dataclass(frozen=True)
class Spectrum:
    """Frequencies ascending; `steady_share` is the share of all power they hold."""

    tones_hz: list[float]
    steady_share: float


def without_edges(burst: Floats) -> Floats:
    """The burst less its first and last 10 ms, unless little else would be left."""
    return burst[TRIM:-TRIM] if len(burst) > 6 * TRIM else burst


def spectra_of(samples: Floats, piece_ms: int) -> list[Spectrum]:
    """The spectrum of each piece so long; a shorter rest is left out unless it is all there is."""
    piece = piece_ms * SAMPLE_RATE_HZ // 1000
    if len(samples) < piece:
        return [spectrum_of(samples)]
    return [spectrum_of(samples[at : at + piece]) for at in range(0, len(samples) - piece + 1, piece)]


def spectrum_of(samples: Floats) -> Spectrum:
    """The strongest frequencies of a piece, through a Hann window."""
    inner = samples[:LONGEST]
    count = len(inner)
    padded = ZERO_PADDING * count
    power = np.abs(np.fft.rfft(inner * np.hanning(count + 2)[1:-1], padded)) ** 2
    power[: int(LEAST_HZ * padded / SAMPLE_RATE_HZ)] = 0
    total = float(power.sum())
    if total <= 0:
        return Spectrum([], 0.0)
    peaks = _peaks(power, max(2 * ZERO_PADDING, round(APART_HZ * padded / SAMPLE_RATE_HZ)))
    lobe = 2 * ZERO_PADDING + ZERO_PADDING // 2
    held = np.zeros(len(power), dtype=bool)
    for peak in peaks:
        held[max(0, peak - lobe) : peak + lobe + 1] = True
    tones = sorted(_between_bins(power, peak) * SAMPLE_RATE_HZ / padded for peak in peaks)
    return Spectrum(tones, float(power[held].sum()) / total)


def _peaks(power: Floats, apart: int) -> list[int]:
    """The strongest local maxima, strongest first, each `apart` bins from the stronger ones."""
    inner = power[1:-1]
    least = power.max() * 10 ** (-BELOW_STRONGEST_DB / 10)
    maxima = np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]) & (inner >= least)) + 1
    chosen: list[int] = []
    for peak in sorted(maxima.tolist(), key=lambda at: -power[at]):
        if all(abs(peak - other) > apart for other in chosen):
            chosen.append(peak)
    return chosen[:MOST_TONES]


def _between_bins(power: Floats, peak: int) -> float:
    """The top of the parabola through a peak and its neighbours in decibels."""
    left, top, right = (10 * np.log10(power[at] + 1e-12) for at in (peak - 1, peak, peak + 1))
    curve = left - 2 * top + right
    return float(peak + (0.5 * (left - right) / curve if curve < 0 else 0.0))
