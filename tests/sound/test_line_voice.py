"""What the far end hears of a handset: speech untouched, keys gone. Measured in the samples that come out."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from line_signals import FRAME, KEYS, KeyPress, Samples, band_of_a_telephone, frames, noise, pcm, samples_of, silence

from firmware.sound.line_voice import DELAY_MS, LineVoice

DELAY = DELAY_MS * 8


@dataclass
class Listener:
    """A LineVoice with what came of it."""

    mutes: bool = True
    said: list[str] = field(default_factory=list)

    def hear(self, signal: Samples) -> Samples:
        """What comes out, moved back by the delay, so that it lines up with `signal`."""
        voice = LineVoice(lambda digit: self.said.append(f"+{digit}"), lambda digit: self.said.append(f"-{digit}"))
        voice.mutes_digits = self.mutes
        out = b"".join(voice.process(frame) for frame in [*frames(signal), bytes(2 * FRAME)])
        return samples_of(out)[DELAY : DELAY + len(signal)]


def key_in_noise(key: str, before: int, on_ms: int = 60) -> tuple[Samples, slice]:
    """A key over room noise, so that silence can only be a mute."""
    press = KeyPress(key, on_ms=on_ms).samples()
    signal = noise(before + len(press) + 1600, -50, seed=before)
    where = slice(before, before + len(press))
    signal[where] += press
    return signal, where


def test_less_than_10_ms_of_a_key_reaches_the_far_end() -> None:
    leaks, restored = [], []
    for before in range(800, 800 + 8160, 37):
        signal, where = key_in_noise(KEYS[before % 16], before)
        out = Listener().hear(signal)
        leaks.append(np.count_nonzero(out[where]) / 8)
        restored.append(int(np.argmax(out[where.stop :] != 0)) / 8)
    assert max(leaks) < 7
    assert max(restored) < 30


def test_a_key_is_told_once_when_pressed_and_once_when_let_go() -> None:
    listener = Listener()
    listener.hear(np.concatenate([key_in_noise(key, 800, on_ms=100)[0] for key in KEYS]))
    assert listener.said == [sign + key for key in KEYS for sign in "+-"]


def test_an_account_with_keys_in_band_gets_them_whole_and_as_much_delayed() -> None:
    signal, _ = key_in_noise("5", 803)
    listener = Listener(mutes=False)
    assert pcm(listener.hear(signal)) == pcm(signal)
    assert listener.said == ["+5", "-5"]


def test_voice_that_only_begins_like_a_key_is_let_through_again() -> None:
    """A steady hum that one receiver may take for a key for good: at most 40 ms in a row may be lost."""
    rng = np.random.default_rng(7)
    for _ in range(200):
        press = KeyPress(
            KEYS[rng.integers(16)], on_ms=400, row_offset=rng.uniform(0.014, 0.03), column_offset=rng.uniform(0.005, 0.02)
        )
        listener = Listener()
        out = listener.hear(np.concatenate([silence(900), press.samples() + 1, silence(800)]))
        if not listener.said:
            lost = np.flatnonzero(np.diff(np.append(np.insert((out[900:4100] == 0).astype(int), 0, 0), 0)))
            assert max(lost[1::2] - lost[::2], default=0) <= 40 * 8


def test_speech_passes_sample_by_sample(speech: Samples) -> None:
    """Wide band and as a telephone passes it, fewer than one frame in five hundred is lost to a false suspicion."""
    for signal in (speech, band_of_a_telephone(speech)):
        whole = samples_of(pcm(signal))
        changed = (Listener().hear(signal) != whole).reshape(-1, FRAME).any(axis=1)
        assert changed.mean() < 0.002


def test_speech_is_not_taken_for_keys(speech: Samples) -> None:
    """Talk-off: no false key wide band, at most one in the minutes of a voice cut to the telephone's band."""
    assert not _pressed(speech)
    assert len(_pressed(band_of_a_telephone(speech))) <= 1


def test_keys_between_words_are_all_heard(speech: Samples) -> None:
    """The other side of talk-off: the same speech must not make the detector deaf."""
    signal = speech.copy()
    places = range(8000, len(signal) - 8000, 16_000)
    for index, at in enumerate(places):
        signal[at : at + 800] = KeyPress(KEYS[index % 16], on_ms=100).samples()
    assert _pressed(signal) == [KEYS[index % 16] for index in range(len(places))]


def _pressed(signal: Samples) -> list[str]:
    listener = Listener()
    listener.hear(signal)
    return [said[1] for said in listener.said if said[0] == "+"]


@pytest.mark.parametrize("sines_hz", [(350, 440), (425,)])
def test_keys_over_dial_tone_are_heard_once_the_filter_is_asked_for(sines_hz: tuple[int, ...]) -> None:
    said: list[str] = []
    voice = LineVoice(said.append, lambda _: None)
    t = np.arange(16_000) / 8000
    signal = sum((4000 * np.sin(2 * np.pi * hz * t) for hz in sines_hz), np.zeros(16_000))
    for at in (2000, 10_000):
        signal[at : at + 640] += KeyPress("8", on_ms=80, row_dbm0=-20, column_dbm0=-20).samples()
    for number, frame in enumerate(frames(signal)):
        voice.filters_dial_tone = number >= 100
        voice.process(frame)
    assert said == ["8"]
