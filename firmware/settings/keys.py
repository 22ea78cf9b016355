"""What the model says of each key, taken apart once for the check, the writer and the page. Knows no file."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta

from firmware.settings.formats import Format
from firmware.settings.secret import Secret
from firmware.settings.tables.table import Table


@dataclass(frozen=True)
class Key:
    """One key: `type` is that of the value or, where `many`, of each item; `shortest` is the shortest
    list allowed, `least` what a number must be if it is not 0."""

    name: str
    type: Any
    many: bool
    default: Any
    sentence: str
    unit: str
    form: Format | None
    shortest: int
    least: float

    @property
    def required(self) -> bool:
        return self.default is NODEFAULT

    @property
    def secret(self) -> bool:
        return self.type is Secret

    @property
    def choices(self) -> tuple[str, ...]:
        return get_args(self.type) if get_origin(self.type) is Literal else ()


@cache
def keys(kind: type[Table]) -> tuple[Key, ...]:
    return tuple(_key(field) for field in msgspec.structs.fields(kind))


def _key(field: msgspec.structs.FieldInfo) -> Key:
    value_type, meta = get_args(field.type)[:2]
    many = get_origin(value_type) is tuple
    return Key(
        name=field.name,
        type=get_args(value_type)[0] if many else field.type if meta.ge is not None else value_type,
        many=many,
        default=field.default,
        sentence=meta.description or "",
        unit=(meta.extra or {}).get("unit", ""),
        form=(meta.extra or {}).get("format"),
        shortest=meta.min_length or 0,
        least=(meta.extra or {}).get("least", 0),
    )


def allowed(key: Key) -> str:
    """Completes "allowed: ..."."""
    return f"a list of {_allowed_item(key)}" if key.many else _allowed_item(key)


def _allowed_item(key: Key) -> str:
    if key.choices:
        return ", ".join(key.choices)
    if key.form:
        return key.form.allowed
    if key.type is bool:
        return "true or false"
    return _range(key)


def _range(key: Key) -> str:
    number, meta = get_args(key.type)
    assert isinstance(meta, Meta)  # noqa: S101 - the model gives every number its bounds
    whole = "" if number is not int else "whole numbers from " if key.many else "a whole number from "
    zero = "0 or " if key.least else ""
    return f"{zero}{whole}{key.least or meta.ge} to {meta.le} {key.unit}".rstrip()
