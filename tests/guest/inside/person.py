"""The person of the scenarios at the guest's real wires: the simulated telephone of `hal.sim`, its contact at gpio-sim, its sound at the loop-back.

    python -m tests.guest.inside.person SOCKET    takes the `phone.*` orders of the control socket there, prints `ready`

A process of its own, so that the device under test makes nobody late but itself. It knows the board's description and nothing of the device.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from firmware.control import Control
from firmware.loop import Loop
from firmware.phone_orders import PhoneOrders
from hal.board import BoardLine
from hal.boards import load_board
from hal.ports import FRAME_SAMPLES
from hal.sim.handset import Handset
from hal.sim.line import SimLine
from hal.sim.pins import SimPins
from hal.sim.settings import SimLineSettings
from tests.guest.contract.outside import OnGpioSim

CARD = "Loopback"
LOOK_MS = 4.0
"""How often the device's outputs are looked at: the simulator tells nobody of a change. A ring of 25 Hz turns every 20 ms."""
FRAME_BYTES = 2 * FRAME_SAMPLES
FRAMES_A_PERIOD = 2
PRIMED_PERIODS = 10
"""The mouth is a fifth of a second ahead: the guest has one processor, and a late period must not cut a digit."""
SWITCH_S = 0.0005
"""How long one thread may keep the other waiting: the hand at the contact and the voice share an interpreter."""
_ALSA = ("-q", "-t", "raw", "-f", "S16_LE", "-r", "8000", "-c", "1", "-D", f"hw:{CARD},1,0", "--period-size=160")


class Wires:
    """The telephone's pair, its ends joined to the chip: what moves on one side moves on the other."""

    def __init__(self, loop: Loop) -> None:
        description = load_board("sim")
        names = description.ports[0].names
        self._loop, self._outputs = loop, (names.power_down, names.ring_mode, names.forward_reverse)
        self._outside = OnGpioSim(description)
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


def talk(line: SimLine) -> None:
    """The media thread: what the codec plays goes to the ear, what the mouth says to the codec, by the sound card's clock."""
    ear = subprocess.Popen(["arecord", *_ALSA, "--buffer-size=1600"], stdout=subprocess.PIPE)
    mouth = subprocess.Popen(["aplay", *_ALSA, "--buffer-size=1600"], stdin=subprocess.PIPE, bufsize=0)
    assert ear.stdout
    assert mouth.stdin
    mouth.stdin.write(bytes(PRIMED_PERIODS * FRAMES_A_PERIOD * FRAME_BYTES))
    while heard := ear.stdout.read(FRAMES_A_PERIOD * FRAME_BYTES):
        said = b""
        for at in range(0, len(heard), FRAME_BYTES):
            line.give_frame(heard[at : at + FRAME_BYTES])
            said += line.take_frame()
        mouth.stdin.write(said)


async def serve(socket: Path) -> None:
    wires = Wires(Loop())
    wires.look()
    threading.Thread(target=talk, args=(wires.line,), daemon=True).start()
    control = Control(socket, PhoneOrders(lambda: (wires.board_line,)).orders())
    await control.start()
    print("ready", flush=True)  # noqa: T201 (its answer)
    await asyncio.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    sys.setswitchinterval(SWITCH_S)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))
    asyncio.run(serve(Path(sys.argv[1])))
