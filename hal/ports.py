"""What the drivers ask of a board: pins, sound and time, as Protocols with units and thread promises.

A board (`hal.pi`, `hal.sim`) supplies these; drivers (`hal.slic`) use them. This room must not know which board is behind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

SAMPLE_RATE_HZ = 8000
"""Samples a second on the line, 16-bit signed little-endian mono (the codec of every supported SLIC)."""

FRAME_SAMPLES = 80
"""Samples a frame: 10 ms. Short, because every stage that looks at a frame before passing it on costs one."""


class Timer(Protocol):
    """A pending call of `Scheduler.later`."""

    def cancel(self) -> None: ...


class Scheduler(Protocol):
    """Time and the one deciding thread. Drivers own no thread and never sleep."""

    def now_ms(self) -> float:
        """Monotonic milliseconds, on the same clock as `Edge.at_ms`."""

    def later(self, delay_ms: float, action: Callable[[], None]) -> Timer:
        """Run `action` on the deciding thread after `delay_ms`. Call it from that thread only."""

    def post(self, action: Callable[[], None]) -> None:
        """Run `action` on the deciding thread soon. May be called from any thread."""


@dataclass(frozen=True)
class Edge:
    """One change of an input pin; `at_ms` is when it happened, not when somebody noticed."""

    pin: str
    active: bool
    at_ms: float


class Pins(Protocol):
    """Named pins, polarity already applied: `active` is the pin's meaning, not its voltage."""

    def read(self, pin: str) -> bool: ...

    def write(self, pin: str, active: bool) -> None:  # noqa: FBT001  (a pin has two states)
        """Drive an output. Call it from the deciding thread."""

    def watch(self, pin: str, on_edge: Callable[[Edge], None]) -> None:
        """Report every edge of an input, bounce included. `on_edge` may run in any thread: only post from it."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class LinePins:
    """The four pins of an AG1171-type SLIC, by name."""

    switch_hook: str = "shk"
    """Input, active while the loop is closed (handset lifted)."""
    forward_reverse: str = "fr"
    """Output, active = reversed battery; toggled to ring."""
    ring_mode: str = "rm"
    """Output, active = ringing voltage."""
    power_down: str = "pd"
    """Output, active = line denied."""


@dataclass(frozen=True)
class PanelPins:
    """Lamps and button of the box, by name. A board may lack some: an empty name is no pin."""

    power: str = "led-power"
    line: str = "led-line"
    uplink: str = "led-uplink"
    message: str = "led-message"
    button: str = "button"
    """Input, active while pressed."""

    @property
    def lamps(self) -> dict[str, str]:
        """The pins of the lamps that there are, by the lamp's name."""
        named = {"power": self.power, "line": self.line, "uplink": self.uplink, "message": self.message}
        return {lamp: pin for lamp, pin in named.items() if pin}


class FrameSound(Protocol):
    """A line's codec in memory. Both methods run in the media thread, FRAME_SAMPLES samples a call, and must not block."""

    def take_frame(self) -> bytes:
        """What the codec heard on the line since the last call (line to exchange)."""

    def give_frame(self, pcm: bytes) -> None:
        """What the codec puts on the line next (exchange to line)."""


@dataclass(frozen=True)
class AlsaSound:
    """A line's codec as an ALSA card, opened by whoever owns the audio clock."""

    card: str
    """The card's id, which stays; its number changes with the order in which cards are found."""
    device: int = 0

    @property
    def pcm(self) -> str:
        """ALSA's name of it, with conversions: codecs of two channels and other rates look like one channel of 8 kHz."""
        return f"plughw:CARD={self.card},DEV={self.device}"


Sound = FrameSound | AlsaSound


class Uart(Protocol):
    """An open serial port: bytes out; the bytes that come in go to whoever opened it."""

    name: str
    """Where it was found, such as /dev/ttyUSB2; another name after the part was plugged in again."""

    def write(self, data: bytes) -> None:
        """Hand over a short command without waiting; raises PartMissing if the port is gone and PartBusy if it takes no more bytes."""

    def close(self) -> None:
        """Let the port go. No callback comes afterwards."""


class UartSource(Protocol):
    """Finds a part's port, under whatever name it has today, and opens it."""

    def open(self, on_bytes: Callable[[bytes], None], on_gone: Callable[[str], None]) -> Uart:
        """Open the port; raises PartMissing or PartBusy. Both callbacks run on the deciding thread.

        `on_gone` is called once, with the reason, when the port has gone by itself.
        """
