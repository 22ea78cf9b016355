"""Every prompt in every language, as it is heard: made anew here by the same script that makes them for the box."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from line_signals import Samples, level_dbm0, samples_of, sounding_runs_ms, strongest_sines

from firmware.sound.prompts import GAP_MS, Prompts, spell
from firmware.sound.prompts.texts import TEXTS, load_speech

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "ru", "kk", "bn")
NAMES = (
    *("plus", "star", "hash", "feature_on", "feature_off", "number_saved", "not_possible", "code_not_known", "no_number_known"),
    *("your_number_is", "forwarding_to", "do_not_disturb_on", "do_not_disturb_off", "caller_blocked", "call_back_waiting"),
    *("call_back_off", "transfer_done", "transfer_failed", "on_ethernet", "on_wifi", "on_cellular", "no_uplink", "no_account"),
    *("learn_dial_intro", "learn_dial_done", "learn_dial_failed", "cost_limit_reached", "number_blocked", "vm_intro_enter_pin"),
    *("vm_wrong_pin", "vm_you_have", "vm_new_messages", "vm_old_messages", "vm_no_messages", "vm_message", "vm_from"),
    *("vm_unknown_caller", "vm_menu", "vm_deleted", "vm_end_of_messages", "vm_record_greeting_after_tone", "vm_greeting_saved"),
    *("vm_today", "vm_yesterday", "vm_days_ago", "vm_at", "vm_restored", "vm_greeting_not_saved"),
    *(
        "forwarding_off",
        "call_waiting_on",
        "call_waiting_off",
        "number_hidden",
        "number_shown",
        "anonymous_refused",
        "anonymous_allowed",
    ),
    *("vm_goodbye", "vm_standard_greeting", "vm_full", "vm_disk_full", *map(str, range(100))),
)


@pytest.fixture(scope="session")
def folder() -> Path:
    made = subprocess.run([sys.executable, "image-build/prompts/make.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    return Path(made.stdout.splitlines()[-1])


def heard(folder: Path, language: str, *names: str) -> Samples:
    source = Prompts(language, (folder,)).source(*names)
    taken = b""
    while not source.finished:
        taken += source.take(80)
    return samples_of(taken)[: source.duration_ms * 8]


def speech_level(samples: Samples) -> float:
    """Of the parts that are speech: those less than 30 dB below the loudest 20 ms."""
    power = np.mean(samples[: len(samples) // 160 * 160].reshape(-1, 160) ** 2, axis=1)
    return level_dbm0(float(np.sqrt(2 * power[power > power.max() / 1000].mean())))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_is_recorded(folder: Path, language: str) -> None:
    assert sorted(file.stem for file in (folder / language).iterdir()) == sorted(NAMES)


def test_whatever_voicemail_says_is_recorded() -> None:
    said = {name for file in (ROOT / "firmware").rglob("*.py") for name in re.findall(r'"(vm_[a-z_]+)"', file.read_text())}
    assert len(said) > 10
    assert said <= set(NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_recording_is_speech_at_one_level_without_silence_around(folder: Path, language: str) -> None:
    for name in NAMES:
        samples = heard(folder, language, name)
        assert 0.12 < len(samples) / 8000 < 20, name
        assert speech_level(samples) == pytest.approx(-16, abs=1.5), name
        assert np.abs(samples).max() < 32600, name
        loud = np.flatnonzero(np.abs(samples) > 300)
        assert loud[0] < 0.1 * 8000, name
        assert len(samples) - loud[-1] < 0.15 * 8000, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_recordings_are_alike(folder: Path, language: str) -> None:
    assert len({(folder / language / f"{name}.alaw").read_bytes() for name in NAMES}) == len(NAMES)


def test_the_languages_differ(folder: Path) -> None:
    assert len({(folder / language / "feature_on.alaw").read_bytes() for language in LANGUAGES}) == len(LANGUAGES)


def test_names_are_heard_in_order_with_a_gap_between(folder: Path) -> None:
    first, second = heard(folder, "kk", "vm_new_messages"), heard(folder, "kk", "3")
    both = heard(folder, "kk", "vm_new_messages", "3")
    gap = np.full(GAP_MS * 8, 8.0)  # A-law has no zero
    assert np.array_equal(both, np.concatenate([first, gap, second]))


def test_a_long_text_is_longer(folder: Path) -> None:
    for language in LANGUAGES:
        assert len(heard(folder, language, "vm_menu")) > 3 * len(heard(folder, language, "vm_goodbye"))


def is_confirmation(samples: Samples) -> bool:
    ((hz, dbm0),) = strongest_sines(samples[:1900], 1)
    runs = [length for _, length in sounding_runs_ms(samples)]
    return abs(hz - 600) < 3 and abs(dbm0 + 16) < 0.5 and runs == pytest.approx([250, 250], abs=5)


@pytest.mark.parametrize("names", [("no_such_prompt",), ("no_such_prompt", "another"), ()])
def test_a_missing_recording_is_a_tone_and_no_silence(folder: Path, names: tuple[str, ...]) -> None:
    assert is_confirmation(heard(folder, "en", *names))


def test_no_recordings_at_all_are_a_tone(tmp_path: Path) -> None:
    assert is_confirmation(heard(tmp_path, "en", "feature_on"))


def test_what_is_there_is_heard_beside_what_is_missing(folder: Path) -> None:
    whole = heard(folder, "en", "missing", "too", "feature_on")
    assert is_confirmation(whole[:4000])
    assert np.array_equal(whole[4000 + GAP_MS * 8 :], heard(folder, "en", "feature_on"))


def test_a_language_without_recordings_speaks_english(folder: Path) -> None:
    assert np.array_equal(heard(folder, "de", "feature_on"), heard(folder, "en", "feature_on"))


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (0, ("0",)),
        (7, ("7",)),
        (42, ("42",)),
        (99, ("99",)),
        (100, ("1", "0", "0")),
        ("42", ("4", "2")),
        ("+7 (727) 1", ("plus", "7", "7", "2", "7", "1")),
        ("*72#", ("star", "7", "2", "hash")),
        ("alice", ()),
    ],
)
def test_numbers_are_spelled(number: int | str, names: tuple[str, ...]) -> None:
    assert spell(number) == names
    assert set(names) <= set(NAMES)


def test_making_again_makes_nothing_new(folder: Path) -> None:
    before = folder.stat().st_mtime_ns
    again = subprocess.run([sys.executable, "image-build/prompts/make.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert Path(again.stdout.strip()) == folder
    assert folder.stat().st_mtime_ns == before
    assert (folder.parent / "current").resolve() == folder


def test_every_language_has_a_hundred_different_numbers() -> None:
    for speech in load_speech().values():
        words = [speech.texts[str(number)] for number in range(100)]
        assert len(set(words)) == 100
    russian, kazakh, bengali = (load_speech()[language].texts for language in ("ru", "kk", "bn"))
    assert (russian["42"], kazakh["42"], bengali["42"]) == ("сорок два", "қырық екі", "বিয়াল্লিশ")
    assert (russian["11"], kazakh["11"], bengali["99"]) == ("одиннадцать", "он бір", "নিরানব্বই")  # noqa: RUF001


def test_a_text_without_one_language_is_told_which(tmp_path: Path) -> None:
    spoilt = tmp_path / "texts.toml"
    spoilt.write_text(TEXTS.read_text().replace('kk = "Қосылды."', 'kk = ""'))
    with pytest.raises(ValueError, match='feature_on has no text in "kk"'):
        load_speech(spoilt)
