"""Templates put into words and HTML: the only room that knows Jinja. Everything a template shows is escaped; what is marked safe was drawn here."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from firmware.web import words as told
from firmware.web.catalogue import Words

_FOLDER = Path(__file__).with_name("templates")


def draw(template: str, words: Words, **values: object) -> str:
    """`_` in the template is the language, `lang` its code, `told` the sentences of words.py in it."""
    return _environment().get_template(template).render(_=words, lang=words.language, told=_told(words), **values)


@functools.cache
def part_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (_FOLDER / "parts").glob("*.html")))


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@functools.cache
def _told(words: Words) -> Mapping[str, Callable[..., Any]]:
    return {name: functools.partial(getattr(told, name), words) for name in told.FOR_TEMPLATES}
