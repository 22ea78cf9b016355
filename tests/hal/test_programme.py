"""Speech and music are told apart, and from tones and silence, by their samples."""

import subprocess
from functools import cache

import numpy as np
import pytest

from firmware.command_line.sound import resample
from hal.sim.programme import is_music, is_speech
from tests.peers.sound import tone

SENTENCES = {
    "en": "You have two new messages. Call forwarding is on.",
    "ru": "У вас два новых сообщения. Переадресация включена.",  # noqa: RUF001
    "kk": "Сізде екі жаңа хабарлама бар. Нөмірге бағыттау қосылды.",  # noqa: RUF001
    "bn": "আপনার দুটি নতুন বার্তা আছে। কল ফরোয়ার্ডিং চালু হয়েছে।",
}
TUNE_HZ = (523, 659, 784, 659, 440, 523, 659, 523, 698, 880, 523, 880)
WINDOW = 6400


@cache
def spoken(language: str) -> bytes:
    wav = subprocess.run(["espeak-ng", "-v", language, "--stdout", SENTENCES[language]], capture_output=True, check=True).stdout
    return resample(memoryview(wav[44 : 44 + (len(wav) - 44) // 2 * 2]).cast("h"), 22050).tobytes()  # type: ignore[arg-type]


def windows(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + 2 * WINDOW] for at in range(0, len(pcm) - 2 * WINDOW + 1, 4000)]


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_speech_is_speech_in_every_window(language: str) -> None:
    heard = windows(spoken(language))
    assert heard
    assert all(is_speech(window) and not is_music(window) for window in heard)


def test_notes_are_music_wherever_the_window_falls() -> None:
    tune = np.concatenate([part for hz in TUNE_HZ for part in (tone(hz, 0.42, -20), np.zeros(640, np.int16))])
    for start in range(0, len(tune) - 24_000, 3000):
        window = tune[start : start + 24_000].tobytes()
        assert is_music(window)
        assert not is_speech(window)


@pytest.mark.parametrize("hz", [425, 1004, None])
def test_a_tone_and_silence_are_neither(hz: float | None) -> None:
    sound = (np.zeros(24_000, np.int16) if hz is None else tone(hz, 3.0)).tobytes()
    assert not is_music(sound)
    assert not is_speech(sound)


def test_nothing_is_neither() -> None:
    assert not is_music(b"")
    assert not is_speech(b"")
