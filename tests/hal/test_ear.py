"""The ear names the tones of five countries from samples alone, and measures what it hears."""

import numpy as np
import pytest

from hal.errors import PartMisused
from hal.sim.dtmf import ToneDial, tones
from hal.sim.ear import Heard, analyse
from hal.sim.level import amplitude, to_pcm
from tests.hal.bench import noise, silence, sine
from tests.hal.tones import LEVEL_DBM0, TONES, played

EVERY = [(country, name, play) for country, names in TONES.items() for name, play in names.items()]
SHORT = {"call_waiting", "confirmation", "record", "holding"}
"""Tones heard by somebody who waits for them: the silence before is heard too."""
LONG = [each for each in EVERY if each[1] not in {"stutter", "special", "howler", "holding"} and not each[2].startswith("!")]


def heard(samples: np.ndarray) -> Heard:
    return analyse(to_pcm(samples))


def level_of(country: str, name: str) -> float:
    return LEVEL_DBM0.get(f"{country} {name}", -12.0)


@pytest.mark.parametrize(("country", "name", "play"), EVERY)
def test_each_tone_from_its_beginning_is_named(country: str, name: str, play: str) -> None:
    start = silence(0.1 if name in SHORT else 0)
    assert heard(np.concatenate([start, played(play, 3.0, level_of(country, name))])).name == name


@pytest.mark.parametrize(("country", "name", "play"), LONG)
@pytest.mark.parametrize("late_s", [0.1, 0.37, 0.9, 1.6, 2.3])
def test_each_tone_from_anywhere_is_named_in_a_whole_period(country: str, name: str, play: str, late_s: float) -> None:
    window_s = 12.0 if name == "call_waiting" else 6.0
    sound = played(play, window_s + late_s, level_of(country, name))[round(late_s * 8000) :]
    assert heard(sound).name == name


@pytest.mark.parametrize(("country", "name", "play"), EVERY)
def test_noise_does_not_confuse_the_ear(country: str, name: str, play: str) -> None:
    sound = np.concatenate([silence(0.1), played(play, 3.0, level_of(country, name))])
    assert heard(sound + noise(-52, 3.1)).name == name


@pytest.mark.parametrize("play", ["425", "350+440", "400*25"])
@pytest.mark.parametrize("late_s", [0.0, 0.05, 0.3])
def test_two_seconds_after_lifting_are_dial_tone(play: str, late_s: float) -> None:
    sound = np.concatenate([silence(late_s), played(play, 2.0 - late_s, -12)])
    assert heard(sound).name == "dial"


@pytest.mark.parametrize("play", ["425/1000,0/4000", "425/800,0/3200", "400*25/400,0/200,400*25/400,0/2000"])
@pytest.mark.parametrize("late_s", [0.13 * step for step in range(38)])
def test_two_seconds_of_ringback_are_ringback_or_its_pause(play: str, late_s: float) -> None:
    sound = played(play, 2.0 + late_s, -12)[round(late_s * 8000) :]
    assert heard(sound).name in {"ringback", "silence"}


def test_special_information_is_three_tones() -> None:
    result = heard(played(TONES["KZ"]["special"], 2.0, -12))
    assert result.tones_hz == [pytest.approx(hz, rel=0.005) for hz in (950, 1400, 1800)]


def test_the_pause_of_a_ringback_alone_is_silence() -> None:
    assert heard(played("425/1000,0/4000", 5.0, -12)[10_000:26_000]).name == "silence"


def test_digital_silence_and_quiet_noise_are_silence() -> None:
    assert heard(silence(1)) == Heard(-90.0, [], "silence", "")
    assert heard(noise(-60, 1)).name == "silence"
    assert analyse(b"").name == "silence"


@pytest.mark.parametrize("hz", [300.0, 440.0, 1004.0, 2765.4, 3300.0])
@pytest.mark.parametrize("level", [-40.0, -10.0, -3.0])
def test_a_test_tone_is_measured_and_is_no_exchange_tone(hz: float, level: float) -> None:
    result = heard(sine(hz, level, 1.0) + noise(-60, 1))
    assert result.name == "voice"
    assert result.level_dbm0 == pytest.approx(level, abs=0.2)
    assert result.tones_hz == [pytest.approx(hz, rel=0.002)]


SIMPLE = [each for each in EVERY if "*" not in each[2] and each[1] != "special" and each[2] != "350+440/750,440/750"]


@pytest.mark.parametrize(("country", "name", "play"), SIMPLE)
def test_frequencies_are_right_within_half_a_percent(country: str, name: str, play: str) -> None:
    wanted = sorted({int(hz) for hz in play.replace("!", "").split(",")[0].split("/")[0].split("+")})
    assert heard(played(play, 2.0, level_of(country, name))).tones_hz == [pytest.approx(hz, rel=0.005) for hz in wanted]


def test_the_level_is_that_of_the_bursts() -> None:
    result = heard(played("425/500,0/500", 4.0, -15))
    assert result.level_dbm0 == pytest.approx(-15, abs=0.3)


def speech(seconds: float, seed: int) -> np.ndarray:
    """Something like speech: a gliding harmonic voice in syllables, through two formants."""
    chance = np.random.default_rng(seed)
    count = round(seconds * 8000)
    pitch = 120 + 40 * np.interp(np.arange(count), np.arange(0, count + 800, 800), chance.standard_normal(count // 800 + 1))
    phase = 2 * np.pi * np.cumsum(pitch) / 8000
    voice = sum(np.sin(k * phase) / (1 + abs(k * 130 - 600) / 300) for k in range(1, 25))
    syllables = np.abs(np.sin(np.pi * np.arange(count) / 8000 * 4)) ** 0.5
    return np.asarray(voice * syllables * amplitude(-22))


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_speech_is_voice_without_digits(seed: int) -> None:
    result = heard(speech(3.0, seed))
    assert (result.name, result.dtmf) == ("voice", "")


def test_noise_is_voice_not_a_tone() -> None:
    assert heard(noise(-20, 2)).name == "voice"


@pytest.mark.parametrize("level", [-35.0, -20.0, -5.0])
@pytest.mark.parametrize("twist", [-6.0, 0.0, 6.0])
def test_dialed_digits_are_told_apart(level: float, twist: float) -> None:
    sound = tones("0123456789*#ABCD1177", ToneDial(level, twist, 50, 50)).astype(np.float64)
    assert heard(sound + noise(level - 18, len(sound) / 8000)).dtmf == "0123456789*#ABCD1177"


@pytest.mark.parametrize("twist", [-10.0, 10.0])
def test_a_bad_keypad_is_understood(twist: float) -> None:
    assert heard(tones("159D", ToneDial(-20, twist, 60, 60)).astype(np.float64)).dtmf == "159D"


def test_tones_too_unlike_are_no_digit() -> None:
    assert heard(tones("159D", ToneDial(-20, 16, 60, 60)).astype(np.float64)).dtmf == ""


def test_a_howler_by_loudness_alone() -> None:
    assert heard(sine(800, 0.5, 1.0)).name == "howler"


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(PartMisused, match="whole 16-bit samples"):
        analyse(b"\0\0\0")
