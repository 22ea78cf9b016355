"""Fax and modem tones are heard in either direction, once a call, at the frequencies and levels of their recommendations, and speech is none."""

from __future__ import annotations

import numpy as np
import pytest
from line_signals import RATE_HZ, Samples, band_of_a_telephone, frames, noise, silence, sine

from firmware.sound.fax import FaxListener, FaxTone


def told(signal: Samples, *, from_line: bool = False) -> list[tuple[FaxTone, int]]:
    """What is told of a signal, and after how many milliseconds."""
    heard: list[tuple[FaxTone, int]] = []
    listener = FaxListener(lambda tone: heard.append((tone, 10 * (number + 1))))
    listener.begin()
    for number, frame in enumerate(frames(signal)):  # noqa: B007 (read where a tone is told)
        (listener.from_line if from_line else listener.from_far_end)(frame)
    return heard


def names(signal: Samples, *, from_line: bool = False) -> list[FaxTone]:
    return [tone for tone, _ in told(signal, from_line=from_line)]


def answer(
    hz: float = 2100, level: float = -12, seconds: float = 3.0, reversal_ms: float = 0, *, modulated: bool = False
) -> Samples:
    count = round(seconds * RATE_HZ)
    tone = sine(hz, level, count)
    if modulated:
        tone *= 1 + 0.2 * np.sin(2 * np.pi * 15 * np.arange(count) / RATE_HZ)
    if reversal_ms:
        tone *= np.where((np.arange(count) * 1000 / RATE_HZ // reversal_ms) % 2, -1, 1)
    return np.concatenate([silence(3333), tone, silence(800)])


@pytest.mark.parametrize("from_line", [True, False])
@pytest.mark.parametrize("hz", [2085, 2100, 2115])
@pytest.mark.parametrize("level", [-31, -12, -3])
def test_the_answer_tone_is_heard_within_the_time_of_g_164(hz: float, level: float, from_line: bool) -> None:  # noqa: FBT001
    heard = told(answer(hz, level), from_line=from_line)
    assert [tone for tone, _ in heard] == [FaxTone.ANSWER]
    assert 300 <= heard[0][1] - 3333 / 8 <= 500


@pytest.mark.parametrize("hz", [2095, 2100, 2105])
@pytest.mark.parametrize("modulated", [True, False])
@pytest.mark.parametrize("reversal_ms", [425, 447.3, 450, 475])
def test_phase_reversals_are_noticed_wherever_they_fall(hz: float, reversal_ms: float, modulated: bool) -> None:  # noqa: FBT001
    assert names(answer(hz, reversal_ms=reversal_ms, modulated=modulated)) == [FaxTone.ANSWER, FaxTone.ANSWER_REVERSED]


def test_a_steady_tone_has_no_reversals_even_in_noise() -> None:
    tone = answer(2100, -12, seconds=4)
    assert names(tone + noise(len(tone), -32, 1)) == [FaxTone.ANSWER]


@pytest.mark.parametrize("hz", [1062, 1100, 1138])
@pytest.mark.parametrize("level", [-31, -12])
def test_the_calling_tone_is_heard_at_its_first_burst(hz: float, level: float) -> None:
    burst = np.concatenate([silence(1777), sine(hz, level, 4000), silence(24_000)])
    heard = told(np.concatenate([burst, burst]), from_line=True)
    assert [tone for tone, _ in heard] == [FaxTone.CALLING]
    assert heard[0][1] < 1000


@pytest.mark.parametrize("hz", [425, 950, 1000, 1209, 1300, 2000, 2200, 2250])
def test_other_tones_are_none(hz: float) -> None:
    assert names(np.concatenate([silence(800), sine(hz, -10, 16_000)])) == []


def test_a_tone_too_short_or_too_weak_is_none() -> None:
    assert names(answer(seconds=0.3)) == []
    assert names(answer(level=-40)) == []


def test_each_call_is_told_anew_and_no_call_is_told_nothing() -> None:
    heard: list[FaxTone] = []
    listener = FaxListener(heard.append)
    for expected in (0, 1, 2):
        for frame in frames(answer()):
            listener.from_far_end(frame)
        assert len(heard) == expected
        listener.begin()


def test_speech_is_no_fax(speech: Samples) -> None:
    assert names(speech) == []
    assert names(band_of_a_telephone(speech), from_line=True) == []
