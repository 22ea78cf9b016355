"""Opens a board by name: its pins, and for each line the SLIC's pins, its sound and, on the simulator, its telephone.

No fallback: a board that is not there is an error, never another board. Drivers are built by whoever opened it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hal.errors import PartMisused
from hal.ports import LinePins, PanelPins, Pins, Scheduler, Sound

if TYPE_CHECKING:
    from hal.sim.handset import Handset

PORTS = (1, 2)

USUAL_BOARD = "ag1171-one-port"
"""Of those in `hal.boards`, for a Pi whose settings name none."""


@dataclass(frozen=True)
class BoardLine:
    """One telephone port."""

    names: LinePins
    sound: Sound
    handset: "Handset | None"
    """The simulated telephone; None where a real one is plugged in."""


@dataclass(frozen=True)
class Board:
    """What `open_board` found; `close` it after the drivers on it."""

    lines: tuple[BoardLine, ...]
    pins: Pins
    panel: PanelPins
    wifi: Callable[[], Path]
    """The folder of wpa_supplicant's control sockets, one a radio (hal.wifi)."""
    close: Callable[[], None]


def open_board(kind: str, scheduler: Scheduler, ports: int = 1, board_file: str = USUAL_BOARD) -> Board:
    """Open the board `sim` or `pi` with so many telephone ports. `board_file` says which board a Pi carries: the name or path of a description.

    Raises PartMissing, PartBusy or PartMisused.
    """
    if ports not in PORTS:
        raise PartMisused(f"A board has 1 or 2 telephone ports, not {ports}.")
    return _open(kind, scheduler, ports, board_file)


def open_panel(kind: str, scheduler: Scheduler, board_file: str = USUAL_BOARD) -> Board:
    """The same board for its lamps and its button alone: no bell rings, no telephone has power, no sound card is asked for."""
    return _open(kind, scheduler, 0, board_file)


def _open(kind: str, scheduler: Scheduler, ports: int, board_file: str) -> Board:
    if kind == "sim":
        from hal.sim.board import open_sim  # noqa: PLC0415  (numpy is not on every device)

        return open_sim(scheduler, ports)
    if kind == "pi":
        from hal.pi.board import open_pi  # noqa: PLC0415  (its library is on a Pi only)

        return open_pi(board_file, ports)
    raise PartMisused(f"There is no board {kind!r}: the boards are sim and pi.")
