"""The processor's pins through RPi.GPIO's interface, the only place that knows it. rpi-lgpio supplies that module on current kernels and on the
Pi 5, the original elsewhere.

Edges carry the kernel's own timestamps where the module's foundation, lgpio, gives them (CLOCK_MONOTONIC, the clock of `Scheduler.now_ms`); with
the original module they carry the moment its thread called. Bounce is handled above. What a pin is for is not known here.
"""

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hal.boards.description import Direction, Level, PinDescription, Pull
from hal.errors import PartBusy, PartMissing, PartMisused
from hal.ports import Edge

OnEdge = Callable[[Edge], None]

STALE_MS = 10_000.0
"""A timestamp further from now than this is of another clock: kernels before 5.7 stamped edges with the time of day (gpio.h)."""

_NO_LEVEL = 2
"""What lgpio reports in place of a level when a watchdog of its own ran out."""


class PiPins:
    """`Pins` of a board. Outputs are claimed at rest (inactive) in one step, so that no bell rings meanwhile; `close` gives all pins back."""

    def __init__(self, described: Sequence[PinDescription]) -> None:
        self._gpio = _module()
        self._pins = {pin.name: pin for pin in described}
        self._callbacks: list[Any] = []
        self._watchers: dict[str, list[OnEdge]] = {}
        self._open = True
        with _told("The processor's pins cannot be opened"):
            self._gpio.setwarnings(False)  # noqa: FBT003 (its interface)
            self._gpio.setmode(self._gpio.BCM)
        try:
            for pin in described:
                self._claim(pin)
        except BaseException:
            self.close()
            raise

    def read(self, pin: str) -> bool:
        found = self._pin(pin)
        with _told(f"{_named(found)} cannot be read"):
            return _means(found, high=bool(self._gpio.input(found.gpio)))

    def write(self, pin: str, active: bool) -> None:  # noqa: FBT001  (the port's shape)
        found = self._pin(pin)
        if found.direction is Direction.INPUT:
            raise PartMisused(f"Pin {pin} is an input: it cannot be written.")
        with _told(f"{_named(found)} cannot be written"):
            self._gpio.output(found.gpio, self._level(found, active=active))

    def watch(self, pin: str, on_edge: OnEdge) -> None:
        """`on_edge` runs in the library's thread."""
        found = self._pin(pin)
        if found.direction is Direction.OUTPUT:
            raise PartMisused(f"Pin {pin} is an output: the outside world cannot drive or watch it.")
        watchers = self._watchers.setdefault(pin, [])
        watchers.append(on_edge)
        if len(watchers) == 1:
            with _told(f"{_named(found)} cannot be watched"):
                self._watch(found, lambda edge: [each(edge) for each in watchers])

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        for callback in self._callbacks:
            callback.cancel()
        self._gpio.cleanup()

    def _claim(self, pin: PinDescription) -> None:
        gpio = self._gpio
        pulls = {Pull.OFF: gpio.PUD_OFF, Pull.UP: gpio.PUD_UP, Pull.DOWN: gpio.PUD_DOWN}
        with _told(f"{_named(pin)} cannot be used"):
            if pin.direction is Direction.INPUT:
                gpio.setup(pin.gpio, gpio.IN, pull_up_down=pulls[pin.pull])
            else:
                gpio.setup(pin.gpio, gpio.OUT, initial=self._level(pin, active=False))

    def _watch(self, pin: PinDescription, on_edge: Callable[[Edge], object]) -> None:
        """Once a pin: the library refuses to watch one twice."""
        gpio, foundation = self._gpio, sys.modules.get("lgpio")
        gpio.add_event_detect(pin.gpio, gpio.BOTH)
        chip = getattr(gpio, "_chip", None)
        if foundation is None or chip is None:
            gpio.add_event_callback(pin.gpio, lambda _: on_edge(Edge(pin.name, self.read(pin.name), _now_ms())))
            return

        def alert(_chip: int, _gpio: int, level: int, stamp_ns: int) -> None:
            if level != _NO_LEVEL:
                on_edge(Edge(pin.name, _means(pin, high=bool(level)), moment_ms(stamp_ns, _now_ms())))

        self._callbacks.append(foundation.callback(chip, pin.gpio, foundation.BOTH_EDGES, alert))

    def _level(self, pin: PinDescription, *, active: bool) -> int:
        high = active == (pin.active is Level.HIGH)
        return int(self._gpio.HIGH if high else self._gpio.LOW)

    def _pin(self, name: str) -> PinDescription:
        if not self._open:
            raise PartMisused("The pins are closed.")
        if name not in self._pins:
            raise PartMisused(f"There is no pin {name} on this board.")
        return self._pins[name]


def moment_ms(stamp_ns: int, now_ms: float) -> float:
    """When an edge happened, by the kernel's timestamp, or now if that is of another clock."""
    at_ms = stamp_ns / 1e6
    return at_ms if abs(now_ms - at_ms) < STALE_MS else now_ms


def _now_ms() -> float:
    return time.monotonic() * 1000


def _means(pin: PinDescription, *, high: bool) -> bool:
    return high == (pin.active is Level.HIGH)


def _named(pin: PinDescription) -> str:
    return f"GPIO {pin.gpio} ({pin.name})"


def _module() -> Any:  # noqa: ANN401  (it carries no types)
    """RPi.GPIO. lgpio makes a pipe in the current folder when it is imported, and a service has none it may write to."""
    try:
        with contextlib.chdir(tempfile.gettempdir()):
            import RPi.GPIO  # noqa: PLC0415  (only a Pi has it)
    except ImportError as error:
        raise PartMissing("Board pi needs the RPi.GPIO module: install keepline with its extra `pi` (rpi-lgpio).") from error
    except (RuntimeError, NotImplementedError, OSError) as error:
        raise PartMissing(f"This is no Raspberry Pi that RPi.GPIO knows: {_sentence(error)}.") from error
    return RPi.GPIO


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Errors of the library as ours: it raises its own class, which is a plain Exception, beside RuntimeError, ValueError and OSError."""
    try:
        yield
    except (PartMissing, PartBusy, PartMisused):
        raise
    except Exception as error:
        reason = _sentence(error)
        if "busy" in reason.lower():
            raise PartBusy(f"{what}: another program holds it (gpioinfo tells which).") from error
        raise PartMissing(f"{what}: {reason}.") from error


def _sentence(error: Exception) -> str:
    return str(error).strip("'\" .!") or type(error).__name__
