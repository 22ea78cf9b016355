"""From raw TOML data to Settings, collecting every mistake instead of stopping at the first. Knows no file, only its name's absence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from firmware.settings.errors import Mistake
from firmware.settings.found import Found
from firmware.settings.model import SECTIONS, Account, Section, Settings, Table
from firmware.settings.presets import Presets, with_preset
from firmware.settings.rules import broken_rules
from firmware.settings.table_check import check_table
from firmware.settings.wording import listed, meant, shortened, shown


@dataclass
class _Findings:
    """What one pass over the data found: each table with its place ("account.1"), and the mistakes."""

    tables: dict[str, list[tuple[str, Table]]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def check(data: Mapping[str, object], presets: Callable[[], Presets]) -> tuple[Settings, tuple[Mistake, ...]]:
    """The settings, and what is wrong; the settings are only to be used where nothing is. Presets are read when an account names one."""
    findings = _Findings()
    findings.mistakes.extend(_unknown_tables(data))
    for section in SECTIONS:
        findings.tables[section.name] = [
            (place, _table(section, place, raw, presets, findings)) for place, raw in _raw_tables(section, data, findings)
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


def _table(section: Section, place: str, raw: Mapping[str, object], presets: Callable[[], Presets], findings: _Findings) -> Table:
    mistakes: list[Mistake] = []
    if section.kind is Account:
        raw, mistakes = with_preset(place, raw, presets)
    table, wrong = check_table(section.kind, place, raw)
    findings.mistakes.extend((*mistakes, *wrong))
    return table
