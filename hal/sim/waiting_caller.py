"""A telephone in a conversation that is told who else calls (type II caller ID): it hears the alerting signal in the line's sound, falls
silent both ways, acknowledges by DTMF D and reads the message that follows.

It must not know the sender. Sources: signal, mute, acknowledgement and timing as in Mitel's MT8843 data sheet ("Input and output
timing for Bellcore off-hook data transmission", after TR-NWT-000575).
"""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

import numpy as np

from hal.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, Scheduler
from hal.sim.caller_id import CallerId, read_burst
from hal.sim.dtmf import ToneDial, tones
from hal.sim.level import Samples, amplitude

ALERT_HZ = (2130, 2750)
LEAST_ALERT_DBM0 = -38.0
"""Each sine: some way below the -15 to -22 dBm that exchanges send."""
ALERT_SHARE = 0.8
"""Of a frame's power, both sines together hold at least this share: speech does not."""
MOST_ALERT_TWIST_DB = 7.0
ALERT_FRAMES = range(7, 11)
"""A signal of 75 to 100 ms is so many whole frames, and never more."""

ACKNOWLEDGEMENT = ToneDial(level_dbm0=-9.0, twist_db=2.0, on_ms=60.0, off_ms=10.0)
"""55 to 65 ms."""

DATA_WITHIN_FRAMES = 70
"""500 ms after the acknowledgement at the latest; it begins 100 ms after the signal and lasts 60."""
DATA_DBM0 = -46.0
DATA_SHARE = 0.75
DATA_BINS = slice(10, 25)
"""Of a frame's power, 1000 to 2400 Hz hold at least this share while the carrier is there; line noise and voices do not."""
LULL_FRAMES = 3
MOST_DATA_FRAMES = 200

_SILENT = bytes(2 * FRAME_SAMPLES)
_TURNS = np.exp(-2j * np.pi * np.outer(ALERT_HZ, np.arange(FRAME_SAMPLES)) / SAMPLE_RATE_HZ) * 2 / FRAME_SAMPLES


class AlertDetector:
    """Hears the alerting signal, when it is over and was as long as it must be."""

    def __init__(self) -> None:
        self._frames = 0

    def hear(self, samples: Samples) -> bool:
        """The next frame; whether the signal ended just before it."""
        if _alerts(samples):
            self._frames += 1
            return False
        over, self._frames = self._frames in ALERT_FRAMES, 0
        return over


def _alerts(samples: Samples) -> bool:
    """Both sines, about as strong as each other, and hardly anything else."""
    peaks = np.abs(_TURNS @ samples)
    weak, strong = float(peaks.min()), float(peaks.max())
    if weak < amplitude(LEAST_ALERT_DBM0) / 4 or strong > weak * 10 ** (MOST_ALERT_TWIST_DB / 20):
        return False
    return float(np.square(peaks).sum()) / 2 > ALERT_SHARE * float(np.mean(np.square(samples)))


def _carries(samples: Samples) -> bool:
    """There is a carrier with data."""
    power = np.square(np.abs(np.fft.rfft(samples)))
    loud = float(np.mean(np.square(samples))) > amplitude(DATA_DBM0) ** 2 / 2
    return loud and float(power[DATA_BINS].sum()) > DATA_SHARE * float(power.sum())


class Stage(Enum):
    """How far it is."""

    TALKING = auto()
    WAITING = auto()
    """Acknowledged; silent both ways."""
    RECEIVING = auto()


class WaitingCallerReceiver:
    """Frames come in the media thread; `acknowledge` (with the sound to send) and `show` are called on the deciding thread."""

    def __init__(self, scheduler: Scheduler, acknowledge: Callable[[Samples], None], show: Callable[[CallerId], None]) -> None:
        self._scheduler, self._acknowledge, self._show = scheduler, acknowledge, show
        self._stage = Stage.TALKING
        self._detector = AlertDetector()
        self._frames: list[bytes] = []
        self._quiet = 0
        self.fitted = True
        """Whether this telephone can do all that; one that cannot hears the signals as noises."""

    @property
    def muted(self) -> bool:
        """Neither the ear nor the mouthpiece is connected."""
        return self._stage is not Stage.TALKING

    def reset(self) -> None:
        """The handset was moved: nothing is under way any more."""
        self._stage = Stage.TALKING

    def hear(self, pcm: bytes) -> bytes:
        """The next frame off hook; what the ear gets of it."""
        if not self.fitted:
            return pcm
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        if self._stage is Stage.TALKING:
            if self._detector.hear(samples):
                self._begin()
            return pcm
        self._collect(pcm, samples)
        return _SILENT

    def _begin(self) -> None:
        self._stage, self._frames, self._quiet = Stage.WAITING, [], 0
        self._scheduler.post(lambda: self._acknowledge(tones("D", ACKNOWLEDGEMENT)))

    def _collect(self, pcm: bytes, samples: Samples) -> None:
        self._frames.append(pcm)
        carrier = _carries(samples)
        self._quiet = 0 if carrier else self._quiet + 1
        if self._stage is Stage.WAITING:
            if carrier:
                self._stage, self._frames = Stage.RECEIVING, self._frames[-2:]
            elif self._quiet >= DATA_WITHIN_FRAMES:
                self._stage = Stage.TALKING
        elif self._quiet >= LULL_FRAMES or len(self._frames) >= MOST_DATA_FRAMES:
            burst = b"".join(self._frames)
            self._stage = Stage.TALKING
            self._scheduler.post(lambda: self._read(burst))

    def _read(self, burst: bytes) -> None:
        found = read_burst(np.frombuffer(burst, dtype="<i2").astype(np.float64))
        if found is not None:
            self._show(replace(found, waiting=True))
