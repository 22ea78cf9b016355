"""Reads a country's tones and ringing from the files beside it and says in a sentence what is wrong with a file.

Knows the notation (`README.md` here), not the values. Reads files, so call it at the start, not while a call is up.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from firmware.core.actions import ToneName
from firmware.core.tones import CallerIdKind, CountryTones, Provenance, Segment, Sine, Tone
from firmware.sound.errors import CountryInvalid, CountryUnknown

COUNTRIES = Path(__file__).parent
COMMON = COUNTRIES / "common" / "tones.toml"
"""Tones for countries that have none of their own."""
_CALL_WAITING = "call_waiting"
_MARKS = {"source", "derived", "unconfirmed"}
_ELEMENT = re.compile(r"(!?)(\d+(?:\+\d+){0,3})(?:\*(\d+))?(?:/(\d+))?")
_LEVEL_DBM0 = (-30, 0)
_FREQUENCY_HZ = (20, 3800)
_DURATION_MS = (10, 60_000)


def country_codes(folder: Path = COUNTRIES) -> tuple[str, ...]:
    """The codes that `load_country` knows, sorted."""
    return tuple(sorted(file.stem for file in folder.glob("*.toml")))


def load_country(code: str, folder: Path = COUNTRIES) -> CountryTones:
    """The tones of ISO 3166 country `code`; CountryUnknown or CountryInvalid with a sentence otherwise."""
    if code not in country_codes(folder):
        known = ", ".join(country_codes(folder))
        raise CountryUnknown(f'There are no tones for country "{code}"; choose one of {known}.')
    file = folder / f"{code}.toml"
    try:
        text = file.read_text(encoding="utf-8")
        return country_from(code, tomllib.loads(text), file.name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CountryInvalid(f"{file.name} cannot be read: {error}.") from error


def country_from(code: str, entries: Mapping[str, Any], where: str) -> CountryTones:
    """`CountryTones` of parsed TOML; `where` names the file in error sentences."""
    root = _Table(where, entries, {"name", "ring", "caller_id", "tone"})
    ring = root.table("ring", {"cadence_ms"} | _MARKS)
    caller_id = root.table("caller_id", {"kind"} | _MARKS)
    parts = _tone_tables(root)
    return CountryTones(
        code=code,
        name=root.text("name"),
        tones={tone: _tone(parts[tone.value]) for tone in ToneName},
        call_waiting=_waiting_tone(parts[_CALL_WAITING]),
        ring_cadence_ms=_cadence(ring),
        caller_id=_kind(caller_id),
        provenance={"ring": ring.provenance(), "caller_id": caller_id.provenance()}
        | {name: part.provenance() for name, part in parts.items()},
    )


def _tone_tables(root: "_Table") -> dict[str, "_Table"]:
    """Each tone's table by name: the country's own, or the common one."""
    names = [*(tone.value for tone in ToneName), _CALL_WAITING]
    own = root.table("tone", set(names))
    common = _Table(COMMON.name, _common_tones(), set(names))
    return {
        name: (common if not own.has(name) and common.has(name) else own).table(name, {"play", "level_dbm0"} | _MARKS)
        for name in names
    }


@cache
def _common_tones() -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", tomllib.loads(COMMON.read_text(encoding="utf-8"))["tone"])


class _Table:
    """One TOML table that knows its place, for error sentences."""

    def __init__(self, where: str, entries: object, allowed: set[str]) -> None:
        if not isinstance(entries, Mapping):
            raise CountryInvalid(f"{where}: must be a table.")
        self.where = where
        self._entries = entries
        unknown = sorted(set(entries) - allowed)
        if unknown:
            raise self.wrong(unknown[0], f"is not known; allowed are {', '.join(sorted(allowed))}")

    def wrong(self, key: str, why: str) -> CountryInvalid:
        return CountryInvalid(f"{self.where}: {key} {why}.")

    def value(self, key: str) -> object:
        if key not in self._entries:
            raise self.wrong(key, "is missing")
        return self._entries[key]

    def has(self, key: str) -> bool:
        return key in self._entries

    def table(self, key: str, allowed: set[str]) -> "_Table":
        return _Table(f"{self.where} [{key}]", self.value(key), allowed)

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text that is not empty")
        return value

    def mark(self, key: str) -> bool:
        value = self._entries.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def provenance(self) -> Provenance:
        return Provenance(self.text("source"), self.mark("derived"), self.mark("unconfirmed"))


def _tone(table: _Table) -> Tone:
    level = table.value("level_dbm0")
    lowest, highest = _LEVEL_DBM0
    if isinstance(level, bool) or not isinstance(level, int | float) or not lowest <= level <= highest:
        raise table.wrong("level_dbm0", f"must be a number from {lowest} to {highest}")
    elements = [_element(table, text) for text in table.text("play").split(",")]
    segments = tuple(_segment(table, match, float(level)) for match in elements)
    repeat_from = _repeat_from(table, [match[1] == "!" for match in elements])
    _refuse_early_end(table, segments)
    return Tone(segments, repeat_from)


def _waiting_tone(table: _Table) -> Tone:
    """It is played burst by burst into a conversation, so where a burst ends must be known."""
    tone = _tone(table)
    if tone.segments[-1].sines or len(tone.segments) < 2 or tone.repeat_from is None:
        raise table.wrong("play", "must repeat and end with the silence between two signals, such as 440/300,0/10000")
    return tone


def _element(table: _Table, text: str) -> re.Match[str]:
    match = _ELEMENT.fullmatch(text.strip())
    if match is None:
        raise table.wrong("play", f'has "{text}"; write segments such as 425/1000, 350+440 or 0/4000')
    return match


def _segment(table: _Table, match: re.Match[str], level_dbm0: float) -> Segment:
    frequencies = [int(text) for text in match[2].split("+")]
    duration = None if match[4] is None else _bounded(table, int(match[4]), _DURATION_MS, "ms")
    if frequencies == [0]:
        if duration is None:
            raise table.wrong("play", "has a silence without end; give it a duration such as 0/4000")
        return Segment((), duration)
    sines = tuple(Sine(_bounded(table, hz, _FREQUENCY_HZ, "Hz"), level_dbm0) for hz in frequencies)
    modulator = 0 if match[3] is None else _bounded(table, int(match[3]), (1, 200), "Hz of modulation")
    return Segment(sines, duration, modulator)


def _bounded(table: _Table, value: int, bounds: tuple[int, int], unit: str) -> int:
    if not bounds[0] <= value <= bounds[1]:
        raise table.wrong("play", f"has {value} {unit}; allowed are {bounds[0]} to {bounds[1]} {unit}")
    return value


def _repeat_from(table: _Table, once: list[bool]) -> int | None:
    """Where the repeated part begins: after the segments marked with `!`, which must come first."""
    bursts = once.index(False) if False in once else len(once)
    if any(once[bursts:]):
        raise table.wrong("play", "has a ! after a segment without; segments played once come first")
    return None if bursts == len(once) else bursts


def _refuse_early_end(table: _Table, segments: tuple[Segment, ...]) -> None:
    if any(segment.duration_ms is None for segment in segments[:-1]):
        raise table.wrong("play", "has a segment without duration that is not the last; what follows would never be heard")


def _cadence(table: _Table) -> tuple[int, ...]:
    value = table.value("cadence_ms")
    if not isinstance(value, list) or len(value) not in (2, 4, 6) or not all(_is_ring_ms(part) for part in value):
        raise table.wrong("cadence_ms", "must be 2, 4 or 6 whole numbers from 100 to 10000: on, off, on, off")
    return tuple(value)


def _is_ring_ms(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 10_000


def _kind(table: _Table) -> CallerIdKind:
    try:
        return CallerIdKind(table.text("kind"))
    except ValueError:
        kinds = ", ".join(kind.value for kind in CallerIdKind)
        raise table.wrong("kind", f"must be one of {kinds}") from None
