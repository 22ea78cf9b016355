"""Who speaks: the near end over the echo, or the echo alone; and comfort noise where it is the echo alone.

The non-linear processor and double-talk detector of a line echo canceller, by peaks of frames only. Knows no filter and no library.
Idea of the detector: D. L. Duttweiler, "A twelve-channel digital echo canceler", 1978 (Geigel): an echo is weaker than its source by at least the
hybrid's loss; here that loss is learned too.
"""

from array import array
from random import Random
from typing import NamedTuple

FRAME_SAMPLES = 80
_FRAME_BYTES = 2 * FRAME_SAMPLES
_SILENCE = bytes(_FRAME_BYTES)

_AUDIBLE = 30
"""Peak of a reference whose echo matters (-57 dBm0)."""
_TEACHES = 300
"""Peak of a reference loud enough to learn from (-37 dBm0)."""

_FIRST_RETURN = 1.0
"""Of the reference's peak that may come back before anything is known: a hybrid that loses nothing."""
_OVER_ECHO = 2.0
"""6 dB louder than the echo can be: a voice."""
_RETURN_RISES, _RETURN_FALLS = 0.3, 0.005
_HOLD_FRAMES = 6
"""A voice is held to go on for 60 ms: longer than the filter's tail, so that the frames the filter is shown again have no voice."""
_LONGEST_VOICE = 300
"""Three seconds without a pause are no voice but a line that returns more than it did: another telephone was lifted."""

_CONVERGED = 0.12
"""Left of the echo by the filter (18 dB) where the gate may be opened by a voice weaker than the echo."""
_LEFT_RISES, _LEFT_FALLS = 0.02, 0.05
_OPENS = 6.0
_OPENS_LEAST, _OPENS_MOST = 0.15, 0.9
_OPENS_AFTER = 3
"""Frames in a row above the mark that open the gate: fewer are what a new sound leaves until the filter has learned it."""
_OVER_NOISE = 3.0
_FIRST_FLOOR = 30.0
_NOISE_RISES = 1.006
"""A floor rises by 5 dB a second: words have gaps oftener than that matters."""
_NOISE_SWINGS = 1.6
"""The usual peak of a frame of noise, of the least one."""
_LEAST_NOISE = 6
"""Softer noise is silence (-75 dBm0)."""
_MOST_NOISE = 60
"""Peak of the loudest comfort noise (about -55 dBm0)."""


class Frame(NamedTuple):
    """A frame as the filter left it, the peaks before and after it, and the peak of the reference within the tail."""

    left: bytes
    heard_peak: int
    left_peak: int
    reference_peak: int


class EchoGate:
    """One line's gate; one thread."""

    def __init__(self) -> None:
        self._return = _FIRST_RETURN
        self._left = 1.0
        self._floor = _FIRST_FLOOR
        self._held = 0
        self._voice_frames = 0
        self._above = 0
        self._noise = _noise_table()
        self._at = 0

    def voice_over_echo(self, heard_peak: int, reference_peak: int) -> bool:
        """Whether the near end speaks, louder than any echo of this reference, or did a moment ago."""
        self._floor = min(float(heard_peak), max(1.0, self._floor) * _NOISE_RISES)
        echo_at_most = _OVER_ECHO * self._return * reference_peak
        if heard_peak > echo_at_most + max(_AUDIBLE, _OVER_NOISE * self._floor):
            self._held = _HOLD_FRAMES
        elif self._held:
            self._held -= 1
        if not self._held:
            self._voice_frames = 0
        elif reference_peak >= _TEACHES:
            self._voice_frames += 1
        if self._voice_frames > _LONGEST_VOICE:
            self._return, self._left, self._held = _FIRST_RETURN, 1.0, 0
        return self._held > 0

    def let_through(self, frame: Frame) -> bytes:
        """The frame if it may have a voice in it, else noise as loud as the line itself is."""
        echo_heard = frame.heard_peak > _OVER_NOISE * self._floor
        if frame.reference_peak >= _TEACHES and echo_heard:
            self._learn(frame)
        if frame.reference_peak < _AUDIBLE or not echo_heard:
            return frame.left
        mark = self._opens_at() * frame.heard_peak + _NOISE_SWINGS * self._floor
        self._above = self._above + 1 if frame.left_peak >= mark else 0
        return frame.left if self._above >= _OPENS_AFTER else self._comfort_noise()

    def _learn(self, frame: Frame) -> None:
        share = max(0.0, frame.left_peak - _NOISE_SWINGS * self._floor) / max(1, frame.heard_peak)
        self._left += (_LEFT_RISES if share > self._left else _LEFT_FALLS) * (min(1.0, share) - self._left)
        if self._left < _CONVERGED:
            returned = frame.heard_peak / frame.reference_peak
            self._return += (_RETURN_RISES if returned > self._return else _RETURN_FALLS) * (returned - self._return)

    def _opens_at(self) -> float:
        if self._left > _CONVERGED:
            return 1e9
        return min(_OPENS_MOST, max(_OPENS_LEAST, _OPENS * self._left))

    def _comfort_noise(self) -> bytes:
        level = min(_MOST_NOISE, int(self._floor))
        if level < _LEAST_NOISE:
            return _SILENCE
        self._at = (self._at + 2 * 37) % _FRAME_BYTES
        return self._noise[level][self._at : self._at + _FRAME_BYTES]


def _noise_table() -> list[bytes]:
    """Two frames of noise for each peak."""
    chance = Random(1)  # noqa: S311 (noise, not secrets)
    shape = [chance.uniform(-1, 1) for _ in range(2 * FRAME_SAMPLES)]
    return [array("h", [round(level * each) for each in shape]).tobytes() for level in range(_MOST_NOISE + 1)]
