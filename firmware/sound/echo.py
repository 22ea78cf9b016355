"""Takes the line's own echo out of what the far end hears: a filter that learns it, and a gate for what the filter leaves.

Runs inline in the media thread, a frame at a time. It knows samples only: not where they come from, nor whether a call is on.
Bars: ITU-T G.168 (tail, convergence, double talk, non-linear processor with comfort noise); its thresholds are not copied here, ours are measured
in tests/sound/test_echo.py.
"""

from collections import deque

from firmware.sound.echo_gate import EchoGate, Frame
from firmware.sound.spandsp import peak
from firmware.sound.speexdsp import EchoFilter

FRAME_SAMPLES = 80
_RATE_HZ = 8000
_SILENCE = bytes(2 * FRAME_SAMPLES)

TAIL_SAMPLES = 320
"""40 ms. A hybrid's echo ends within a few milliseconds; the rest is room for the codec's buffers (32 ms were asked for)."""
_TAIL_FRAMES = TAIL_SAMPLES // FRAME_SAMPLES + 1

_MOST_WAITING = 2
"""Frames between giving and taking: a media clock of 20 ms takes twice, then gives twice."""

_SILENT = 4
"""Peak of a reference that has no echo: rounding."""


class EchoCanceller:
    """One line's canceller: `given` every frame put on the line, then `cancel` (or `pass_by`) every frame that came from it.

    The filter is kept from call to call: the telephone is the same, so the first word of the next call has no echo.
    While somebody speaks louder than any echo the filter stands still, and the frames pass as they are: learning from a voice would
    spoil it, and the voice hides the echo. What it missed of the reference it is shown once the voice has paused.
    """

    def __init__(self) -> None:
        self._filter = EchoFilter(FRAME_SAMPLES, TAIL_SAMPLES, _RATE_HZ)
        self._gate = EchoGate()
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._missed: deque[tuple[bytes, bytes]] = deque(maxlen=_TAIL_FRAMES)
        self._peaks: deque[int] = deque([0] * _TAIL_FRAMES, maxlen=_TAIL_FRAMES)

    def given(self, frame: bytes) -> None:
        """The next frame put on the line."""
        self._waiting.append(frame)

    def pass_by(self, frame: bytes) -> None:
        """A frame from the line that is not to be changed: only the reference keeps in step."""
        self._missed.append((frame, self._reference()))

    def cancel(self, frame: bytes) -> tuple[bytes, bytes]:
        """The next frame from the line: less its echo, for those who look for tones in it; and as the far end shall hear it."""
        reference = self._reference()
        self._peaks.append(peak(reference))
        loudest = max(self._peaks)
        if loudest < _SILENT:
            self._missed.append((frame, reference))
            return frame, frame
        heard = peak(frame)
        if self._gate.voice_over_echo(heard, loudest):
            self._missed.append((frame, reference))
            return frame, frame
        while self._missed:
            self._filter.cancel(*self._missed.popleft())
        left = self._filter.cancel(frame, reference)
        return left, self._gate.let_through(Frame(frame, left, heard, peak(left), loudest))

    def _reference(self) -> bytes:
        return self._waiting.popleft() if self._waiting else _SILENCE
