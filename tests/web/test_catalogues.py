"""Every text of the page in all its languages, with the same values in it, compiled as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firmware.web.catalogue import DOMAINS, LANGUAGES, compiled, preferred, words_of
from firmware.web.sentences import PATTERNS, PLAIN
from tests.web.catalogues import OF_THE_DEVICE, as_json, as_po, path_of, read, texts

EACH = [(language, domain) for language in LANGUAGES for domain in DOMAINS]
OURS = [Path(__file__).parents[2] / name for name in ("firmware", "hal")]


@pytest.mark.parametrize(("language", "domain"), EACH)
def test_every_text_has_a_translation(language: str, domain: str) -> None:
    known = read(language, domain)
    assert [text for text in texts(domain) if not known.get(text)] == [], "run `python -m tests.web.catalogues`, and translate"


@pytest.mark.parametrize(("language", "domain"), EACH)
def test_a_translation_has_the_values_of_its_text(language: str, domain: str) -> None:
    values = re.compile(r"\{\w*\}")
    for text, shown in read(language, domain).items():
        assert sorted(set(values.findall(shown))) == sorted(set(values.findall(text))), text


@pytest.mark.parametrize(("language", "domain"), EACH)
def test_the_files_are_as_they_are_written(language: str, domain: str) -> None:
    """No text that is gone, and what the page reads is what the .po file says."""
    known = read(language, domain)
    assert path_of(language, domain).read_bytes() == as_po(language, domain, known), "run `python -m tests.web.catalogues`"
    assert path_of(language, domain).with_suffix(".json").read_text(encoding="utf-8") == as_json(known)


@pytest.mark.parametrize(("language", "letters"), [("kk", "[әғқңөұүһі]"), ("ru", "[\u0430-\u044f]"), ("bn", "[\u0980-\u09ff]")])
def test_a_language_is_written_in_its_own_letters(language: str, letters: str) -> None:
    """A mistake of copying would show here: most translations have letters that no other of the languages has."""
    shown = [words for words in read(language, "page").values() if len(words) > 12]
    assert sum(re.search(letters, words) is not None for words in shown) > 0.85 * len(shown)


@pytest.mark.parametrize("sentence", OF_THE_DEVICE)
def test_a_sentence_of_the_device_is_still_said(sentence: str) -> None:
    assert any(sentence in file.read_text(encoding="utf-8") for folder in OURS for file in folder.rglob("*.py"))


@pytest.mark.parametrize("sentence", [*PATTERNS, *PLAIN])
def test_a_sentence_known_by_its_pattern_is_still_made(sentence: str) -> None:
    """One of the two longest pieces between its values stands in a source other than this list."""
    pieces = sorted(
        (piece.strip(".: ") for piece in re.split(r"\{\w+\}(?: is (?=an? ))?", sentence.removeprefix("settings: ["))), key=len
    )[-2:]
    files = (file for folder in OURS for file in folder.rglob("*.py") if file.name != "sentences.py")
    sources = [file.read_text(encoding="utf-8") for file in files]
    assert any(piece in source for piece in pieces if piece for source in sources)


def test_what_the_device_says_is_translated_with_its_values() -> None:
    russian = words_of("ru").sentence
    assert russian("eth0: the link is down; wwan0 works") == "eth0: " + words_of("ru")("the link is down") + "; wwan0 работает"
    mistake = 'settings: [line.1] flash_max_ms: "x" is not allowed; allowed: a whole number from 80 to 1500 ms'
    assert russian(mistake) == '[line.1] flash_max_ms: "x" не допускается; допускается: целое число от 80 до 1500 ms'
    assert russian("Nobody ever wrote this") == "Nobody ever wrote this"
    assert words_of("en").sentence(mistake) == mistake
    assert russian("7011234567 is +77011234567, a mobile number in KZ: Aisha.") == (
        "7011234567 — это +77011234567, мобильный номер, KZ: Aisha."
    )
    assert russian("Rule 1 (night) does not fit: it is for line 2.") == "Правило 1 (night) не подходит: оно для линии 2."


def test_words_are_given_in_the_language_asked_for() -> None:
    assert words_of("ru")("Line {number}", number=2) == "Линия 2"
    assert words_of("en")("Nobody ever wrote this") == "Nobody ever wrote this"
    assert [preferred(header) for header in ("kk-KZ,ru;q=0.9", "fr, bn;q=0.5", "", "*", ";;,,")] == ["kk", "bn", "", "", ""]


@pytest.mark.parametrize("name", ["ru.page.json", "bn.settings.json"])
def test_the_browser_gets_the_same_words(name: str) -> None:
    body, tag = compiled(name) or (b"", "")
    assert len(body) > 1000
    assert len(tag) == 16


@pytest.mark.parametrize("name", ["fr.page.json", "ru.other.json", "ru.page.po", "../ru.page.json", "ru"])
def test_no_other_words_are_given(name: str) -> None:
    assert compiled(name) is None
