"""Speech for the talk-off tests, made by espeak-ng (a system package; its absence is an error, never a skip)."""

import subprocess

import numpy as np
import pytest
from line_signals import RATE_HZ, Samples, amplitude

_TEXT = (
    "The telephone rings in the evening, and somebody asks for number two hundred and seventeen. "
    "We sing while we are cleaning, the green sea freezes, each evening she sees me leaving. "
    "Please repeat the name and the time, slowly: eleven fifteen, Monday the ninth of November. "
    "No, nobody phoned; the old road is closed and only the boat goes over. "
    "Yes! Hello? Can you hear me now? I can hear you, but the line is very thin and whistling. "
)

VOICES = [("en-us", 50), ("en-us+f1", 99), ("ru", 50), ("ru+f4", 99), ("kk+f1", 90), ("bn", 50)]
"""espeak-ng voice and pitch; high pitches put few, strong harmonics among the frequencies of keys. Not `+f2`, `+f3` or `+f5`: with
them Debian 13's (1.52) does not say the same twice."""


def spoken(voice: str, pitch: int) -> Samples:
    """About two and a half minutes at 8 kHz, -15 dBm0 while speaking."""
    command = ["espeak-ng", "--stdout", "-v", voice, "-s", "160", "-p", str(pitch), _TEXT * 5]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    rate_hz = int.from_bytes(wav[24:28], "little")
    samples = np.frombuffer(wav[44 : len(wav) // 2 * 2], "<i2").astype(np.float64)
    samples = samples[: len(samples) // rate_hz * rate_hz]  # whole seconds: quick to transform
    count = len(samples) * RATE_HZ // rate_hz
    speech = np.fft.irfft(np.fft.rfft(samples)[: count // 2 + 1], count)
    loud = speech[np.abs(speech) > np.abs(speech).max() / 50]
    return np.asarray(speech / loud.std() * amplitude(-15) / np.sqrt(2))


@pytest.fixture(scope="session", params=VOICES, ids=[f"{voice} pitch {pitch}" for voice, pitch in VOICES])
def speech(request: pytest.FixtureRequest) -> Samples:
    return spoken(*request.param)
