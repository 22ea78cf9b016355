"""Speech by espeak-ng in many voices and languages, at 8 kHz, and other sound that misleads key detectors. Made, not recorded: nobody's copyright."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np

from tests.sound.line_signals import RATE_HZ, Samples, amplitude, band_of_a_telephone

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = (
    "en-us en-gb de fr-fr es it ru kk bn tr hi cmn pl uk ky fa ar sw pt ja".split()  # noqa: SIM905 (easier to read)
)
SPEAKERS = (
    "",
    "+f1",
    "+f2",
    "+f3",
    "+f4",
    "+f5",
    "+m1",
    "+m3",
    "+m5",
    "+m7",
    "+klatt2",
    "+croak",
    "+whisperf",
    "+linda",
    "+steph",
)
PITCHES = (30, 50, 70, 90, 99)
SPEEDS = (130, 160, 200)
LEVELS_DBM0 = (-10.0, -15.0, -20.0)

_TEXT = (
    "The telephone rings in the evening, and somebody asks for number two hundred and seventeen. "
    "We sing while we are cleaning, the green sea freezes, each evening she sees me leaving. "
    "Please repeat the name and the time, slowly: eleven fifteen, Monday the ninth of November. "
    "No, nobody phoned; the old road is closed and only the boat goes over. "
    "Mama, papa, banana, telefon, radio, gitara, domino, alo, da, niet, ja, nein, si, oui, hello, who is there? "
    "Yes! Hello? Can you hear me now? I can hear you, but the line is very thin and whistling. "
    "One two three four five six seven eight nine zero, double five, triple nine, star, hash. "
)


def spoken(voice: str, pitch: int = 50, speed: int = 160, level_dbm0: float = -15.0, repeats: int = 1) -> Samples:
    """The text so many times, with that level while speaking."""
    command = ["espeak-ng", "--stdout", "-v", voice, "-s", str(speed), "-p", str(pitch), _TEXT * repeats]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    rate_hz = int.from_bytes(wav[24:28], "little")
    samples = np.frombuffer(wav[44 : len(wav) // 2 * 2], "<i2").astype(np.float64)
    samples = samples[: len(samples) // rate_hz * rate_hz]
    count = len(samples) * RATE_HZ // rate_hz
    speech = np.fft.irfft(np.fft.rfft(samples)[: count // 2 + 1], count)
    loud = speech[np.abs(speech) > np.abs(speech).max() / 50]
    return np.asarray(speech / loud.std() * amplitude(level_dbm0) / np.sqrt(2))


def hours_of_speech() -> Iterator[Samples]:
    """Piece after piece, each another voice, pitch, speed and level; every second one as a telephone's band passes it. Never ends."""
    number = 0
    while True:
        voice = LANGUAGES[number % len(LANGUAGES)] + SPEAKERS[number // len(LANGUAGES) % len(SPEAKERS)]
        piece = spoken(
            voice,
            PITCHES[number // 3 % len(PITCHES)],
            SPEEDS[number // 5 % len(SPEEDS)],
            LEVELS_DBM0[number % len(LEVELS_DBM0)],
            2,
        )
        yield band_of_a_telephone(piece) if number % 2 else piece
        number += 1


def music(seconds: float, seed: int) -> Samples:
    """Chords of tempered notes with harmonics, a new one every 100 to 600 ms, over two octaves from A3."""
    chance = np.random.default_rng(seed)
    pieces, left = [], round(seconds * RATE_HZ)
    while left > 0:
        count = min(left, int(chance.integers(800, 4800)))
        time_s = np.arange(count) / RATE_HZ
        chord = np.zeros(count)
        for note in chance.integers(0, 25, size=chance.integers(1, 5)):
            for harmonic in range(1, 6):
                hz = 220 * 2 ** (note / 12) * harmonic
                if hz < 3400:
                    chord += np.sin(2 * np.pi * (hz * time_s + chance.random())) / harmonic
        pieces.append(chord * np.exp(-3 * time_s) * amplitude(-16))
        left -= count
    return np.concatenate(pieces)


def noises(seconds: float, seed: int) -> Samples:
    """White, and shaped like speech's long-term spectrum (falling 6 dB an octave), in turns of five seconds, -10 dBm0."""
    chance = np.random.default_rng(seed)
    white = chance.standard_normal(round(seconds * RATE_HZ))
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(1 + (np.arange(1, len(spectrum)) * RATE_HZ / len(white) / 500) ** 2)
    shaped = np.fft.irfft(spectrum, len(white))
    turn = (np.arange(len(white)) // (5 * RATE_HZ)) % 2 == 0
    return np.asarray(np.where(turn, white / white.std(), shaped / shaped.std()) * amplitude(-10) / np.sqrt(2))


def sung(seconds: float, seed: int) -> Samples:
    """The worst of a voice: high sung vowels with strong second to fourth harmonics, 150 to 450 Hz, with vibrato and glides."""
    chance = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    knots = max(2, count // 3200)
    pitch = np.interp(np.arange(count), np.linspace(0, count, knots), chance.uniform(150, 450, knots))
    pitch *= 1 + 0.01 * np.sin(2 * np.pi * 5.5 * np.arange(count) / RATE_HZ)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    strengths = [np.interp(np.arange(count), np.linspace(0, count, knots), chance.uniform(0, 1, knots)) for _ in range(8)]
    voice = sum(strength * np.sin(harmonic * phase) for harmonic, strength in enumerate(strengths, start=1))
    return np.asarray(voice * amplitude(-18))
