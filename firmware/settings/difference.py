"""What changed between two settings, and settings as plain data for people to see. Knows no file."""

from firmware.settings.keys import keys
from firmware.settings.model import SECTIONS, Settings, Table


def difference(old: Settings, new: Settings) -> list[str]:
    """["device.country", "account.1.server", "account.2"]: keys that changed, tables that came or went; numbers from 1."""
    before, after = _tables(old), _tables(new)
    return [name for place in before | after for name in _changes(place, before.get(place), after.get(place))]


def _changes(place: str, old: Table | None, new: Table | None) -> list[str]:
    if old is None or new is None:
        return [place]
    return [f"{place}.{key.name}" for key in keys(type(old)) if getattr(old, key.name) != getattr(new, key.name)]


def _tables(settings: Settings) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for section in SECTIONS:
        value = getattr(settings, section.name)
        if section.most:
            found |= {f"{section.name}.{number}": table for number, table in enumerate(value, 1)}
        elif value is not None:
            found[section.name] = value
    return found
