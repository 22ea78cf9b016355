"""What every key is for, as plain data: label, help, unit, bounds, default, when a change holds. For the page's forms; knows no file and no value."""

from collections.abc import Mapping
from typing import Any, get_args

from firmware.settings.keys import Key, allowed, keys
from firmware.settings.model import SECTIONS, Section
from firmware.settings.secret import Secret

_WORDS = {str: "text", int: "integer", float: "number", bool: "boolean", Secret: "secret"}
_UNITS = {"_ms": "ms", "_s": "s", "_min": "min", "_days": "days", "_db": "dB"}
_AS_WRITTEN = {"sip", "tls", "id", "apn", "pin", "mwi", "srtp", "rtp", "ca", "url", "mqtt", "dtmf"}

LATER = ("device.board", "device.board_file", "sip", "uplink", "probes", "modem", "web.listen")
"""What a running device takes up at its next start only: a whole section, or one key of it. The device's `reload` reads it here too."""


def describe() -> list[dict[str, object]]:
    """One object a section, in the file's order, each with its fields."""
    return [_section(section) for section in SECTIONS]


def needs_restart(place: str) -> bool:
    """Whether a change of "account.1.server" holds at the next start only."""
    parts = place.split(".")
    if parts[0] == "line" and len(parts) == 2 and parts[1].isdecimal():
        return True  # a line more or less
    plain = ".".join(part for part in parts if not part.isdecimal())
    return parts[0] in LATER or plain in LATER


def _section(section: Section) -> dict[str, object]:
    return {
        "name": section.name,
        "list": bool(section.most),
        "most": section.most or 1,
        "optional": section.optional,
        "fields": [_field(section.name, key) for key in keys(section.kind)],
    }


def _field(section: str, key: Key) -> Mapping[str, object]:
    choices = list(key.choices)
    told: dict[str, object] = {
        "name": key.name,
        "label": _label(key.name),
        "help": key.sentence,
        "unit": key.unit or next((unit for end, unit in _UNITS.items() if key.name.endswith(end)), ""),
        "kind": "choice" if choices else _WORDS[_plain(key.type)],
        "secret": key.secret,
        "many": key.many,
        "required": key.required,
        "default": None if key.required else _default(key.default),
        "allowed": allowed(key),
        "choices": choices,
        "restart": needs_restart(f"{section}.{key.name}"),
    }
    return told | _bounds(key)


def _bounds(key: Key) -> dict[str, object]:
    parts = get_args(key.type)
    if key.choices or len(parts) != 2:
        return {"least": None, "most": None, "zero_allowed": False}
    return {"least": key.least or parts[1].ge, "most": parts[1].le, "zero_allowed": bool(key.least)}


def _plain(kind: Any) -> type:  # noqa: ANN401 - a type expression
    parts = get_args(kind)
    plain: type = parts[0] if parts else kind
    return plain


def _default(value: object) -> object:
    if isinstance(value, Secret):
        return ""
    return list(value) if isinstance(value, tuple) else value


def _label(name: str) -> str:
    for end in _UNITS:
        name = name.removesuffix(end)
    words = [word.upper() if word in _AS_WRITTEN else word for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])
