"""The lamps and the button of the box, over pins: lamps blink by given lengths, the button is debounced by time.

The same code runs on a Pi and on the simulator. It does not know what a lamp or a press means.
"""

from collections.abc import Callable, Mapping, Sequence

from hal.ports import Edge, PanelPins, Pins, Scheduler, Timer

DEBOUNCE_MS = 20.0
"""Quiet time that settles a press: a push button's contact bounces for a few milliseconds (the usual 5 to 10, with a margin; chosen)."""


class Lamps:
    """Call everything from the deciding thread."""

    def __init__(self, pins: Pins, names: Mapping[str, str], scheduler: Scheduler) -> None:
        """`names` gives each lamp's pin."""
        self._pins = pins
        self._names = names
        self._scheduler = scheduler
        self._timers: dict[str, Timer] = {}
        self._showing: dict[str, tuple[bool, tuple[int, ...]]] = {}

    def show(self, lamp: str, *, lit: bool, steps_ms: Sequence[int] = ()) -> None:
        """Steadily lit or dark, or blinking: lit, dark, lit, dark for `steps_ms`, again and again. What it shows already goes on undisturbed."""
        wanted = (lit, tuple(steps_ms))
        if lamp not in self._names or self._showing.get(lamp) == wanted:
            return
        self._showing[lamp] = wanted
        self._stop(lamp)
        if steps_ms:
            self._step(lamp, tuple(steps_ms), 0)
        else:
            self._pins.write(self._names[lamp], lit)

    def _step(self, lamp: str, steps_ms: tuple[int, ...], at: int) -> None:
        self._pins.write(self._names[lamp], at % 2 == 0)
        following = (at + 1) % len(steps_ms)
        self._timers[lamp] = self._scheduler.later(steps_ms[at], lambda: self._step(lamp, steps_ms, following))

    def _stop(self, lamp: str) -> None:
        timer = self._timers.pop(lamp, None)
        if timer:
            timer.cancel()

    def close(self) -> None:
        """All dark."""
        for lamp, pin in self._names.items():
            self._stop(lamp)
            self._pins.write(pin, False)  # noqa: FBT003 (a pin has two states)


class Button:
    """`on_change(pressed)` comes on the deciding thread when the button has settled."""

    def __init__(self, pins: Pins, names: PanelPins, scheduler: Scheduler, on_change: Callable[[bool], None]) -> None:
        self._pins, self._pin, self._scheduler, self._on_change = pins, names.button, scheduler, on_change
        self.pressed = pins.read(names.button)
        self._settling: Timer | None = None
        pins.watch(names.button, self._take_edge)

    def _take_edge(self, _edge: Edge) -> None:
        self._scheduler.post(self._wait)

    def _wait(self) -> None:
        if self._settling:
            self._settling.cancel()
        self._settling = self._scheduler.later(DEBOUNCE_MS, self._settle)

    def _settle(self) -> None:
        self._settling = None
        pressed = self._pins.read(self._pin)
        if pressed != self.pressed:
            self.pressed = pressed
            self._on_change(pressed)

    def close(self) -> None:
        if self._settling:
            self._settling.cancel()
