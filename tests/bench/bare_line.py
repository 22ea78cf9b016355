"""`keepline` with a line that costs nothing: a stand-in for a line card that is hardware, as on a Pi, where no telephone has to be simulated.

    python -m tests.bench.bare_line run --config FILE ...

Hook and bell are the simulator's as always; only its samples are constants.
"""

from __future__ import annotations

import sys

from firmware.command_line.main import main
from hal.ports import FRAME_SAMPLES
from hal.sim.line import SimLine
from tests.peers.sound import tone

SAID_HZ = 1000.0  # whole periods in a frame, so that a repeated frame is a steady tone
_SAID = tone(SAID_HZ, 1.0)[4000 : 4000 + FRAME_SAMPLES].tobytes()


def take_frame(_line: SimLine) -> bytes:
    return _SAID


def give_frame(_line: SimLine, _pcm: bytes) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    SimLine.take_frame, SimLine.give_frame = take_frame, give_frame  # type: ignore[method-assign]
    sys.exit(main())
