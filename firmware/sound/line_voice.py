"""What happens to the voice of a handset on its way to the network: its echo is taken out, keys are heard, and not let through.

Runs inline in the media thread, a frame at a time, without lock, clock or allocation to speak of. Knows no call.
"""

from array import array
from collections import deque
from collections.abc import Callable

from firmware.sound.echo import EchoCanceller
from firmware.sound.fax import FaxListener, OnFaxTone
from firmware.sound.key_check import WINDOW_SAMPLES, key_in
from firmware.sound.spandsp import DtmfDetector, DtmfEvent

FRAME_SAMPLES = 80
FRAME_MS = 10
DELAY_MS = 5
"""Voice leaves this much later than it came, muted or not. With it less than 13 ms of a key gets out before it is muted, at any
phase of the detector's blocks, at 12 dB of noise, 6 dB of twist or 1.5 % off pitch: below the 20 ms that no receiver takes for a key
(ITU-T Q.24). Each millisecond more here would be one less there, and one more on every word. Voice is back less than 25 ms after the
key (all in tests/sound/test_line_voice.py)."""

_SUSPICION_FRAMES = 4
"""A key is certain within 40 ms of its beginning; what stays uncertain longer is a voice and is let through again."""

_ECHO_FRAMES = 8
"""A key that comes back began up to 40 ms later, and is certain 40 ms after that."""

_SILENCE = bytes(2 * FRAME_SAMPLES)
_HELD_BYTES = 2 * DELAY_MS * FRAME_SAMPLES // FRAME_MS


class LineVoice:
    """From line to network. `on_digit` is called once a key press, when it is certain (36 ms or less after it began plus
    the frame), `on_digit_end` when it was let go; both in the media thread: only post from them."""

    def __init__(
        self, on_digit: Callable[[str], None], on_digit_end: Callable[[str], None], on_fax: OnFaxTone | None = None
    ) -> None:
        self._canceller = EchoCanceller()
        self._fax = FaxListener(on_fax) if on_fax else None
        self._on_digit = on_digit
        self._on_digit_end = on_digit_end
        self._detector = DtmfDetector()
        self._held = bytes(_HELD_BYTES)
        self._given: deque[bytes] = deque(maxlen=_ECHO_FRAMES)
        self._in_digit = self._is_echoed = False
        self._mutes_this = True
        self._suspected_frames = 0
        self._filtering = False
        self.mutes_digits = True
        """Whether keys are taken out of the voice; False for accounts that want them in-band. Any thread may set it; it counts from
        the next key on, so that the last dialed one does not sound into the call it began."""
        self.filters_dial_tone = False
        """True while our own dial tone sounds, so that its echo does not hide a key. Any thread may set it."""
        self.cancels_echo = False
        """Whether the line's echo is taken out: true in calls with a voice, false where data must pass. Any thread may set it."""

    def listen_for_fax(self) -> None:
        """Report fax and modem tones of the call that begins now, once. Any thread may say so."""
        if self._fax:
            self._fax.begin()

    def heard(self, frame: bytes) -> None:
        """Every frame that is put on the line, before the next one of `process`; in the media thread."""
        self._canceller.given(frame)
        self._given.append(frame)
        if self._fax:
            self._fax.from_far_end(frame)

    def process(self, frame: bytes) -> bytes:
        """One frame of FRAME_SAMPLES in, as many out, DELAY_MS later: as they came, less their echo, or silent."""
        if self._fax:
            self._fax.from_line(frame)
        if self.cancels_echo:
            bare, frame = self._canceller.cancel(frame)
        else:
            self._canceller.pass_by(frame)
            bare = frame
        if self.filters_dial_tone != self._filtering:
            self._filtering = self.filters_dial_tone
            self._detector.filter_dial_tone(wanted=self._filtering)
        for event in self._detector.feed(bare):
            self._note(event)
        out = _SILENCE if self._muted() else self._held + frame[:-_HELD_BYTES]
        self._held = frame[-_HELD_BYTES:]
        return out

    def _note(self, event: DtmfEvent) -> None:
        if event.started and self._is_echo(event.digit):
            self._is_echoed = True
        elif self._is_echoed and not event.started:
            self._is_echoed = False
        else:
            self._in_digit = event.started
            self._mutes_this = self.mutes_digits if event.started else True
            (self._on_digit if event.started else self._on_digit_end)(event.digit)

    def _is_echo(self, digit: str) -> bool:
        """Whether the far end sends the same key: then it came back, and nobody pressed it here. A millisecond, once a key."""
        given = array("h", b"".join(self._given))
        ends = range(WINDOW_SAMPLES, len(given) + 1, FRAME_SAMPLES)
        return any(key_in(given[end - WINDOW_SAMPLES : end]) == digit for end in ends)

    def _muted(self) -> bool:
        self._suspected_frames = self._suspected_frames + 1 if self._detector.suspicious else 0
        if self._in_digit:
            return self._mutes_this
        return self.mutes_digits and 0 < self._suspected_frames <= _SUSPICION_FRAMES
