"""How far a frequency in the sound is off the one it should be: the second opinion on a key, once a press.

A voice can hold two harmonics so near a key that filters of 13 ms cannot tell; the turn of their phase from one block to the
next can. Knows no key and no library.
"""

from collections.abc import Sequence
from functools import cache
from math import atan2, cos, pi, sin
from operator import mul

_RATE_HZ = 8000


def relative_offset(samples: Sequence[int], hz: float) -> float:
    """(measured - `hz`) / `hz` of the sine nearest `hz`, from the phase it turns by between the two halves of `samples`.

    Meant for offsets below half a turn: 39 Hz for halves of 102 samples.
    """
    half = len(samples) // 2
    cosine, sine = _windowed(hz, half)
    first, second = samples[:half], samples[half : 2 * half]
    a, b = sum(map(mul, first, cosine)), sum(map(mul, first, sine))
    c, d = sum(map(mul, second, cosine)), sum(map(mul, second, sine))
    turned = atan2(a * d - b * c, a * c + b * d) - 2 * pi * hz * half / _RATE_HZ
    beyond = (turned + pi) % (2 * pi) - pi
    return beyond * _RATE_HZ / (2 * pi * half) / hz


def phase_of(samples: Sequence[int], hz: float) -> float:
    """The phase of `hz` in the samples, in radians."""
    cosine, sine = _windowed(hz, len(samples))
    return atan2(sum(map(mul, samples, sine)), sum(map(mul, samples, cosine)))


@cache
def _windowed(hz: float, count: int) -> tuple[list[float], list[float]]:
    """Cosine and minus sine of `hz` under a Hann window, which keeps the other frequency of a key out."""
    window = [sin(pi * (index + 0.5) / count) ** 2 for index in range(count)]
    turns = [2 * pi * hz * index / _RATE_HZ for index in range(count)]
    return [w * cos(t) for w, t in zip(window, turns, strict=True)], [-w * sin(t) for w, t in zip(window, turns, strict=True)]
