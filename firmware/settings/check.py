"""From raw TOML data to Settings, collecting every mistake instead of stopping at the first. Knows no file, only its name's absence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from firmware.settings.errors import Mistake
from firmware.settings.found import Found
from firmware.settings.keys import Key, allowed, keys
from firmware.settings.model import SECTIONS, Section, Settings, Table
from firmware.settings.rules import broken_rules
from firmware.settings.secret import Secret
from firmware.settings.wording import listed, meant, shortened, shown


@dataclass
class _Findings:
    """What one pass over the data found: each table with its place ("account.1"), and the mistakes."""

    tables: dict[str, list[tuple[str, Table]]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def check(data: Mapping[str, object]) -> tuple[Settings, tuple[Mistake, ...]]:
    """The settings, and what is wrong; the settings are only to be used where nothing is."""
    findings = _Findings()
    findings.mistakes.extend(_unknown_tables(data))
    for section in SECTIONS:
        findings.tables[section.name] = [
            (place, table)
            for place, raw in _raw_tables(section, data, findings)
            if (table := _table(section, place, raw, findings))
        ]
    settings = _assemble(findings.tables)
    wrong = frozenset((mistake.table, mistake.key) for mistake in findings.mistakes)
    findings.mistakes.extend(broken_rules(Found(settings, findings.tables, wrong)))
    return settings, tuple(findings.mistakes)


def _assemble(found: Mapping[str, Sequence[tuple[str, Table]]]) -> Settings:
    given: dict[str, Any] = {}
    for section in SECTIONS:
        tables = tuple(table for _, table in found[section.name])
        if tables:
            given[section.name] = tables if section.most else tables[0]
    return Settings(**given)


def _unknown_tables(data: Mapping[str, object]) -> Iterable[Mistake]:
    names = [section.name for section in SECTIONS]
    for name in data:
        if name not in names:
            yield Mistake(shortened(name), "", f"unknown table{meant(name, names)}", listed(names))


def _raw_tables(section: Section, data: Mapping[str, object], findings: _Findings) -> list[tuple[str, Mapping[str, object]]]:
    """The tables of one section with their places ("account.1"); one that is written [account] counts as a list of one."""
    raw = data.get(section.name)
    if raw is None:
        return [] if section.most or section.optional else [(section.name, {})]
    if isinstance(raw, dict):
        return [(f"{section.name}.1" if section.most else section.name, raw)]
    if not section.most or not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        findings.mistakes.append(Mistake(section.name, "", f"{shown(raw)} is not a table", _heading(section)))
        return []
    if len(raw) > section.most:
        findings.mistakes.append(Mistake(section.name, "", f"{len(raw)} tables are too many", f"at most {section.most}"))
    return [(f"{section.name}.{number}", table) for number, table in enumerate(raw, 1)]


def _heading(section: Section) -> str:
    return f"tables headed [[{section.name}]]" if section.most else f"one table headed [{section.name}]"


def _table(section: Section, place: str, raw: Mapping[str, object], findings: _Findings) -> Table:
    known = keys(section.kind)
    names = [key.name for key in known]
    for name in raw:
        if name not in names:
            findings.mistakes.append(Mistake(place, shortened(name), f"unknown key{meant(name, names)}", listed(names)))
    values: dict[str, Any] = {}
    for key in known:
        wrong = list(_problems(key, raw))
        findings.mistakes.extend(Mistake(place, key.name, problem, allowed(key)) for problem in wrong)
        if key.name in raw and not wrong:
            values[key.name] = _value(key, raw[key.name])
        elif key.required:
            values[key.name] = ""  # a stand-in, so that the rules see the rest of the table
    return section.kind(**values)


def _problems(key: Key, raw: Mapping[str, object]) -> Iterable[str]:
    if key.name not in raw:
        if key.required:
            yield "is missing"
        return
    value = raw[key.name]
    if not key.many:
        yield from _item_problems(key, value)
    elif not isinstance(value, list):
        yield f"{shown(value)} is not a list"
    else:
        yield from _list_problems(key, value)


def _list_problems(key: Key, items: Sequence[object]) -> Iterable[str]:
    if len(items) < key.shortest:
        yield "the list is empty"
    for number, item in enumerate(items):
        yield from _item_problems(key, item)
        if item in items[:number]:
            yield f"{shown(item)} stands there twice"


def _item_problems(key: Key, item: object) -> Iterable[str]:
    try:
        value = _item(key, item)
    except msgspec.ValidationError:
        yield "this value is not allowed" if key.secret else f"{shown(item)} is not allowed"
        return
    if not _fits(key, value.reveal() if isinstance(value, Secret) else value):
        yield "this value is not allowed" if key.secret else f"{shown(item)} is not allowed"


def _fits(key: Key, value: object) -> bool:
    if isinstance(value, str):
        return key.form is None or key.form.holds(value)
    return not (isinstance(value, int | float) and 0 < value < key.least)


def _value(key: Key, raw: object) -> object:
    return tuple(_item(key, item) for item in raw) if key.many and isinstance(raw, list) else _item(key, raw)


def _item(key: Key, item: object) -> object:
    return msgspec.convert(item, key.type, dec_hook=_to_secret)


def _to_secret(kind: type, value: object) -> Secret:
    if kind is not Secret or not isinstance(value, str):
        raise TypeError
    return Secret(value)
