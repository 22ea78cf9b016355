"""One raw table against what the model says of its keys: each value with its type, bounds and format. Knows no other table and no file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from firmware.settings.errors import Mistake
from firmware.settings.keys import Key, allowed, keys
from firmware.settings.secret import Secret
from firmware.settings.tables.table import Table
from firmware.settings.wording import listed, meant, shortened, shown

Kind = TypeVar("Kind", bound=Table)


def check_table(kind: type[Kind], place: str, raw: Mapping[str, object]) -> tuple[Kind, list[Mistake]]:
    """The table, and what is wrong; a value that is wrong stands there as its default."""
    known = keys(kind)
    mistakes = list(_unknown_keys([key.name for key in known], place, raw))
    values: dict[str, Any] = {}
    for key in known:
        wrong = list(_problems(key, raw))
        mistakes.extend(Mistake(place, key.name, problem, allowed(key)) for problem in wrong)
        if key.name in raw and not wrong:
            values[key.name] = _value(key, raw[key.name])
        elif key.required:
            values[key.name] = ""  # a stand-in, so that the rules see the rest of the table
    return kind(**values), mistakes


def _unknown_keys(names: Sequence[str], place: str, raw: Mapping[str, object]) -> Iterable[Mistake]:
    for name in raw:
        if name not in names:
            yield Mistake(place, shortened(name), f"unknown key{meant(name, names)}", listed(names))


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
        yield f"the list is too short: at least {key.shortest} are needed" if items else "the list is empty"
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
