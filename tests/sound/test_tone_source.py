import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_signals import COLUMNS_HZ, KEYS, ROWS_HZ, samples_of, strongest_sines

from firmware.core.tones import Segment, Sine, Tone
from firmware.sound.tone_source import ToneSource, dtmf_tone, tone_length_samples

CADENCE = Tone((Segment((Sine(440, -19), Sine(480, -19)), 130), Segment((), 70), Segment((Sine(1004, -12),), 37, 25)))
ONCE = Tone((Segment((Sine(950, -12),), 33), Segment((), 20)), repeat_from=None)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=30), st.sampled_from([CADENCE, ONCE]))
def test_the_size_of_the_pieces_does_not_matter(sizes: list[int], tone: Tone) -> None:
    pieces, whole = ToneSource(tone), ToneSource(tone)
    assert b"".join(pieces.take(size) for size in sizes) == whole.take(sum(sizes))


def test_a_steady_tone_joins_up_with_itself() -> None:
    signal = samples_of(ToneSource(Tone((Segment((Sine(350, -13), Sine(440, -13)), None),))).take(8000 * 20))
    assert (signal[800:] == signal[:-800]).all()


def test_a_tone_played_once_is_finished_with_its_last_sample() -> None:
    source = ToneSource(ONCE)
    length = tone_length_samples(ONCE)
    assert length == 53 * 8
    source.take(length - 1)
    assert not source.finished
    source.take(1)
    assert source.finished
    assert source.take(80) == bytes(160)


def test_a_repeating_tone_has_no_length() -> None:
    assert tone_length_samples(CADENCE) is None


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_the_two_frequencies_of_q23(key: str) -> None:
    measured = strongest_sines(samples_of(ToneSource(dtmf_tone(key, on_ms=100, level_dbm0=-8)).take(800)), 2)
    at = KEYS.index(key)
    assert [hz for hz, _ in measured] == pytest.approx([ROWS_HZ[at // 4], COLUMNS_HZ[at % 4]], rel=0.002)
    assert [level for _, level in measured] == pytest.approx([-8, -8], abs=0.5)


@pytest.mark.parametrize("key", ["", "E", "12", " "])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        dtmf_tone(key)
