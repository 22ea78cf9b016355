"""A board as data: its wires, lamps, button and codecs. It must not know how such a thing is read or opened."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from hal.ports import LinePins, PanelPins


class Level(Enum):
    """The voltage at which a pin means yes."""

    HIGH = "high"
    LOW = "low"


class Pull(Enum):
    """The resistor inside the processor's pin."""

    OFF = "off"
    UP = "up"
    DOWN = "down"


class Direction(Enum):
    """Who drives the wire: the processor drives outputs."""

    INPUT = "input"
    OUTPUT = "output"


class RingMethod(Enum):
    """How a port makes its bell ring."""

    TOGGLE = "toggle"
    """RM on, and F/R toggled by the processor at 20 to 25 Hz: `hal.slic`."""


class Standing(Enum):
    """How well a value is known."""

    CONFIRMED = "confirmed"
    """Read in the maker's own document."""
    UNCONFIRMED = "unconfirmed"
    """From somebody who built one, or from memory."""
    CHOSEN = "chosen"
    """Ours to choose: how we draw the wiring."""


@dataclass(frozen=True)
class Source:
    """Where a value comes from."""

    text: str
    standing: Standing


@dataclass(frozen=True)
class PinDescription:
    """One wire. `gpio` is the processor's number (BCM), not the place on the header."""

    name: str
    gpio: int
    direction: Direction
    active: Level
    pull: Pull
    gpio_source: Source
    active_source: Source


@dataclass(frozen=True)
class LevelDescription:
    """A mixer control of the codec and what it is set to, in the words of `amixer`."""

    control: str
    value: str


@dataclass(frozen=True)
class CodecDescription:
    """The codec of one port: an ALSA card by its id, never by its number, which changes with the order of detection."""

    card: str
    device: int
    levels: tuple[LevelDescription, ...]
    source: Source


@dataclass(frozen=True)
class PortDescription:
    """One telephone port. `codec` is None where samples come from memory (the simulated board)."""

    names: LinePins
    codec: CodecDescription | None


@dataclass(frozen=True)
class Description:
    """A whole board."""

    title: str
    ring: RingMethod
    ports: tuple[PortDescription, ...]
    panel: PanelPins
    pins: tuple[PinDescription, ...] = field(repr=False)

    def sources(self) -> Iterator[tuple[str, Source]]:
        """Every value with its source, for the documents."""
        for pin in self.pins:
            yield f"{pin.name} at GPIO {pin.gpio}", pin.gpio_source
            yield f"{pin.name} active {pin.active.value}", pin.active_source
        for number, port in enumerate(self.ports, 1):
            if port.codec:
                yield f"codec of port {number}: {port.codec.card}", port.codec.source
