"""Who speaks: the near end over the echo, or the echo alone; and comfort noise where it is the echo alone.

The non-linear processor and double-talk detector of a line echo canceller, by peaks of frames only. Knows no filter and no library.
Ideas: D. L. Duttweiler, "A twelve-channel digital echo canceler", 1978 (Geigel): an echo is weaker than its source by at least the hybrid's loss;
here that loss is learned too. And before anything is learned: a filter takes an echo away within a second, but never what does not come from its
reference, so what stays is the near end.
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
_FIRST_MARGIN = 4.0
"""The first echo known for certain may be so much weaker than others, not more than _FIRST_RETURN: the quick fall does the rest."""
_OVER_ECHO = 2.0
"""6 dB louder than the echo can be: a voice."""
_LIKE_ECHO = 1.25
"""Of the usual return: louder may be a voice, and what the filter leaves of it says nothing about the filter."""
_RETURN_RISES, _RETURN_FALLS, _RETURN_FALLS_AT_FIRST = 0.3, 0.005, 0.05
_FIRST_LESSONS = 60
_PURE_ECHO = 0.2
"""Left of a frame that was an echo without a voice."""
_HOLD_FRAMES = 6
"""A voice is held to go on for 60 ms: longer than the filter's tail, so that the frames the filter is shown again have no voice."""
_LONGEST_VOICE = 300
"""Three seconds of voice more than of pauses may be a line that returns more than it did: another telephone was lifted. The filter finds out."""

_CONVERGED = 0.12
"""Left of the echo by the filter (18 dB) where the gate may be opened, frame by frame, by a voice weaker than the echo."""
_LEFT_RISES, _LEFT_FALLS = 0.02, 0.05
_OPENS = 6.0
_OPENS_LEAST, _OPENS_MOST = 0.15, 0.35
_OPENS_AFTER = 3
"""Frames in a row above the mark that open the gate: fewer are what a new sound leaves until the filter has learned it."""

_REMEMBERS = 0.97
"""The share that stays is one of 300 ms: pauses and new sounds of the far end do not open the gate."""
_FIRST_WEIGHT = 100.0
"""Frames that speak for a voice before the first was heard: it is let through at once."""
_STAYS_AT_FIRST, _STAYS_FALLS, _STAYS_FALLS_FROM, _STAYS_LEAST = 0.46, 0.003, 100, 0.4
"""What the filter leaves of an echo is less after a second of learning, and less still after another fifth of one (measured)."""
_STAYS_OF_VOICE = 0.6
"""A filter led astray by a voice leaves less of an echo."""
_ALL_STAYS = 0.8
"""The filter has no part in what it leaves over: the frame is better as it came."""

_OVER_NOISE = 3.0
_FIRST_FLOOR = 30.0
_NOISE_RISES = 1.006
"""A floor rises by 5 dB a second: words have gaps oftener than that matters."""
_NOISE_SWINGS = 1.6
"""The usual peak of a frame of noise, of the least one."""
_MOST_FLOOR = 200.0
"""A steady tone is no noise (-44 dBm0)."""
_LEAST_NOISE = 6
"""Softer noise is silence (-75 dBm0)."""
_MOST_NOISE = 60
"""Peak of the loudest comfort noise (about -55 dBm0)."""


class Frame(NamedTuple):
    """A frame as it came and as the filter left it, the peaks of both, and the peak of the reference within the tail."""

    heard: bytes
    left: bytes
    heard_peak: int
    left_peak: int
    reference_peak: int

    @property
    def quieter(self) -> bytes:
        """A filter that makes a frame louder has added something of its own."""
        return self.left if self.left_peak <= self.heard_peak else self.heard


