"""How a key is described: what every table of the settings is written in. Knows no table."""

from msgspec import Meta, Struct

from firmware.settings.formats import Format


class Table(Struct, frozen=True, kw_only=True):
    """One table of the file. Secrets are of type Secret, so no printed form shows them."""


def text(sentence: str, form: Format, least: int | None = None) -> Meta:
    """A text, or a list of texts; `least` is the shortest list allowed."""
    return Meta(description=sentence, min_length=least, extra={"format": form})


def amount(sentence: str, least: float, most: float, unit: str = "") -> Meta:
    return Meta(description=sentence, ge=least, le=most, extra={"unit": unit})


def amount_or_zero(sentence: str, least: float, most: float, unit: str = "") -> Meta:
    """A number with bounds, or 0, which means none."""
    return Meta(description=sentence, ge=0, le=most, extra={"unit": unit, "least": least})


def choice(sentence: str, least: int | None = None) -> Meta:
    """Words of a Literal, true or false, or a list of them; `least` is the shortest list allowed."""
    return Meta(description=sentence, min_length=least)
