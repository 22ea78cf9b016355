"""The person of the scenarios at the guest's real wires: the simulated telephone of `hal.sim`, its contact at gpio-sim, its sound at the loop-back;
and the button of the box.

    python -m tests.guest.inside.person SOCKET LINES BOARD    takes the `phone.*` orders of the control socket there, prints `ready`

BOARD is one of hal/boards. A process of its own, so that the device under test makes nobody late but itself. It knows nothing of the device.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator  # noqa: TC003 (the orders' shapes are read when they are served)
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.control import Control
from firmware.loop import Loop
from firmware.phone_orders import PhoneOrders
from hal.board import Board, BoardLine
from hal.boards import load_board
from hal.ports import FRAME_SAMPLES
from hal.sim.handset import Handset
from hal.sim.line import SimLine
from hal.sim.pins import SimPins
from hal.sim.settings import SimLineSettings
from tests.guest.contract.outside import OnGpioSim

if TYPE_CHECKING:
    from hal.boards.description import Description, PortDescription

LOOK_MS = 4.0
"""How often the device's outputs are looked at: the simulator tells nobody of a change. A ring of 25 Hz turns every 20 ms."""
FRAME_BYTES = 2 * FRAME_SAMPLES
FRAMES_A_PERIOD = 2
UNDER_WAY_S = 0.08
"""Sound in the cards' buffers: what is heard so long after a moment was said before it."""
SWITCH_S = 0.0005
"""How long one thread may keep the other waiting: the hand at the contact and the voice share an interpreter."""
_ALSA = ("-q", "-t", "raw", "-f", "S16_LE", "-r", "8000", "-c", "1", "--period-size=160", "--buffer-size=1600")
_AT_ONCE = "--start-delay=20000"
"""The mouth's card starts when it has 20 ms to play, not when its buffer is full: a telephone answers the alerting signal within 160 ms."""


class Wires:
    """A telephone's pair, its ends joined to the chip: what moves on one side moves on the other."""

    def __init__(self, loop: Loop, board: Description, port: PortDescription) -> None:
        names = port.names
        assert port.codec
        self.card = port.codec.card
        self._loop, self._outputs = loop, (names.power_down, names.ring_mode, names.forward_reverse)
        self._outside = OnGpioSim(board)
        self._pins = SimPins(loop, [names.switch_hook], self._outputs)
        settings = SimLineSettings()
        self.line = SimLine(self._pins, names, settings)
        self.handset = Handset(self.line, self._pins, names, loop, settings)
        self._outside.drive(names.switch_hook, active=False)
        self._pins.watch(names.switch_hook, lambda edge: self._outside.drive(edge.pin, active=edge.active))
        self.board_line = BoardLine(names, self.line, self.handset)

    def look(self) -> None:
        for pin in self._outputs:
            self._pins.write(pin, self._outside.means(pin))
        self._loop.later(LOOK_MS, self.look)


def button(loop: Loop, board: Description) -> SimPins:
    """The box's, joined to the chip: not pressed."""
    name, outside = board.panel.button, OnGpioSim(board)
    pins = SimPins(loop, [name], ())
    outside.drive(name, active=False)
    pins.watch(name, lambda edge: outside.drive(edge.pin, active=edge.active))
    return pins


class Person(PhoneOrders):
    """Listens to what is said from now on, not to what is still under way."""

    async def listen(self, line: int = 1) -> AsyncIterator[object]:
        await asyncio.sleep(UNDER_WAY_S)
        return await super().listen(line)


def talk(line: SimLine, card: str) -> None:
    """A media thread: what the codec plays goes to the ear, what the mouth says to the codec, by the sound card's clock."""
    far = ("-D", f"hw:{card},1,0")
    ear = subprocess.Popen(["arecord", *_ALSA, *far], stdout=subprocess.PIPE)
    mouth = subprocess.Popen(["aplay", *_ALSA, *far, _AT_ONCE], stdin=subprocess.PIPE, bufsize=0)
    assert ear.stdout
    assert mouth.stdin
    mouth.stdin.write(bytes(FRAMES_A_PERIOD * FRAME_BYTES))
    while heard := ear.stdout.read(FRAMES_A_PERIOD * FRAME_BYTES):
        said = b""
        for at in range(0, len(heard), FRAME_BYTES):
            line.give_frame(heard[at : at + FRAME_BYTES])
            said += line.take_frame()
        mouth.stdin.write(said)


async def serve(socket: Path, lines: int, description: Description) -> None:
    loop = Loop()
    pairs = [Wires(loop, description, port) for port in description.ports[:lines]]
    for pair in pairs:
        pair.look()
        threading.Thread(target=talk, args=(pair.line, pair.card), daemon=True).start()
    # a person has no radio; what is open ends with the process
    board = Board(tuple(pair.board_line for pair in pairs), button(loop, description), description.panel, Path, lambda: None)
    control = Control(socket, Person(lambda: board).orders())
    await control.start()
    print("ready", flush=True)  # noqa: T201 (its answer)
    await asyncio.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    sys.setswitchinterval(SWITCH_S)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), load_board(sys.argv[3])))
