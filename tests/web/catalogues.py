"""The page's texts: gathered from templates, scripts and tables, kept in .po files, compiled for the page. `python -m tests.web.catalogues`.

It renews every .po file under firmware/web/locale and compiles each to JSON, which the server and the browser read alike. A text that is new
has an empty translation; tests/web/test_catalogues.py fails until somebody wrote it.
"""

from __future__ import annotations

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from firmware.core.causes import _CLASSES, _EXACT
from firmware.core.dial_learning import Reason
from firmware.core.wifi_join import Outcome
from firmware.settings.describe import describe
from firmware.web.catalogue import DOMAINS, LANGUAGES
from firmware.web.sentences import PATTERNS, PLAIN
from firmware.wifi import wishes
from firmware.wifi.desk import JOINING_ALREADY, NOT_KEPT, NOT_SAVED
from hal.wifi import NOT_TAKEN
from hal.wifi_socket import NO_ANSWER, NO_RADIO, NO_RIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WEB = Path(__file__).parents[2] / "firmware" / "web"
LOCALE = WEB / "locale"

_KEYWORDS: Mapping[str, None] = dict.fromkeys(("_", "N_", "t"))

OF_WIFI = (
    *(outcome.value for outcome in Outcome),
    JOINING_ALREADY,
    NOT_KEPT,
    NOT_SAVED,
    wishes.NAME_WRONG,
    wishes.HEX_WRONG,
    wishes.KEY_WRONG,
    wishes.KEY_MISSING,
    wishes.KEY_NEEDLESS,
    wishes.SIGN_IN_UNKNOWN,
    NO_ANSWER,
    NO_RADIO,
    NO_RIGHT,
    NOT_TAKEN,
)
"""Whatever a Wi-Fi network or its radio may be answered with."""

OF_THE_DEVICE = (
    "That is not the password.",
    "That is not the present password.",
    "That is not the code on the label.",
    "The box is set up already; sign in with its password.",
    "The code on the label cannot be the password.",
    "Please sign in first.",
    "the caller gave up",
    "the server did not answer",
    "the link is down",
    "the link has no address",
    "all calls are sent on",
    "callers without a number are turned away",
    "do not disturb is on",
    "hung up before the far end answered",
    "it is night, and the caller is not let through",
    "nobody answered",
    "sent on because nobody answered",
    "sent on because the handset is left off",
    "sent on because the line was busy",
    "the call failed",
    "the caller is not in the phone book",
    "the caller is on the block list",
    "the device stopped during the call",
    "the line was busy",
    "nothing has answered yet",
    "This call is not in the log.",
    "The evidence of this call is not kept, or never was: only that of the last calls is.",
    "No modem is on the USB: neither a known model nor one that shows its AT ports.",
    "looking for a network",
    "no network found yet",
    "no SIM card",
    "the network refuses the SIM card",
    "the modem does not answer",
    "the SIM card refused the PIN",
    "the SIM card asks for a PIN and none is set (modem.pin)",
    "the SIM card asks for its PUK: put it into a mobile phone and unlock it there",
    "the SIM card is abroad, and the settings allow no data there (modem.roaming)",
    "The handset is off the hook: put it back first.",
    "A call is in progress on this line: try again when it is over.",
    "No dial was learned on this line just now.",
    "No learned dial is kept for this line.",
    "Updates are not set up on this system.",
    "The updater is at work already.",
    "There is no newer version to install.",
    "What the updater says cannot be read.",
)
"""Sentences of the device that have no values in them; a test finds each in its source."""


def texts(domain: str) -> list[str]:
    """Each text once, in order."""
    found = _of_the_page() if domain == "page" else _of_the_settings()
    return sorted({text for text in found if text and re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", text))})


def _of_the_page() -> Iterator[str]:
    for method, files in (
        ("jinja2.ext:babel_extract", WEB.glob("templates/**/*.html")),
        ("javascript", WEB.glob("static/*.js")),
        ("python", (WEB / name for name in ("words.py", "pages.py"))),
    ):
        for file in files:
            options = {"silent": "false"} if method.startswith("jinja2") else {}
            for _, text, *_ in extract_from_file(method, file, _KEYWORDS, options=options):
                assert isinstance(text, str)
                yield text
    yield from (words for _, words in (*_EXACT.values(), *_CLASSES.values()))
    yield from (*OF_THE_DEVICE, *OF_WIFI, *PATTERNS, *PLAIN)
    yield from (reason.value for reason in Reason)


def _of_the_settings() -> Iterator[str]:
    for section in describe():
        for field in section["fields"]:  # type: ignore[attr-defined]
            yield from (
                (field["label"], field["help"]) if section["name"] != "star_codes" else (field["help"],)
            )  # as static/features.js shows them
            if field["kind"] in {"text", "secret"}:
                yield field["allowed"]


def path_of(language: str, domain: str) -> Path:
    return LOCALE / language / f"{domain}.po"


def read(language: str, domain: str) -> dict[str, str]:
    """Translations by text, as the .po file has them; empty where there is none yet."""
    path = path_of(language, domain)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalog if message.id}


def as_po(language: str, domain: str, known: Mapping[str, str]) -> bytes:
    """`known` for the texts there are; English is its own translation unless somebody wrote a better one."""
    catalog = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for text in texts(domain):
        catalog.add(text, known.get(text) or (text if language == "en" else ""))
    out = BytesIO()
    write_po(out, catalog, omit_header=True, sort_output=True, width=0)
    return b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + out.getvalue()


def as_json(known: Mapping[str, str]) -> str:
    """What the page reads: only what differs from the text itself."""
    return (
        json.dumps({text: shown for text, shown in sorted(known.items()) if shown != text}, ensure_ascii=False, indent=0) + "\n"
    )


def main() -> int:
    missing = 0
    for language in LANGUAGES:
        (LOCALE / language).mkdir(parents=True, exist_ok=True)
        for domain in DOMAINS:
            path_of(language, domain).write_bytes(as_po(language, domain, read(language, domain)))
            known = read(language, domain)
            path_of(language, domain).with_suffix(".json").write_text(as_json(known), encoding="utf-8")
            missing += sum(not shown for shown in known.values())
    sys.stdout.write(f"catalogues: {missing} translations are missing\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
