"""The only file that knows spandsp (0.0.6, `libspandsp.so.2`): DTMF detection and the FSK of caller ID.

Opened by name, without a compiler (cffi, ABI mode; see `spandsp_declarations`). Each C state belongs to one Python object and is freed with it. A state
is for one thread at a time: cffi lets go of the interpreter lock during a call. Knows no tone table, no call, no caller.
"""

from array import array
from dataclasses import dataclass
from functools import cache
from typing import Any

from firmware.sound._spandsp import ffi
from firmware.sound.errors import LibraryMissing
from firmware.sound.high_pass import HighPass
from firmware.sound.pitch import relative_offset
from firmware.sound.tone_source import key_frequencies_hz

_LIBRARY = "libspandsp.so.2"

_BLOCK_SAMPLES = 102
"""The block of spandsp's Goertzel filters (dtmf.c, DTMF_SAMPLES_PER_BLOCK)."""

NORMAL_TWIST_DB = 10
"""The column (upper) frequency may be 8 dB weaker than the row (ITU-T Q.24, AT&T); 2 dB more for what a short block mismeasures."""
REVERSE_TWIST_DB = 5
"""The column frequency may be 4 dB stronger than the row (ITU-T Q.24, AT&T); 1 dB more as above."""
THRESHOLD_DBM0 = -40
"""Weakest frequency taken for a key. Q.24 (AT&T) asks for 0 to -25 dBm0; 15 dB more for long lines, still far above
the -55 dBm0 at which it forbids a response. (Q.24 limits as in `reliability.md` 1.3, there marked unverified.)"""

MOST_OFFSET = 0.018
"""Each frequency of a key may be this far off. Q.24 (AT&T): 1.5 % must be taken, 3.5 % must not; measured to 0.3 % in noise."""
MOST_SPREAD = 0.033
"""And the two this far from each other: 1.5 % up and 1.5 % down. The third and fourth harmonic of a high voice are 3.8 % off `*`."""

