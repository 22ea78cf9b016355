"""What the laboratory hears can be trusted: holes made by hand are found, sound that only repeats is one, and sound without a break has none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.time_code import FAR, NEAR, RATE_HZ, Voice, holes, runs


def both(seconds: float = 8.0) -> np.ndarray:
    """Both ends at once, as a receiver hears its own mouth too."""
    return (NEAR.speech(seconds).astype(int) + FAR.speech(seconds)).astype(np.int16)


def at(seconds: float) -> int:
    return round(seconds * RATE_HZ)


@pytest.mark.parametrize("voice", [NEAR, FAR])
def test_sound_without_a_break_has_no_hole(voice: Voice) -> None:
    assert holes(both(), voice) == []
    found = runs(both(), voice)
    assert sum(each.last_s - each.first_s for each in found) > 7.5


@pytest.mark.parametrize("voice", [NEAR, FAR])
@pytest.mark.parametrize("length_s", [0.06, 0.2, 0.9])
def test_silence_is_a_hole_of_its_length(voice: Voice, length_s: float) -> None:
    samples = both()
    samples[at(2.7) : at(2.7 + length_s)] = 0
    (hole,) = holes(samples, voice)
    assert hole.heard_s == pytest.approx(length_s, abs=0.03)
    assert hole.lost_s == pytest.approx(length_s, abs=0.03)


@pytest.mark.parametrize("voice", [NEAR, FAR])
def test_repeated_sound_is_a_hole(voice: Voice) -> None:
    samples = both()
    last = samples[at(2.48) : at(2.5)]
    for place in range(at(2.5), at(2.62), len(last)):
        samples[place : place + len(last)] = last
    (hole,) = holes(samples, voice)
    assert hole.heard_s == pytest.approx(0.12, abs=0.03)


@pytest.mark.parametrize("voice", [NEAR, FAR])
def test_a_recorder_that_leaves_out_what_never_came_still_shows_what_was_lost(voice: Voice) -> None:
    whole = both()
    samples = np.concatenate([whole[: at(2.5)], whole[at(3.1) :]])
    (hole,) = holes(samples, voice)
    assert hole.heard_s < 0.03
    assert hole.lost_s == pytest.approx(0.6, abs=0.03)
