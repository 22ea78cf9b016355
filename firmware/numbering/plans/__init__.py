"""Reads a country's numbering plan from the files beside it and says in a sentence what is wrong with a file.

Knows the notation (`README.md` here), not the values. Reads files, so call it at the start, not while a call is up.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from firmware.core.digit_map import DigitMapWrong, parse
from firmware.numbering.errors import PlanInvalid, PlanUnknown

PLANS = Path(__file__).parent
_ABROAD = "abroad"

T = TypeVar("T")


@dataclass(frozen=True)
class Emergency:
    """`at_once`: no longer number begins like it, so it is sent with its last digit."""

    number: str
    service: str
    at_once: bool


@dataclass(frozen=True)
class CountryPlan:
    """A country's file as data; `README.md` tells what each is. `abroad` are calling codes whose national numbers have one length."""

    code: str
    name: str
    calling_code: str
    trunk: str
    trunk_optional: bool
    international: tuple[str, ...]
    emergency: tuple[Emergency, ...]
    complete: tuple[str, ...]
    local_lengths: tuple[int, ...]
    local_never: tuple[str, ...]
    local_complete: str
    national_digits: int
    own_begins: tuple[str, ...]
    own_regions: tuple[str, ...]
    abroad: tuple[tuple[str, str], ...]


def country_codes(folder: Path = PLANS) -> tuple[str, ...]:
    """The codes that `load_plan` knows, sorted."""
    return tuple(sorted(file.stem for file in folder.glob("*.toml") if file.stem != _ABROAD))


@cache
def load_plan(code: str, folder: Path = PLANS) -> CountryPlan:
    """The plan of ISO 3166 country `code`; PlanUnknown or PlanInvalid with a sentence otherwise."""
    if code not in country_codes(folder):
        raise PlanUnknown(f'There is no numbering plan for country "{code}"; choose one of {", ".join(country_codes(folder))}.')
    return plan_from(code, _read(folder / f"{code}.toml"), _read(folder / f"{_ABROAD}.toml"))


def _read(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanInvalid(f"{file.name} cannot be read: {error}.") from error


def plan_from(code: str, entries: Mapping[str, Any], abroad: Mapping[str, Any]) -> CountryPlan:
    """A plan of parsed TOML; raises PlanInvalid."""
    root = _Table(f"{code}.toml", entries)
    trunk, local, own = root.table("trunk"), root.table("local"), root.table("own", optional=True)
    return CountryPlan(
        code=code,
        name=root.value("name", str),
        calling_code=root.digits("calling_code"),
        trunk=trunk.digits("prefix"),
        trunk_optional=trunk.value("optional", bool, default=False),
        international=tuple(each.digits("prefix") for each in root.tables("international")),
        emergency=tuple(_emergency(each) for each in root.tables("emergency")),
        complete=tuple(each.digit_map("digits") for each in root.tables("complete", optional=True)),
        local_lengths=tuple(local.items("lengths", int)),
        local_never=tuple(local.items("never", str)),
        local_complete=local.digit_map("complete") if local.has("complete") else "",
        national_digits=local.value("national_digits", int, default=0),
        own_begins=tuple(own.items("begins", str)),
        own_regions=tuple(own.items("regions", str)),
        abroad=tuple(_length(each) for each in _Table(f"{_ABROAD}.toml", abroad).tables("length")),
    )


def _emergency(table: "_Table") -> Emergency:
    return Emergency(table.digits("number"), table.value("service", str), table.value("at_once", bool, default=True))


def _length(table: "_Table") -> tuple[str, str]:
    return table.digits("calling_code"), table.digit_map("digits")


class _Table:
    """One TOML table that knows its place, for error sentences. Every one but an absent optional one must name its source."""

    def __init__(self, where: str, entries: object) -> None:
        if not isinstance(entries, Mapping):
            raise PlanInvalid(f"{where}: must be a table.")
        self._where = where
        self._entries = entries

    def has(self, key: str) -> bool:
        return key in self._entries

    def wrong(self, key: str, why: str) -> PlanInvalid:
        return PlanInvalid(f"{self._where}: {key} {why}.")

    def value(self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self._entries.get(key, default)
        if value is None:
            raise self.wrong(key, "is missing")
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise self.wrong(key, f"must be {_WORDS[kind]}")
        return value

    def items(self, key: str, kind: type[T]) -> Sequence[T]:
        value = self._entries.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
            raise self.wrong(key, f"must be a list, each {_WORDS[kind]}")
        return value

    def digits(self, key: str) -> str:
        text = self.value(key, str)
        if not (text.isascii() and text.isdigit()):
            raise self.wrong(key, "must be digits")
        return text

    def digit_map(self, key: str) -> str:
        text = self.value(key, str)
        try:
            parse(text)
        except DigitMapWrong as wrong:
            raise self.wrong(key, f"cannot be read: {wrong}") from wrong
        return text

    def table(self, key: str, *, optional: bool = False) -> "_Table":
        if optional and key not in self._entries:
            return _Table(f"{self._where} [{key}]", {})
        return _sourced(f"{self._where} [{key}]", self._entries.get(key))

    def tables(self, key: str, *, optional: bool = False) -> list["_Table"]:
        entries = self._entries.get(key, [] if optional else None)
        if not isinstance(entries, list) or not (entries or optional):
            raise self.wrong(key, "must be one or more tables")
        return [_sourced(f"{self._where} [{key}.{place}]", each) for place, each in enumerate(entries, 1)]


def _sourced(where: str, entries: object) -> _Table:
    table = _Table(where, entries)
    table.value("source", str)
    return table


_WORDS = {str: "a text", int: "a whole number", bool: "true or false"}
