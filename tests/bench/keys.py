"""Keys by level, twist, length and noise: how many of those that must be heard are not, and what is heard that nobody pressed.

All of it in the samples and faster than life: the device's detector, no device.
"""

from __future__ import annotations

from itertools import chain, islice

import numpy as np

from firmware.sound.spandsp import DtmfDetector
from tests.bench.figures import Bench, Figure, Target
from tests.bench.speech import hours_of_speech, music, noises, sung
from tests.sound.line_signals import KEYS, RATE_HZ, KeyPress, Samples, frames, noise, silence

NAME = "keys"
LEVELS_DBM0 = (0, -3, -10, -20, -25, -30)
TWISTS_DB = (-8, -4, 0, 2, 4)
"""Column less row."""
SNR_DB = 15
ON_MS, OFF_MS = 40, 40
PHASES = range(0, 104, 8)
"""Where the first key begins within the detector's blocks, in samples."""


def measure(bench: Bench) -> list[Figure]:
    missed = Figure(
        "keys not heard, of all that must be",
        "%",
        Target(0),
        f"16 keys, the stronger tone {LEVELS_DBM0[0]} to {LEVELS_DBM0[-1]} dBm0, twist {TWISTS_DB[0]} to +{TWISTS_DB[-1]} dB, "
        f"{ON_MS} ms on and {OFF_MS} ms off, clean and with noise {SNR_DB} dB below; a sample is a level and a twist.",
    )
    missed.keepline = [100 * _missed_share(level, twist) for level in LEVELS_DBM0 for twist in TWISTS_DB]
    if max(missed.keepline):
        missed.keepline = [max(missed.keepline)]  # a median would hide one bad corner
    minutes = 3 * bench.runs  # an hour in a whole run
    return [missed, *_talk_off(minutes * 60)]


def _missed_share(level_dbm0: float, twist_db: float) -> float:
    row, column = level_dbm0 - max(0, twist_db), level_dbm0 + min(0, twist_db)
    pressed = [np.append(KeyPress(key, ON_MS, row, column).samples(), silence(OFF_MS * RATE_HZ // 1000)) for key in KEYS]
    power_dbm0 = 10 * np.log10(10 ** (row / 10) + 10 ** (column / 10))
    wrong = 0
    for before in PHASES:
        signal = np.concatenate([silence(800 + before), *pressed, silence(800)])
        for spoilt in (signal, signal + noise(len(signal), power_dbm0 - SNR_DB, before)):
            wrong += len(KEYS) - _alike(heard_in(spoilt))
    return wrong / (2 * len(PHASES) * len(KEYS))


def _alike(heard: str) -> int:
    """How many keys came in their place, a false or a missing one counting as all that follow it."""
    return (
        len(KEYS)
        if heard == KEYS
        else next((at for at, pair in enumerate(zip(heard, KEYS, strict=False)) if pair[0] != pair[1]), 0)
    )


def heard_in(signal: Samples) -> str:
    detector = DtmfDetector()
    return "".join(event.digit for frame in frames(signal) for event in detector.feed(frame) if event.started)


def _talk_off(seconds: float) -> list[Figure]:
    speech = Figure(
        "false keys in an hour of speech",
        "keys",
        Target(0),
        f"{seconds / 60:.0f} minutes by espeak-ng in 20 languages, 15 kinds of speaker, 5 pitches, 3 speeds, -10 to -20 dBm0, half of it cut to 300-3400 Hz.",
    )
    speech.keepline = [float(_false_keys(_seconds_of(seconds)))]
    others = []
    for name, make in (("music", music), ("noise", noises), ("high sung vowels", sung)):
        figure = Figure(
            f"false keys in ten minutes of {name}", "keys", Target(), "made up; nothing is asked of it, it is there to be seen."
        )
        figure.keepline = [float(len(list(chain.from_iterable(heard_in(make(60, seed)) for seed in range(10)))))]
        others.append(figure)
    return [speech, *others]


def _seconds_of(seconds: float) -> list[Samples]:
    """Whole pieces until there is enough."""
    pieces: list[Samples] = []
    for piece in islice(hours_of_speech(), 10_000):
        pieces.append(piece)
        if sum(map(len, pieces)) >= seconds * RATE_HZ:
            break
    return pieces


def _false_keys(pieces: list[Samples]) -> int:
    return sum(len(heard_in(piece)) for piece in pieces)