class EchoGate:
    """One line's gate; one thread."""

    def __init__(self) -> None:
        self._floor = _FIRST_FLOOR
        self._held = 0
        self._noise = _noise_table()
        self._at = 0
        self._forget()

    def _forget(self) -> None:
        """Nothing is known of the line and the filter."""
        self._return = _FIRST_RETURN
        self._left = 1.0
        self._lessons = self._taught = 0
        self._left_sum = self._heard_sum = 0.0
        self._voice_frames = self._above = 0

    def voice_over_echo(self, heard_peak: int, reference_peak: int) -> bool:
        """Whether the near end speaks, louder than any echo of this reference, or did a moment ago."""
        self._floor = min(float(heard_peak), _MOST_FLOOR, max(1.0, self._floor) * _NOISE_RISES)
        echo_at_most = _OVER_ECHO * self._return * reference_peak
        if heard_peak > echo_at_most + max(_AUDIBLE, _OVER_NOISE * self._floor):
            self._held = _HOLD_FRAMES
        elif self._held:
            self._held -= 1
        if reference_peak >= _TEACHES:
            self._voice_frames = max(0, self._voice_frames + (1 if self._held else -1))
        if self._voice_frames > _LONGEST_VOICE:
            self._held = 0
            self._forget()
        return self._held > 0

    def let_through(self, frame: Frame) -> bytes:
        """The frame if it may have a voice in it, else noise as loud as the line itself is."""
        echo_heard = frame.heard_peak > _OVER_NOISE * self._floor
        if frame.reference_peak >= _TEACHES and echo_heard:
            self._learn(frame)
        if frame.reference_peak < _AUDIBLE or not echo_heard:
            return frame.quieter
        stays = self._share_that_stays(frame)
        if self._left <= _CONVERGED:
            return frame.quieter if self._above_mark(frame) else self._comfort_noise()
        if stays <= self._stays_of_echo():
            return self._comfort_noise()
        return frame.heard if stays > _ALL_STAYS else frame.quieter

    def _learn(self, frame: Frame) -> None:
        """How much the filter leaves of an echo, and from what is surely one, how loud it comes back."""
        share = max(0.0, frame.left_peak - _NOISE_SWINGS * self._floor) / max(1, frame.heard_peak)
        returned = frame.heard_peak / frame.reference_peak
        self._taught += 1
        if share < self._left:
            self._left += _LEFT_FALLS * (share - self._left)
        elif not self._lessons or returned <= _LIKE_ECHO * self._return:
            self._left += _LEFT_RISES * (min(1.0, share) - self._left)
        if self._left < _CONVERGED and share < _PURE_ECHO:
            self._learn_return(returned)

    def _learn_return(self, returned: float) -> None:
        if not self._lessons:
            self._return = min(_FIRST_RETURN, _FIRST_MARGIN * returned)
        self._lessons += 1
        falls = _RETURN_FALLS if self._lessons > _FIRST_LESSONS else _RETURN_FALLS_AT_FIRST
        self._return += (_RETURN_RISES if returned > self._return else falls) * (returned - self._return)

    def _share_that_stays(self, frame: Frame) -> float:
        """What the filter left lately of all that was heard."""
        if not self._heard_sum:
            self._left_sum = self._heard_sum = _FIRST_WEIGHT * frame.heard_peak
        self._left_sum = _REMEMBERS * self._left_sum + frame.left_peak
        self._heard_sum = _REMEMBERS * self._heard_sum + frame.heard_peak
        return self._left_sum / self._heard_sum

    def _stays_of_echo(self) -> float:
        """The largest share that stays of an echo while the filter has not learned it, or no longer knows it."""
        if self._lessons:
            return _STAYS_OF_VOICE
        return max(_STAYS_LEAST, _STAYS_AT_FIRST - _STAYS_FALLS * max(0, self._taught - _STAYS_FALLS_FROM))

    def _above_mark(self, frame: Frame) -> bool:
        mark = min(_OPENS_MOST, max(_OPENS_LEAST, _OPENS * self._left))
        above = frame.left_peak >= mark * frame.heard_peak + _NOISE_SWINGS * self._floor
        self._above = self._above + 1 if above else 0
        return self._above >= _OPENS_AFTER

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
