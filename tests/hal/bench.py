"""A telephone on a bench: the simulated board, the real driver, fake time and an audio clock driven by the test."""

import numpy as np
import numpy.typing as npt

from hal.ports import FRAME_SAMPLES, FrameSound
from hal.sim.board import open_sim
from hal.sim.level import amplitude, to_pcm
from hal.sim.pins import SimPins
from hal.sim.settings import SimLineSettings
from hal.slic import Slic
from tests.hal.fake_scheduler import FakeScheduler

FRAME_MS = 10
SILENT_FRAME = bytes(2 * FRAME_SAMPLES)


def sine(hz: float, level_dbm0: float, seconds: float) -> npt.NDArray[np.float64]:
    return amplitude(level_dbm0) * np.sin(2 * np.pi * hz * np.arange(round(8000 * seconds)) / 8000)


def silence(seconds: float) -> npt.NDArray[np.float64]:
    return np.zeros(round(8000 * seconds))


def noise(level_dbm0: float, seconds: float, seed: int = 1) -> npt.NDArray[np.float64]:
    samples = np.random.default_rng(seed).standard_normal(round(8000 * seconds))
    return np.asarray(samples * amplitude(level_dbm0) / np.sqrt(2))


class Bench:
    """One line; `loop` collects what the driver reports."""

    def __init__(self, settings: SimLineSettings | None = None) -> None:
        self.time = FakeScheduler()
        board = open_sim(self.time, 1, settings)
        assert isinstance(board.pins, SimPins)
        self.pins = board.pins
        self.names = board.lines[0].names
        assert board.lines[0].handset is not None
        self.handset = board.lines[0].handset
        self.sound: FrameSound = board.lines[0].sound  # type: ignore[assignment]
        self.loop: list[tuple[bool, float]] = []
        self.slic = Slic(self.pins, self.names, self.time, lambda closed, at_ms: self.loop.append((closed, at_ms)))

    def lift(self) -> None:
        self.handset.lift()
        self.time.run(50)

    def exchange(self, milliseconds: float, play: npt.NDArray[np.floating] | None = None) -> npt.NDArray[np.int16]:
        """Run the audio clock; the exchange plays `play` (then silence); the answer is what it heard."""
        pcm = to_pcm(play) if play is not None else b""
        heard = []
        for frame in range(round(milliseconds / FRAME_MS)):
            piece = pcm[frame * 160 : frame * 160 + 160].ljust(160, b"\0")
            self.sound.give_frame(piece)
            heard.append(self.sound.take_frame())
            self.time.run(FRAME_MS)
        return np.frombuffer(b"".join(heard), dtype="<i2")

    def ring(self, on_ms: float, off_ms: float = 0.0) -> None:
        """One ring as the exchange's cadence orders it."""
        self.slic.start_ring()
        self.time.run(on_ms)
        self.slic.stop_ring()
        self.time.run(off_ms)
