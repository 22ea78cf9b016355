"""The simulated board: pins, lines and telephones in memory, joined as on a bench. It must not know the drivers above."""

from dataclasses import fields, replace

from hal.board import Board, BoardLine
from hal.ports import LinePins, PanelPins, Scheduler
from hal.sim.handset import Handset
from hal.sim.line import SimLine
from hal.sim.pins import SimPins
from hal.sim.settings import SimLineSettings


def line_pins(port: int) -> LinePins:
    """The pins of port 1, 2...: shk, fr, rm, pd; then shk2 and so on."""
    first = LinePins()
    return first if port == 1 else LinePins(**{field.name: f"{getattr(first, field.name)}{port}" for field in fields(first)})


def open_sim(scheduler: Scheduler, ports: int, settings: SimLineSettings | None = None) -> Board:
    """A board with so many lines, each with its own telephone on hook; each line has its own luck (seed)."""
    names = [line_pins(port) for port in range(1, ports + 1)]
    outputs = [pin for each in names for pin in (each.forward_reverse, each.ring_mode, each.power_down)]
    panel = PanelPins()
    pins = SimPins(scheduler, [*(each.switch_hook for each in names), panel.button], [*outputs, *panel.lamps.values()])
    settings = settings or SimLineSettings()
    lines = [_plug_in(each, pins, scheduler, replace(settings, seed=settings.seed + index)) for index, each in enumerate(names)]
    return Board(tuple(lines), pins, panel, pins.close)


def _plug_in(names: LinePins, pins: SimPins, scheduler: Scheduler, settings: SimLineSettings) -> BoardLine:
    line = SimLine(pins, names, settings)
    return BoardLine(names, line, Handset(line, pins, names, scheduler, settings))
