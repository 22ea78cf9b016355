"""Settings as TOML text with each key's help sentence above it: what the page saves and what keepline.example.toml is. Knows no file."""

import json
import textwrap
from collections.abc import Iterable

from firmware.settings.keys import Key, allowed, keys
from firmware.settings.model import SECTIONS, Account, Section, Settings, Table
from firmware.settings.presets import Presets
from firmware.settings.secret import Secret

_WIDTH = 120
_NO_PRESETS = Presets()


def as_toml(settings: Settings, presets: Presets = _NO_PRESETS) -> str:
    """The whole file, passwords in clear: it is for the disk, not for the eye.

    Every key stands there, also those at their default, save for what a provider's preset sets just so: a better one is to reach the account.
    """
    return "\n".join(line for section in SECTIONS for line in section_lines(section, getattr(settings, section.name), presets))


def section_lines(section: Section, value: Table | tuple[Table, ...] | None, presets: Presets = _NO_PRESETS) -> Iterable[str]:
    """One section's tables; the comments stand only in the first of a kind."""
    tables = value if isinstance(value, tuple) else () if value is None else (value,)
    heading = f"[[{section.name}]]" if section.most else f"[{section.name}]"
    for number, table in enumerate(tables):
        yield heading
        left_out = presets.covers(table) if isinstance(table, Account) else frozenset()
        for key in keys(section.kind):
            if key.name in left_out:
                continue
            if not number:
                yield from _comment(key)
            yield f"{key.name} = {toml_value(getattr(table, key.name))}"
        yield ""


def _comment(key: Key) -> Iterable[str]:
    default = "required" if key.required else f"default: {toml_value(key.default)}"
    yield f"# {key.sentence}"
    yield from textwrap.wrap(
        f"{allowed(key)}; {default}",
        _WIDTH,
        initial_indent="#   ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def toml_value(value: object) -> str:
    """Any value of a key as TOML writes it."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, tuple | list):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, float):
        return str(int(value) if value.is_integer() else value)
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are among its own, save for pairs of surrogates and the DEL character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
