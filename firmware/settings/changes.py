"""Changes as a page sends them, laid over the raw file: sections by name, null for the default, a masked secret for the one that is there.

It judges no value: the check does, with the same sentences as for the file. Knows no file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from firmware.settings.errors import Mistake
from firmware.settings.keys import keys
from firmware.settings.model import SECTIONS, Section
from firmware.settings.secret import MASK

Raw = dict[str, object]

_BY_NAME = {section.name: section for section in SECTIONS}
_NAMES = ("id", "name", "interface", "prefix")
"""What tells two tables of a list apart, whatever their order."""


@dataclass
class Changed:
    """The raw data as it would be, and what was masked with nothing behind the mask."""

    data: Raw
    mistakes: list[Mistake] = field(default_factory=list)


def changed(raw: Mapping[str, object], changes: Mapping[str, object]) -> Changed:
    """A section's keys are laid over those that are there; a section that is a list is replaced by the list that is given."""
    result = Changed(dict(raw))
    for name, value in changes.items():
        section = _BY_NAME.get(name)
        if section is None:
            result.data[name] = value
        elif value is None:
            result.data.pop(name, None)
        elif section.most:
            result.data[name] = _tables(section, _list(raw.get(name)), value, result)
        else:
            result.data[name] = _over(section, section.name, raw.get(name), value, result)
    return result


def _over(section: Section, place: str, before: object, value: object, result: Changed) -> object:
    if not isinstance(value, dict):
        return value
    old = before if isinstance(before, dict) else {}
    return _unmasked(section, place, old, _without_nulls({**old, **value}), result)


def _tables(section: Section, before: Sequence[Raw], value: object, result: Changed) -> object:
    if not isinstance(value, list):
        return value
    return [
        _unmasked(section, f"{section.name}.{number}", _same(before, item, number), _without_nulls(item), result)
        if isinstance(item, dict)
        else item
        for number, item in enumerate(value, 1)
    ]


def _same(before: Sequence[Raw], item: Raw, number: int) -> Raw:
    """The table this one was: by its name, else by its place."""
    for name in _NAMES:
        if name in item:
            found = [table for table in before if table.get(name) == item[name]]
            if found:
                return found[0]
    return before[number - 1] if number <= len(before) else {}


def _unmasked(section: Section, place: str, old: Raw, new: Raw, result: Changed) -> Raw:
    for key in keys(section.kind):
        if key.secret and new.get(key.name) == MASK:
            if key.name in old:
                new[key.name] = old[key.name]
            else:
                del new[key.name]
                result.mistakes.append(Mistake(place, key.name, "is masked, and nothing is known to keep", "the word itself"))
    return new


def _without_nulls(table: Mapping[str, object]) -> Raw:
    return {name: value for name, value in table.items() if value is not None}


def _list(value: object) -> list[Raw]:
    if isinstance(value, dict):
        return [value]
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []
