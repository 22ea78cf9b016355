"""The simulated board: pins, lines and telephones in memory, joined as on a bench. It must not know the drivers above."""

from dataclasses import replace

from hal.board import Board, BoardLine
from hal.boards import load_board
from hal.ports import LinePins, Scheduler
from hal.sim.handset import Handset
from hal.sim.line import SimLine
from hal.sim.pins import SimPins
from hal.sim.settings import SimLineSettings
from hal.sim.wifi import SimRadios


def open_sim(scheduler: Scheduler, ports: int, settings: SimLineSettings | None = None) -> Board:
    """A board with so many lines, each with its own telephone on hook; each line has its own luck (seed)."""
    description = load_board("sim")
    names = [port.names for port in description.ports[:ports]]
    outputs = [pin for each in names for pin in (each.forward_reverse, each.ring_mode, each.power_down)]
    panel = description.panel
    pins = SimPins(scheduler, [*(each.switch_hook for each in names), panel.button], [*outputs, *panel.lamps.values()])
    settings = settings or SimLineSettings()
    lines = [_plug_in(each, pins, scheduler, replace(settings, seed=settings.seed + index)) for index, each in enumerate(names)]
    radios = SimRadios(scheduler)

    def close() -> None:
        radios.close()
        pins.close()

    return Board(tuple(lines), pins, panel, radios.folder, close)


def _plug_in(names: LinePins, pins: SimPins, scheduler: Scheduler, settings: SimLineSettings) -> BoardLine:
    line = SimLine(pins, names, settings)
    return BoardLine(names, line, Handset(line, pins, names, scheduler, settings))
