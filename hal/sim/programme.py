"""Whether a piece of sound is speech or music. It knows neither the exchange's tones nor what was played.

Music here is what a telephone plays to who waits: plain notes, each steady for a while, of several heights. Speech seldom has steady pieces
of one or two frequencies: even the longest vowel of a synthesiser is a whole row of harmonics.
"""

from itertools import pairwise

import numpy as np

from hal.sim.ear import LEAST_DBM0
from hal.sim.level import from_pcm, level_dbm0
from hal.sim.spectrum import Spectrum, spectrum_of

PIECE = 640
"""80 ms, shorter than any note."""

STEADY_SHARE = 0.8
"""As in hal.sim.ear: so much of the power of a tone is in a few frequencies."""

NOTE_TONES = 2
LEAST_NOTES = 3
LEAST_SOUNDING = 0.3
"""Pauses between words and notes take no more than the rest."""

APART = 1.04
"""Two notes are at least a semitone (6 %) apart, 4 % with the wow of a bad player."""


def is_music(pcm: bytes) -> bool:
    """Several notes follow one another."""
    pieces = _sounding(pcm)
    notes = [piece for piece in pieces if _is_note(piece)]
    return len(notes) >= 0.6 * len(pieces) > 0 and _heights(notes) >= LEAST_NOTES


def is_speech(pcm: bytes) -> bool:
    """There is sound for a good part of the time, and few pieces of it are notes."""
    pieces = _sounding(pcm)
    notes = sum(map(_is_note, pieces))
    return len(pieces) >= LEAST_SOUNDING * (len(pcm) // 2 // PIECE) > 0 and notes < 0.4 * len(pieces)


def _is_note(piece: Spectrum) -> bool:
    return piece.steady_share >= STEADY_SHARE and 0 < len(piece.tones_hz) <= NOTE_TONES


def _sounding(pcm: bytes) -> list[Spectrum]:
    samples = from_pcm(pcm[: len(pcm) // 2 * 2]).astype(np.float64)
    pieces = (samples[at : at + PIECE] for at in range(0, len(samples) - PIECE + 1, PIECE))
    return [spectrum_of(piece) for piece in pieces if level_dbm0(piece) > LEAST_DBM0]


def _heights(notes: list[Spectrum]) -> int:
    """How many different heights there are, by the lowest frequency of each."""
    heights = sorted(note.tones_hz[0] for note in notes)
    return 1 + sum(later > APART * earlier for earlier, later in pairwise(heights)) if heights else 0
