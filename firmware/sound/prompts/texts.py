"""Reads `texts.toml`: every sentence and number the box can say, by language and name.

Used where recordings are made and checked, never while a call is up. Knows no sound.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).with_name("texts.toml")
NUMBERS = 100
"""The numbers 0 to 99 are recorded whole; what is longer is said digit by digit."""


@dataclass(frozen=True)
class Speech:
    """One language: the synthesiser's voice and words a minute, and the text of every name."""

    voice: str
    words_a_minute: int
    texts: Mapping[str, str]


def load_speech(file: Path = TEXTS) -> dict[str, Speech]:
    """By language code. ValueError with a sentence if a language lacks a text."""
    whole = tomllib.loads(file.read_text(encoding="utf-8"))
    return {language: _speech(language, voice, whole) for language, voice in whole["voices"].items()}


def _speech(language: str, voice: Mapping[str, Any], whole: Mapping[str, Any]) -> Speech:
    texts = dict(_sentences(language, whole["texts"]))
    texts |= {str(number): word for number, word in enumerate(_numbers(language, whole["numbers"][language]))}
    return Speech(voice["voice"], voice["speed"], texts)


def _sentences(language: str, texts: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    missing = [name for name, by_language in texts.items() if not by_language.get(language, "").strip()]
    if missing:
        raise ValueError(f'texts.toml: {", ".join(missing)} has no text in "{language}".')
    return [(name, by_language[language]) for name, by_language in texts.items()]


def _numbers(language: str, numbers: Mapping[str, str]) -> list[str]:
    words, tens = numbers["words"].split(), numbers["tens"].split()
    for ten in tens:
        words += [ten, *(f"{ten} {digit}" for digit in words[1:10])]
    if len(words) != NUMBERS:
        raise ValueError(f'texts.toml: [numbers] makes {len(words)} numbers in "{language}"; it must be {NUMBERS}.')
    return words
