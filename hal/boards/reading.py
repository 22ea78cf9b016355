"""From parsed TOML to a `Description`, every mistake as one sentence: where, what, what is allowed. No files and no hardware here."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, TypeVar, cast

from hal.boards.description import (
    CodecDescription,
    Description,
    Direction,
    Level,
    LevelDescription,
    PinDescription,
    PortDescription,
    Pull,
    RingMethod,
    Source,
    Standing,
)
from hal.errors import PartMisused
from hal.ports import LinePins, PanelPins

GPIOS = range(28)
"""GPIO 0 to 27 are on the 40-pin header of every Pi since the B+."""

MOST_PORTS = 2

LINE_DIRECTIONS = {
    "switch_hook": Direction.INPUT,
    "forward_reverse": Direction.OUTPUT,
    "ring_mode": Direction.OUTPUT,
    "power_down": Direction.OUTPUT,
}
PANEL_DIRECTIONS = {
    "power": Direction.OUTPUT,
    "line": Direction.OUTPUT,
    "uplink": Direction.OUTPUT,
    "message": Direction.OUTPUT,
    "button": Direction.INPUT,
}

Choice = TypeVar("Choice", bound=Enum)


class Table:
    """One table of the file; `where` begins every sentence about it."""

    def __init__(self, where: str, entries: object, allowed: Sequence[str] | None) -> None:
        """`allowed` None: the keys are the file's own names."""
        self.where = where
        if not isinstance(entries, Mapping):
            raise PartMisused(f"{where} must be a table.")
        self._entries = cast("Mapping[str, Any]", entries)
        for key in self._entries:
            if allowed is not None and key not in allowed:
                raise PartMisused(f"{where}: there is no key {key!r}; the keys are {', '.join(allowed)}.")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def _get(self, key: str, kind: type, what: str) -> Any:  # noqa: ANN401 (checked here, of the kind asked for)
        value = self._entries.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            told = "is missing" if value is None else f"is {value!r}"
            raise PartMisused(f"{self.where}: {key} must be {what}; it {told}.")
        return value

    def text(self, key: str) -> str:
        value = str(self._get(key, str, "text"))
        if not value.strip():
            raise PartMisused(f"{self.where}: {key} must not be empty.")
        return value

    def number(self, key: str, allowed: range) -> int:
        what = f"a number from {allowed[0]} to {allowed[-1]}"
        value = int(self._get(key, int, what))
        if value not in allowed:
            raise PartMisused(f"{self.where}: {key} must be {what}; it is {value}.")
        return value

    def choice(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        if default is not None and key not in self:
            return default
        allowed = [str(each.value) for each in kind]
        value = self._get(key, str, f"one of {', '.join(allowed)}")
        if value not in allowed:
            raise PartMisused(f"{self.where}: {key} must be one of {', '.join(allowed)}; it is {value!r}.")
        return kind(value)

    def table(self, key: str, allowed: Sequence[str] | None) -> "Table":
        return Table(f"{self.where}: {key}", self._get(key, dict, "a table"), allowed)

    def tables(self, key: str, allowed: Sequence[str]) -> list["Table"]:
        listed = self._get(key, list, "a list of tables")
        return [Table(f"{self.where}: {key} {number}", each, allowed) for number, each in enumerate(listed, 1)]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._entries)


class Sources:
    """The file's table of sources; every value names one of them."""

    def __init__(self, root: Table) -> None:
        table = root.table("source", None)
        self._known = {name: _source(table.table(name, ("text", "standing"))) for name in table.keys}

    def of(self, table: Table, key: str) -> Source:
        name = table.text(key)
        if name not in self._known:
            raise PartMisused(
                f"{table.where}: {key} must be one of the sources {', '.join(self._known) or '(none)'}; it is {name!r}."
            )
        return self._known[name]


def _source(table: Table) -> Source:
    return Source(table.text("text"), table.choice("standing", Standing))


def read_description(entries: Mapping[str, Any], where: str) -> Description:
    """The board of a parsed file; `where` names the file in error sentences."""
    root = Table(where, entries, ("title", "ring", "port", "panel", "source"))
    sources = Sources(root)
    ports = root.tables("port", (*LINE_DIRECTIONS, "codec"))
    if not 1 <= len(ports) <= MOST_PORTS:
        raise PartMisused(f"{where}: a board has 1 to {MOST_PORTS} ports; here are {len(ports)}.")
    pins: list[PinDescription] = []
    described = tuple(_port(port, number, sources, pins) for number, port in enumerate(ports, 1))
    panel = _panel(root, sources, pins)
    _refuse_shared(pins, where)
    return Description(root.text("title"), root.choice("ring", RingMethod), described, panel, tuple(pins))


def line_pins(port: int) -> LinePins:
    """The pins of port 1, 2... by name: shk, fr, rm, pd; then shk2 and so on."""
    first = LinePins()
    return first if port == 1 else LinePins(**{each.name: f"{getattr(first, each.name)}{port}" for each in fields(first)})


def _port(table: Table, number: int, sources: Sources, pins: list[PinDescription]) -> PortDescription:
    names = line_pins(number)
    for key, direction in LINE_DIRECTIONS.items():
        pins.append(_pin(table, key, getattr(names, key), direction, sources))
    return PortDescription(names, _codec(table, sources) if "codec" in table else None)


def _panel(root: Table, sources: Sources, pins: list[PinDescription]) -> PanelPins:
    """What is not described is not there."""
    if "panel" not in root:
        return PanelPins(**dict.fromkeys(PANEL_DIRECTIONS, ""))
    table = root.table("panel", tuple(PANEL_DIRECTIONS))
    usual = PanelPins()
    names = {key: getattr(usual, key) if key in table else "" for key in PANEL_DIRECTIONS}
    for key, name in names.items():
        if name:
            pins.append(_pin(table, key, name, PANEL_DIRECTIONS[key], sources))
    return PanelPins(**names)


def _pin(table: Table, key: str, name: str, direction: Direction, sources: Sources) -> PinDescription:
    pull = ("pull",) if direction is Direction.INPUT else ()
    pin = table.table(key, ("gpio", "active", *pull, "gpio_source", "active_source"))
    return PinDescription(
        name,
        pin.number("gpio", GPIOS),
        direction,
        pin.choice("active", Level),
        pin.choice("pull", Pull, Pull.OFF),
        sources.of(pin, "gpio_source"),
        sources.of(pin, "active_source"),
    )


def _codec(table: Table, sources: Sources) -> CodecDescription:
    codec = table.table("codec", ("card", "device", "levels", "source"))
    levels = codec.tables("levels", ("control", "value")) if "levels" in codec else []
    return CodecDescription(
        codec.text("card"),
        codec.number("device", range(32)) if "device" in codec else 0,
        tuple(LevelDescription(each.text("control"), each.text("value")) for each in levels),
        sources.of(codec, "source"),
    )


def _refuse_shared(pins: list[PinDescription], where: str) -> None:
    taken: dict[int, str] = {}
    for pin in pins:
        if pin.gpio in taken:
            raise PartMisused(f"{where}: GPIO {pin.gpio} is both {taken[pin.gpio]} and {pin.name}: a wire has one meaning.")
        taken[pin.gpio] = pin.name
