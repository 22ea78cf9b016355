"""What is left of a line's echo after a second of speech, what double talk does to it, and what taking it out costs. In the samples, no device."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from firmware.sound.line_voice import LineVoice
from hal.sim.hybrid import Hybrid
from tests.bench.figures import Bench, Figure, Target
from tests.bench.speech import spoken
from tests.sound.line_signals import FRAME, RATE_HZ, Samples, frames, pcm, samples_of, silence

if TYPE_CHECKING:
    from firmware.sound.fax import FaxTone

NAME = "echo"
HYBRIDS = ((6, 2), (6, 30), (14, 2), (14, 30), (20, 10), (30, 5))
"""Return loss in dB and delay in ms."""
VOICES = (("en-us", 50), ("ru+f4", 99), ("kk+f2", 90), ("bn", 50))
LEARNING_S, WATCHED_S = 1.0, 5.0


def measure(bench: Bench) -> list[Figure]:
    voices = [spoken(voice, pitch)[: 20 * RATE_HZ] for voice, pitch in VOICES]
    return [_left(voices), _after_double_talk(voices), *_cost(voices, bench)]


def over(far: Samples, near: Samples, hybrid: Hybrid, *, cancels: bool) -> Samples:
    """What the far end hears, in the order of the audio clock."""
    voice = LineVoice(lambda _: None, lambda _: None)
    voice.cancels_echo = cancels
    echo, out = np.zeros(FRAME, np.float32), []
    for given, frame in zip(frames(far), frames(near), strict=True):
        hybrid.take(echo)
        out.append(voice.process(pcm(echo + samples_of(frame))))
        voice.heard(given)
        hybrid.give(given)
    return samples_of(b"".join(out))


def _left(voices: list[Samples]) -> Figure:
    figure = Figure(
        "echo left after 1 s of speech",
        "dB",
        Target(-30),
        "its power in the next 5 s, with the canceller less without it; worst of four voices for each of the hybrids "
        f"{', '.join(f'{loss} dB {delay} ms' for loss, delay in HYBRIDS)}; the canceller is new to each.",
    )
    end = round((LEARNING_S + WATCHED_S) * RATE_HZ)
    figure.keepline = [max(_power_left(far[:end], silence(end), *hybrid, LEARNING_S) for far in voices) for hybrid in HYBRIDS]
    return figure


def _after_double_talk(voices: list[Samples]) -> Figure:
    figure = Figure(
        "echo left in the 5 s after 3 s of double talk",
        "dB",
        Target(-30),
        "as above; the near end speaks 6 dB louder than, as loud as and 10 dB softer than the far end.",
    )
    for near_db in (6, 0, -10):
        near = voices[1][: 11 * RATE_HZ] * 10 ** (near_db / 20)
        near[: 3 * RATE_HZ] = near[6 * RATE_HZ :] = 0
        figure.keepline += [_power_left(voices[0][: len(near)], near, *hybrid, 6.2) for hybrid in HYBRIDS]
    return figure


def _power_left(far: Samples, near: Samples, loss_db: float, delay_ms: float, from_s: float) -> float:
    start = round(from_s * RATE_HZ)
    raw, left = (over(far, near, Hybrid(loss_db, delay_ms), cancels=cancels)[start:] for cancels in (False, True))
    return float(10 * np.log10((np.square(left).mean() + 1e-3) / np.square(raw).mean()))


def _cost(voices: list[Samples], bench: Bench) -> list[Figure]:
    """Microseconds of processor time for a frame of 10 ms, a hundred of which pass a second."""
    figures = []
    for name, cancels, listens in (
        ("keys alone", False, False),
        ("with echo canceller", True, False),
        ("with canceller and fax tones", True, True),
    ):
        figure = Figure(
            f"a frame of voice, {name}", "us", Target(), "both directions of 10 ms; far end speaks, its echo comes back."
        )
        figure.keepline = [_frame_us(voices[0], cancels=cancels, listens=listens) for _ in range(bench.windows + 1)]
        figures.append(figure)
    return figures


def _frame_us(far: Samples, *, cancels: bool, listens: bool) -> float:
    def ignore(_tone: FaxTone) -> None:
        """Nobody wants to know."""

    voice = LineVoice(lambda _: None, lambda _: None, ignore if listens else None)
    voice.cancels_echo = cancels
    voice.listen_for_fax()
    pairs = list(zip(frames(far), frames(far / 5), strict=True))
    began_s = time.thread_time()
    for given, frame in pairs:
        voice.heard(given)
        voice.process(frame)
    return (time.thread_time() - began_s) / len(pairs) * 1e6