_KEPT_BYTES = 2 * (2 * _BLOCK_SAMPLES + _BLOCK_SAMPLES // 2)
"""Two blocks, and what may have come after them since the last boundary of either receiver."""

_POSSIBLE = ord("x")


@dataclass(frozen=True)
class DtmfEvent:
    """A key was pressed (`started`) or let go. `at_sample` counts from the detector's first sample, to the frame."""

    digit: str
    started: bool
    at_sample: int


class DtmfDetector:
    """Hears keys in the samples of a line.

    Two spandsp receivers, their blocks half a block apart, must agree, and both frequencies must be on pitch at that moment.
    One receiver alone would take tones from 23 ms on; two need at least 27 ms, always take 36 ms, and see a tone begin half
    a block sooner. A break of up to 10 ms in a tone is ridden over.
    """

    def __init__(self) -> None:
        self._library = library()
        self._receivers = (self._receiver(), self._receiver())
        self._library.dtmf_rx(self._receivers[1], bytes(_BLOCK_SAMPLES), _BLOCK_SAMPLES // 2)
        self._digit = 0
        self._judged = 0
        self._samples = 0
        self._recent = bytes(_KEPT_BYTES)
        self.suspicious = False
        """Something like a key is heard, not yet or no longer certain: the voice is better muted."""
        self._high_pass: HighPass | None = None

    def _receiver(self) -> Any:  # noqa: ANN401 (C data has no type)
        state = self._library.dtmf_rx_init(ffi.NULL, ffi.NULL, ffi.NULL)
        self._library.dtmf_rx_parms(state, -1, NORMAL_TWIST_DB, REVERSE_TWIST_DB, THRESHOLD_DBM0)
        return ffi.gc(state, self._library.dtmf_rx_free)

    def filter_dial_tone(self, *, wanted: bool) -> None:
        """Take everything below the keys out before looking, while our own dial tone comes back. Same thread as `feed`."""
        self._high_pass = HighPass() if wanted else None

    def feed(self, pcm: bytes) -> tuple[DtmfEvent, ...]:
        """Listen to the next samples, 16-bit little-endian; what became certain with them."""
        samples = len(pcm) // 2
        first, second = self._receivers
        if self._high_pass is not None:
            pcm = self._high_pass.filter(pcm)
        self._library.dtmf_rx(first, pcm, samples)
        self._library.dtmf_rx(second, pcm, samples)
        self._samples += samples
        self._recent = (self._recent + pcm)[-_KEPT_BYTES:]
        heard = self._library.dtmf_rx_status(first)
        also = self._library.dtmf_rx_status(second)
        self.suspicious = bool(heard or also)
        if not self.suspicious and not self._digit:
            self._judged = 0
            return ()
        return self._decide(heard, also)

    def _decide(self, heard: int, also: int) -> tuple[DtmfEvent, ...]:
        """A key starts when both receivers have it, on pitch, and ends when neither has it any more."""
        events = []
        if self._digit and self._digit not in (heard, also):
            events.append(self._event(started=False))
            self._digit = 0
        agreed = heard if heard == also != _POSSIBLE else 0
        if agreed and agreed != self._judged and not self._digit and self._on_pitch(chr(agreed)):
            self._digit = agreed
            events.append(self._event(started=True))
        self._judged = agreed
        return tuple(events)

    def _on_pitch(self, digit: str) -> bool:
        """Measured over the two blocks that made the later receiver certain: there is sound of the key in all of it."""
        after_them = self._samples % (_BLOCK_SAMPLES // 2)
        samples = array("h", self._recent)
        blocks = samples[len(samples) - after_them - 2 * _BLOCK_SAMPLES : len(samples) - after_them].tolist()
        row, column = (relative_offset(blocks, hz) for hz in key_frequencies_hz(digit))
        return max(abs(row), abs(column)) <= MOST_OFFSET and abs(row - column) <= MOST_SPREAD

    def _event(self, *, started: bool) -> DtmfEvent:
        return DtmfEvent(chr(self._digit), started, self._samples)


BELL_202 = 1
"""Mark 1200 Hz, space 2200 Hz (spandsp ADSI_STANDARD_CLASS, Telcordia GR-30-CORE)."""
V_23 = 2
"""Mark 1300 Hz, space 2100 Hz (spandsp ADSI_STANDARD_CLIP, ETSI EN 300 659-1)."""

SEIZURE_BITS = 300
MARK_BITS = 180
"""On-hook transmission: 300 bits of channel seizure and 180 of mark (GR-30-CORE; EN 300 659-1: 180 +- 25). spandsp's own 80 is off-hook."""
_TRAILING_MARK_BITS = 10
_LONGEST_MESSAGE = 253


def fsk_burst(standard: int, message: bytes) -> bytes:
    """The samples of one data message (type, length, parameters), at -14 dBm0; spandsp adds the checksum.

    `standard` is BELL_202 or V_23; ValueError for a message longer than 253 octets.
    """
    if len(message) > _LONGEST_MESSAGE:
        raise ValueError(f"A caller ID message has {len(message)} octets; at most {_LONGEST_MESSAGE} are allowed.")
    spandsp = library()
    state = ffi.gc(spandsp.adsi_tx_init(ffi.NULL, standard), spandsp.adsi_tx_free)
    spandsp.adsi_tx_set_preamble(state, SEIZURE_BITS, MARK_BITS, _TRAILING_MARK_BITS, 1)
    spandsp.adsi_tx_put_message(state, message, len(message))
    space = ffi.new("char[]", 2 * 8000 * 4)
    samples = spandsp.adsi_tx(state, space, 8000 * 4)
    return bytes(ffi.buffer(space, 2 * samples))


class Goertzel:
    """The power of one frequency, in blocks."""

    def __init__(self, hz: float, block_samples: int) -> None:
        self._library = library()
        self._wanted = ffi.new("goertzel_descriptor_t *")
        self._library.make_goertzel_descriptor(self._wanted, hz, block_samples)
        state = self._library.goertzel_init(ffi.NULL, self._wanted)
        self._state = ffi.gc(state, self._library.goertzel_free)
        self._samples, self._block = 0, block_samples

    def power(self, pcm: bytes) -> float | None:
        """Take samples; the mean square of the frequency when they complete a block. Blocks must end with a call's samples."""
        self._library.goertzel_update(self._state, pcm, len(pcm) // 2)
        self._samples += len(pcm) // 2
        if self._samples < self._block:
            return None
        self._samples = 0
        return float(self._library.goertzel_result(self._state)) / self._block**2


def peak(pcm: bytes) -> int:
    """The largest absolute value among samples, 16-bit little-endian."""
    return int(library().vec_min_maxi16(pcm, len(pcm) // 2, ffi.NULL))


@cache
def library() -> Any:  # noqa: ANN401 (a C library has no types)
    """The opened library; LibraryMissing with the package to install if there is none."""
    return open_library(_LIBRARY)


def open_library(name: str) -> Any:  # noqa: ANN401 (same)
    try:
        return ffi.dlopen(name)
    except OSError as error:
        raise LibraryMissing(
            f"{name} cannot be opened; install libspandsp2 (Debian 12) or libspandsp2t64 (Debian 13)."
        ) from error
