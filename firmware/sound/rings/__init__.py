"""Distinctive rings by name, and which of them a PBX asks for in a call's Alert-Info; both stand in `distinctive.toml`.

Knows no call and no bell.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("distinctive.toml")

Cadence = tuple[int, ...]
"""Milliseconds of ringing on, off, on, off."""


def ring_names() -> tuple[str, ...]:
    return tuple(_rings())


def distinctive(name: str) -> Cadence:
    """The cadence of "dr1" to "dr5". ValueError for another name."""
    if name not in _rings():
        raise ValueError(f'There is no ring "{name}"; choose one of {", ".join(_rings())}.')
    return _rings()[name]


def ring_of_alert_info(alert_info: str) -> str:
    """The name of the ring that an Alert-Info header asks for; empty if it names none that is known: then the line rings as usual."""
    text = alert_info.lower()
    for pattern, ring in _alerts():
        found = pattern.search(text)
        if found:
            return ring or f"dr{found[1]}"
    return ""


@cache
def _whole() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def _rings() -> dict[str, Cadence]:
    return {name: tuple(ring["cadence_ms"]) for name, ring in _whole()["rings"].items()}


@cache
def _alerts() -> tuple[tuple[re.Pattern[str], str], ...]:
    """A word stands alone: "ring1" is neither in "spring1" nor in "ring10"."""
    return tuple(
        (re.compile(rf"(?<![a-z0-9]){re.escape(word).replace(re.escape('*'), '([1-5])')}(?![a-z0-9])"), alert.get("ring", ""))
        for alert in _whole()["alerts"]
        for word in alert["words"]
    )
