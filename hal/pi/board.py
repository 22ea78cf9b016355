"""A Raspberry Pi with a described board on it: codecs found, pins claimed. It must not know the drivers above."""

from pathlib import Path

from hal.board import Board, BoardLine
from hal.boards import load_board
from hal.boards.description import PortDescription
from hal.errors import PartMisused
from hal.pi.pins import PiPins
from hal.pi.sound import open_codec

SUPPLICANT = Path("/run/wpa_supplicant")
"""Where Debian's wpa_supplicant keeps its control sockets (ctrl_interface)."""


def open_pi(board_file: str, ports: int) -> Board:
    """The board with so many of its telephone ports in use; the others get no power. Raises PartMissing, PartBusy or PartMisused."""
    description = load_board(board_file)
    if ports > len(description.ports):
        raise PartMisused(f"The board {description.title!r} has {len(description.ports)} telephone port(s), not {ports}.")
    lines = tuple(_line(port, number) for number, port in enumerate(description.ports[:ports], 1))
    pins = PiPins(description.pins)
    for port in description.ports[ports:]:
        pins.write(port.names.power_down, active=True)
    return Board(lines, pins, description.panel, lambda: SUPPLICANT, pins.close)


def _line(port: PortDescription, number: int) -> BoardLine:
    if port.codec is None:
        raise PartMisused(f"Port {number} of the board has no codec: its description needs one to be used on a Pi.")
    return BoardLine(port.names, open_codec(port.codec), None)
