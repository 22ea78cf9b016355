"""WAV files in memory as the telephone line's sound and back: 8000 samples a second, 16 bit, mono. Standard library only; knows no file and no phone."""

import array
import io
import math
import sys
import wave
from collections.abc import Sequence
from functools import cache
from operator import mul

from firmware.sound.errors import WavWrong

RATE_HZ = 8000
BYTES_A_SECOND = RATE_HZ * 2
_SLOWEST_HZ, _FASTEST_HZ = 4000, 192_000
_ZERO_CROSSINGS = 16
"""Half the length of the resampling filter; 16 keep what folds back some 60 dB below (Hann-windowed sinc)."""


def from_wav(data: bytes, name: str, longest_s: int) -> bytes:
    """Any sample rate, mono or more channels (mixed), 16-bit PCM; raises WavWrong, with `name` in its sentence."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            _check(name, file, longest_s)
            samples = _little_endian(file.readframes(file.getnframes()))
            channels, rate_hz = file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError) as error:
        raise WavWrong(f"{name} is not a WAV file of 16-bit PCM: {str(error) or 'it ends too early'}") from error
    mono = samples if channels == 1 else _mixed(samples, channels)
    return _to_bytes(mono if rate_hz == RATE_HZ else resample(mono, rate_hz))


def to_wav(pcm: bytes) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", "not compressed"))
        file.writeframes(pcm)
    return made.getvalue()


def resample(samples: Sequence[int], rate_hz: int) -> "array.array[int]":
    """From `rate_hz` to 8000 a second, band-limited to what both can carry."""
    divisor = math.gcd(rate_hz, RATE_HZ)
    step, phases = rate_hz // divisor, RATE_HZ // divisor
    half = _half_length(rate_hz)
    padded = array.array("h", bytes(2 * half)) + array.array("h", samples) + array.array("h", bytes(2 * half + 2))
    out = array.array("h")
    for number in range(len(samples) * phases // step):
        position, phase = divmod(number * step, phases)
        window = padded[position + 1 : position + 1 + 2 * half]
        value = round(sum(map(mul, window, _taps(rate_hz, phase, phases))))
        out.append(max(-32768, min(32767, value)))
    return out


def _half_length(rate_hz: int) -> int:
    return math.ceil(_ZERO_CROSSINGS * max(1.0, rate_hz / RATE_HZ))


@cache
def _taps(rate_hz: int, phase: int, phases: int) -> tuple[float, ...]:
    """The filter for an output sample that lies `phase`/`phases` after an input sample; its sum is 1."""
    half = _half_length(rate_hz)
    pass_band = min(1.0, RATE_HZ / rate_hz)
    times = [index - half + 1 - phase / phases for index in range(2 * half)]
    raw = [_sinc(pass_band * time) * (0.5 + 0.5 * math.cos(math.pi * time / half)) for time in times]
    total = sum(raw)
    return tuple(value / total for value in raw)


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def _check(name: str, file: wave.Wave_read, longest_s: int) -> None:
    if file.getsampwidth() != 2:
        raise WavWrong(f"{name} has {8 * file.getsampwidth()}-bit samples; allowed: 16-bit PCM")
    if not _SLOWEST_HZ <= file.getframerate() <= _FASTEST_HZ:
        raise WavWrong(f"{name} has {file.getframerate()} samples a second; allowed: {_SLOWEST_HZ} to {_FASTEST_HZ}")
    if file.getnframes() > longest_s * file.getframerate():
        raise WavWrong(f"{name} is too long; allowed: up to {longest_s} s")


def _little_endian(pcm: bytes) -> "array.array[int]":
    samples = array.array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _to_bytes(samples: "array.array[int]") -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _mixed(samples: "array.array[int]", channels: int) -> "array.array[int]":
    together = zip(*(samples[channel::channels] for channel in range(channels)), strict=False)
    return array.array("h", (sum(frame) // channels for frame in together))
