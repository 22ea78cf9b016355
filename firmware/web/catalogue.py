"""The page's words in its languages: texts by their English, as Babel compiled them from the catalogues under locale/. It knows no page.

`tests/web/catalogues.py` gathers the texts, keeps the .po files and compiles them; a text without a translation is shown in English.
"""

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firmware.web.sentences import PATTERNS

LANGUAGES: Mapping[str, str] = {"kk": "Қазақша", "ru": "Русский", "en": "English", "bn": "বাংলা"}
"""By ISO 639-1, each named in itself."""

DOMAINS = ("page", "settings")
"""The page's own texts; and what the settings say of each key, which only forms need."""

_FOLDER = Path(__file__).with_name("locale")


def N_(text: str) -> str:  # noqa: N802 (gettext's name for it)
    """Marks a text of a table for the catalogues; it is translated where it is shown."""
    return text


@dataclass(frozen=True, eq=False)
class Words:
    """One language, there once. Call it with a text and what stands in its braces."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, text: str, **values: object) -> str:
        known = self.texts.get(text) or text
        return known.format_map(values) if values else known

    def sentence(self, text: str) -> str:
        """What the device said, which knows no language; a sentence that nobody translated stays as it is."""
        if self.language == "en" or not text or text in self.texts:
            return self(text)
        for pattern, shape in _shapes():
            found = shape.fullmatch(text)
            if found:
                return self(pattern, **{name: self.sentence(value) for name, value in found.groupdict().items()})
        return text


@functools.cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(pattern)))) for pattern in PATTERNS)


@functools.cache
def words_of(language: str) -> Words:
    """`language` must be one of LANGUAGES."""
    return Words(language, _read(language, "page"))


@functools.cache
def compiled(name: str) -> tuple[bytes, str] | None:
    """The bytes of "ru.page.json" for the browser, and their tag; None for a name that is none."""
    language, _, rest = name.partition(".")
    domain = rest.removesuffix(".json")
    if language not in LANGUAGES or domain not in DOMAINS or not rest.endswith(".json"):
        return None
    texts: dict[str, object] = dict(_read(language, domain))
    if domain == "page":
        texts[""] = PATTERNS  # no text is empty: the script finds them here
    body = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
    return body, hashlib.sha256(body).hexdigest()[:16]


def preferred(accepted: str) -> str:
    """The first of our languages in an Accept-Language header (RFC 9110 section 12.5.4), weights aside; "" for none."""
    wanted = (part.partition(";")[0].strip().lower().partition("-")[0] for part in accepted.split(","))
    return next((each for each in wanted if each in LANGUAGES), "")


def _read(language: str, domain: str) -> Mapping[str, str]:
    path = _FOLDER / language / f"{domain}.json"
    found: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found
