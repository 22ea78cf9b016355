"""What the far end hears of a handset: speech untouched, keys gone. Measured in the samples that come out."""

from dataclasses import dataclass, field, replace

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


def key_in_noise(press: KeyPress, before: int, noise_dbm0: float = -50) -> tuple[Samples, slice]:
    """A key over room noise, so that silence can only be a mute."""
    key = press.samples()
    signal = noise(before + len(key) + 1600, noise_dbm0, seed=before)
    where = slice(before, before + len(key))
    signal[where] += key
    return signal, where


@pytest.mark.parametrize(
    ("spoilt", "noise_dbm0"),
    [
        (KeyPress("1"), -50),
        (KeyPress("1"), -19),
        (KeyPress("1", row_dbm0=-25, column_dbm0=-25), -60),
        (KeyPress("1", column_dbm0=-16), -50),
        (KeyPress("1", row_dbm0=-14), -50),
        (KeyPress("1", column_offset=0.015), -50),
        (KeyPress("1", row_offset=0.01, column_offset=0.01), -50),
    ],
    ids=["clean", "12 dB of noise", "weak", "twist -6 dB", "twist +4 dB", "1.5 % off", "1 % off, both"],
)
def test_less_than_13_ms_of_a_key_reaches_the_far_end_and_voice_is_soon_back(spoilt: KeyPress, noise_dbm0: float) -> None:
    leaks = []
    for number, before in enumerate(range(800, 800 + 2 * 8 * 102, 13)):
        signal, where = key_in_noise(replace(spoilt, key=KEYS[number % 16], on_ms=80), before, noise_dbm0)
        out = Listener().hear(signal)
        leaks.append(np.count_nonzero(out[where]) / 8)
        back = where.stop + 25 * 8
        assert pcm(out[back:]) == pcm(signal[back:])
    assert max(leaks) < 13


def test_a_key_is_told_once_when_pressed_and_once_when_let_go() -> None:
    listener = Listener()
    listener.hear(np.concatenate([key_in_noise(KeyPress(key, on_ms=100), 800)[0] for key in KEYS]))
    assert listener.said == [sign + key for key in KEYS for sign in "+-"]


def test_an_account_with_keys_in_band_gets_them_whole_and_as_much_delayed() -> None:
    signal, _ = key_in_noise(KeyPress("5"), 803)
    listener = Listener(mutes=False)
    assert pcm(listener.hear(signal)) == pcm(signal)
    assert listener.said == ["+5", "-5"]


def test_voice_that_only_begins_like_a_key_is_let_through_again() -> None:
    """Steady hums off the pitch of keys: where no key is told, at most 40 ms in a row may be lost."""
    rng = np.random.default_rng(7)
    longest_lost = []
    for _ in range(200):
        hum = KeyPress(KEYS[rng.integers(16)], 400, row_offset=rng.uniform(0.014, 0.03), column_offset=rng.uniform(0.005, 0.02))
        listener = Listener()
        out = listener.hear(np.concatenate([silence(900), hum.samples(), silence(800)]))[900:4100]
        if not listener.said:
            edges = np.flatnonzero(np.diff((out.reshape(-1, FRAME // 4) == 0).all(axis=1), prepend=False, append=False))
            longest_lost.append(max(edges[1::2] - edges[::2], default=0) * 2.5)
    assert 10 < max(longest_lost) <= 40


def test_speech_passes_sample_by_sample(speech: Samples) -> None:
    """Wide band and as a telephone passes it, fewer than one frame in five hundred is lost to a false suspicion."""
    for signal in (speech, band_of_a_telephone(speech)):
        whole = samples_of(pcm(signal))
        changed = (Listener().hear(signal) != whole).reshape(-1, FRAME).any(axis=1)
        assert changed.mean() < 0.002


def test_speech_is_not_taken_for_keys(speech: Samples) -> None:
    """Talk-off: no false key in minutes of each voice, wide band or cut to the telephone's; an hour of forty voices is a bench."""
    assert not _pressed(speech)
    assert not _pressed(band_of_a_telephone(speech))


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
