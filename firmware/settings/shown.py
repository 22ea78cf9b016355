"""Settings as plain data for JSON, secrets masked. For the page and for logs; knows no file."""

from firmware.settings.keys import keys
from firmware.settings.model import SECTIONS, Settings, Table


def shown(settings: Settings) -> dict[str, object]:
    """{"device": {...}, "account": [{..., "password": "********"}], "modem": None}; an empty secret stays ""."""
    return {section.name: _plain(getattr(settings, section.name)) for section in SECTIONS}


def _plain(value: Table | tuple[Table, ...] | None) -> object:
    if isinstance(value, Table):
        return {key.name: _shown(getattr(value, key.name), secret=key.secret) for key in keys(type(value))}
    return None if value is None else [_plain(table) for table in value]


def _shown(value: object, *, secret: bool) -> object:
    if secret:
        return str(value)
    return list(value) if isinstance(value, tuple) else value
