"""Hears that a call is a fax's or a modem's, from the tones both begin with, in either direction. It decides nothing.

Two Goertzel filters of spandsp a direction, a frame at a time; nothing more is computed unless one of them is loud. Levels, times and frequencies:
ITU-T T.30 (CNG 1100 Hz +-38 Hz, 0.5 s on and 3 s off; CED 2100 Hz +-15 Hz, 2.6 to 4 s), V.25 and V.8 (ANS, ANSam: 2100 Hz, with phase reversals every
450 ms), G.164 (a disabler acts on 2100 +-21 Hz of at least -31 dBm0 after 400 +-100 ms).
"""

from array import array
from collections.abc import Callable
from enum import Enum
from math import pi
from operator import mul

from firmware.sound.pitch import phase_of
from firmware.sound.spandsp import Goertzel

FRAME_SAMPLES = 80
_FULL_SCALE_DBM0 = 3.14

LEAST_DBM0 = -35.0
"""Weakest tone taken: 4 dB below the -31 dBm0 at which G.164 asks for action."""
_LEAST_POWER = (32767 * 10 ** ((LEAST_DBM0 - _FULL_SCALE_DBM0) / 20)) ** 2 / 2
PURE = 0.55
"""Of all power in a frame, the tone holds so much: 1100 Hz may be 38 Hz off, ANSam is modulated by 20 %. No voice does so for long."""

CERTAIN_FRAMES = 36
"""A tone that lasted for 360 ms: inside the 400 +-100 ms of G.164, and less than CNG's 500 ms."""
_MOST_LOST = 1
"""Frames in a row that may fail: a reversal in the middle of one cancels itself out."""
_REVERSED = pi / 2


class FaxTone(Enum):
    """What was heard."""

    CALLING = "fax calling tone, 1100 Hz"
    """CNG: the caller is a fax that sends by itself."""
    ANSWER = "fax answer tone, 2100 Hz"
    """CED or ANS: a fax or a modem has answered."""
    ANSWER_REVERSED = "modem answer tone, 2100 Hz with phase reversals"
    """A modem or a V.34 fax that wants every echo canceller off (G.165, V.25, V.8). Told after ANSWER."""


OnFaxTone = Callable[[FaxTone], None]


class FaxListener:
    """Both directions of one line. `on_tone` is called in the media thread, each tone at most once a call: only post from it."""

    def __init__(self, on_tone: OnFaxTone) -> None:
        self._on_tone = on_tone
        self._told: frozenset[FaxTone] = frozenset(FaxTone)
        self._line, self._far_end = _Direction(self._tell), _Direction(self._tell)

    def begin(self) -> None:
        """A call begins: everything may be told again."""
        self._told = frozenset()

    def end(self) -> None:
        """Nobody wants to know any more: costs nothing until the next `begin`."""
        self._told = frozenset(FaxTone)

    def from_line(self, frame: bytes) -> None:
        """The next frame of the telephone, as it came."""
        if len(self._told) < len(FaxTone):
            self._line.take(frame)

    def from_far_end(self, frame: bytes) -> None:
        """The next frame of the far end."""
        if len(self._told) < len(FaxTone):
            self._far_end.take(frame)

    def _tell(self, tone: FaxTone) -> None:
        if tone not in self._told:
            self._told |= {tone}
            self._on_tone(tone)


class _Direction:
    """Two filters and what they heard in a row."""

    def __init__(self, tell: OnFaxTone) -> None:
        self._tones = (_Steady(1100.0, FaxTone.CALLING, tell), _Steady(2100.0, FaxTone.ANSWER, tell, FaxTone.ANSWER_REVERSED))

    def take(self, frame: bytes) -> None:
        for tone in self._tones:
            tone.take(frame)


class _Steady:
    """One frequency: how long it has been there, almost alone, and whether its phase jumped."""

    def __init__(self, hz: float, name: FaxTone, tell: OnFaxTone, reversed_name: FaxTone | None = None) -> None:
        self._hz, self._name, self._reversed_name, self._tell = hz, name, reversed_name, tell
        self._filter = Goertzel(hz, FRAME_SAMPLES)
        self._frames = self._lost = 0
        self._phase = self._turn = 0.0
        self._jumped = False

    def take(self, frame: bytes) -> None:
        power = self._filter.power(frame)
        if power >= _LEAST_POWER and _alone(power, frame):
            self._note(phase_of(array("h", frame), self._hz))
        elif self._frames and self._lost < _MOST_LOST:
            self._lost += 1
        else:
            self._frames, self._lost, self._jumped = 0, 0, False

    def _note(self, phase: float) -> None:
        """The phase turns alike from frame to frame, by how far the tone is off; a reversal turns it by half a circle more."""
        turned = phase - self._phase
        if self._frames > 1 and abs(_half_circle(turned - (1 + self._lost) * self._turn)) > _REVERSED:
            self._jumped = True
        elif not self._lost:
            self._turn = turned
        self._phase, self._frames, self._lost = phase, self._frames + 1, 0
        if self._frames >= CERTAIN_FRAMES:
            self._tell(self._name)
            if self._jumped and self._reversed_name:
                self._tell(self._reversed_name)


def _alone(power: float, frame: bytes) -> bool:
    samples = array("h", frame)
    return power >= PURE * float(sum(map(mul, samples, samples))) / FRAME_SAMPLES


def _half_circle(angle: float) -> float:
    return (angle + pi) % (2 * pi) - pi
