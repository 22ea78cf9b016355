"""A row of chirps and where they are found again: each is sharp in time, strange to DTMF detectors, and survives A-law."""

from __future__ import annotations

import numpy as np

from tests.peers.sound import RATE_HZ, Samples

CHIRP_SAMPLES = 640
PERIOD_SAMPLES = 4000  # a whole number of 20 ms packets, longer than any echo that counts
BAND_HZ = (500.0, 3000.0)
AMPLITUDE = 8000
SAME = 0.6
"""The least likeness (1: identical) of what is found; silence and the echo of an echo are below."""


def chirp() -> Samples:
    seconds = np.arange(CHIRP_SAMPLES) / RATE_HZ
    low, high = BAND_HZ
    sweep = low * seconds + (high - low) * seconds**2 / (2 * CHIRP_SAMPLES / RATE_HZ)
    return np.round(AMPLITUDE * np.hanning(CHIRP_SAMPLES) * np.sin(2 * np.pi * sweep)).astype(np.int16)


def row(count: int) -> Samples:
    """`count` chirps, one at the beginning of each period; the last period is silent, for the echo."""
    period = np.concatenate([chirp(), np.zeros(PERIOD_SAMPLES - CHIRP_SAMPLES, np.int16)])
    return np.concatenate([np.tile(period, count), np.zeros(PERIOD_SAMPLES, np.int16)])


def delays(heard: Samples, count: int) -> list[int]:
    """By how many samples each chirp of a row came late in a recording that began with the row; those not found are left out."""
    found = [_place(heard[start : start + PERIOD_SAMPLES]) for start in range(0, count * PERIOD_SAMPLES, PERIOD_SAMPLES)]
    return [place for place in found if place is not None]


def _place(piece: Samples) -> int | None:
    wanted = chirp().astype(np.float64)
    if len(piece) <= len(wanted):
        return None
    likeness = np.correlate(piece.astype(np.float64), wanted, "valid")
    place = int(np.argmax(np.abs(likeness)))
    power = np.sum(np.square(piece[place : place + len(wanted)].astype(np.float64))) * np.sum(np.square(wanted))
    return place if power > 0 and abs(likeness[place]) / np.sqrt(power) > SAME else None
