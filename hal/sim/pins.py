"""Pins in memory with electrical sense: inputs refuse writes, unknown pins are errors, every edge is stamped and kept.

The outside world (a simulated telephone, a finger on a button, a test) drives inputs with `drive` and sees outputs with
`on_write`. Everything happens on the deciding thread. Which pin means what is the board's knowledge, not ours.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hal.errors import PartMisused
from hal.ports import Edge, Scheduler

OnEdge = Callable[[Edge], None]

HISTORY_EDGES = 4096
"""Edges kept for each pin, the oldest lost first: eighty seconds of ringing, and no leak in a device that runs for months."""


@dataclass
class SimPin:
    """One pin; outputs and inputs differ only in who may move them."""

    active: bool = False
    watchers: list[OnEdge] = field(default_factory=list)
    history: deque[Edge] = field(default_factory=lambda: deque(maxlen=HISTORY_EDGES))


class SimPins:
    """`Pins` of the simulated board, plus the outside world's side of it."""

    def __init__(self, scheduler: Scheduler, inputs: Iterable[str], outputs: Iterable[str]) -> None:
        self._scheduler = scheduler
        self._inputs = {name: SimPin() for name in inputs}
        self._outputs = {name: SimPin() for name in outputs}
        self._closed = False

    def read(self, pin: str) -> bool:
        return self._any(pin).active

    def write(self, pin: str, active: bool) -> None:  # noqa: FBT001  (the port's shape)
        if pin in self._inputs:
            raise PartMisused(f"Pin {pin} is an input: it cannot be written.")
        self._move(pin, self._any(pin), active=active, at_ms=self._scheduler.now_ms())

    def watch(self, pin: str, on_edge: OnEdge) -> None:
        self._input(pin).watchers.append(on_edge)

    def close(self) -> None:
        self._closed = True

    def drive(self, pin: str, *, active: bool, at_ms: float | None = None) -> None:
        """The outside world moves an input, now or at the moment `at_ms` it meant to."""
        self._move(pin, self._input(pin), active=active, at_ms=self._scheduler.now_ms() if at_ms is None else at_ms)

    def on_write(self, pin: str, on_edge: OnEdge) -> None:
        """The outside world sees every change of an output."""
        if pin in self._inputs:
            raise PartMisused(f"Pin {pin} is an input: nobody writes it.")
        self._any(pin).watchers.append(on_edge)

    def history(self, pin: str) -> tuple[Edge, ...]:
        """The pin's latest edges, oldest first."""
        return tuple(self._any(pin).history)

    def _move(self, name: str, pin: SimPin, *, active: bool, at_ms: float) -> None:
        if pin.active == active:
            return
        pin.active = active
        edge = Edge(name, active, at_ms)
        pin.history.append(edge)
        for watcher in pin.watchers:
            watcher(edge)

    def _any(self, pin: str) -> SimPin:
        if self._closed:
            raise PartMisused("The pins are closed.")
        found = self._inputs.get(pin) or self._outputs.get(pin)
        if found is None:
            raise PartMisused(f"There is no pin {pin} on the simulated board.")
        return found

    def _input(self, pin: str) -> SimPin:
        if pin in self._outputs:
            raise PartMisused(f"Pin {pin} is an output: the outside world cannot drive or watch it.")
        return self._any(pin)
