"""The only file that knows spandsp (0.0.6, `libspandsp.so.2`): DTMF detection and the FSK of caller ID.

Opened by name, without a compiler (cffi, ABI mode; see `spandsp_declarations`). Each C state belongs to one Python object and is freed with it. A state
is for one thread at a time: cffi lets go of the interpreter lock during a call. Knows no tone table, no call, no caller.
"""

from array import array
from dataclasses import dataclass
from functools import cache
from operator import mul
from typing import Any

from firmware.sound._spandsp import ffi
from firmware.sound.errors import LibraryMissing
from firmware.sound.high_pass import HighPass
from firmware.sound.key_check import COLUMN_HZ, ROW_HZ, WINDOW_SAMPLES, key_in, key_power

_LIBRARY = "libspandsp.so.2"

_BLOCK_SAMPLES = 102
"""The block of spandsp's Goertzel filters (dtmf.c, DTMF_SAMPLES_PER_BLOCK)."""

NORMAL_TWIST_DB = 14
REVERSE_TWIST_DB = 9
THRESHOLD_DBM0 = -43
"""What spandsp's short blocks may suspect: wider than what `key_check` then takes, by as much as a block mismeasures."""

_KEPT_BYTES = 2 * WINDOW_SAMPLES
_FRAME_SAMPLES = 80
_LEAST_PEAK = 200
"""Of a key at -40 dBm0 a frequency."""
_STEADY = 0.8
_COLUMN_SHARE = 0.02
"""Of the squared peak: two tones with the column 10 dB weaker have 0.029, less a quarter for a frequency 1.5 % off."""
_TONES_SHARE = 0.55
_GONE = 0.15
"""Of a key's power at its beginning; less in two frames on end is its end. So a break of 10 ms (Q.24) is ridden over."""
_GONE_FRAMES = 2


@dataclass(frozen=True)
class DtmfEvent:
    """A key was pressed (`started`) or let go. `at_sample` counts from the detector's first sample, to the frame."""

    digit: str
    started: bool
    at_sample: int


class DtmfDetector:
    """Hears keys in the samples of a line, frames of 10 ms.

    Two spandsp receivers, their blocks half a block apart, suspect; `key_check` decides on the last 30 ms. A tone of 40 ms is always taken, wherever it
    begins, one below 25 ms never.
    """

    def __init__(self) -> None:
        self._library = library()
        self._receivers = (self._receiver(), self._receiver())
        self._library.dtmf_rx(self._receivers[1], bytes(_BLOCK_SAMPLES), _BLOCK_SAMPLES // 2)
        self._columns = [Goertzel(hz, _FRAME_SAMPLES) for hz in COLUMN_HZ]
        self._rows = [Goertzel(hz, _FRAME_SAMPLES) for hz in ROW_HZ]
        self._loud = [0, 0, 0]
        self._digit = ""
        self._least_power = 0.0
        self._gone = 0
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
        """Listen to the next frame, 16-bit little-endian; what became certain with it."""
        samples = len(pcm) // 2
        first, second = self._receivers
        if self._high_pass is not None:
            pcm = self._high_pass.filter(pcm)
        self._library.dtmf_rx(first, pcm, samples)
        self._library.dtmf_rx(second, pcm, samples)
        self._samples += samples
        self._recent = self._recent[2 * samples :] + pcm
        self.suspicious = bool(self._library.dtmf_rx_status(first) or self._library.dtmf_rx_status(second))
        if self._digit:
            return self._follow(pcm)
        return self._begin() if self._steady(pcm) or self.suspicious else ()

    def _steady(self, pcm: bytes) -> bool:
        """Three frames about as loud as each other, and two tones near a key's the most of the last.

        So a key with both frequencies 1.5 % off is found: for spandsp's filters too little of its power is where it should be.
        """
        loud = peak(pcm)
        self._loud = [*self._loud[1:], loud]
        if loud < _LEAST_PEAK or min(self._loud) < _STEADY * max(self._loud):
            return False
        columns = max(each.power(pcm) for each in self._columns)
        if columns < _COLUMN_SHARE * loud * loud:
            return False
        rows = max(each.power(pcm) for each in self._rows)
        samples = array("h", pcm)
        return rows + columns >= _TONES_SHARE * float(sum(map(mul, samples, samples))) / _FRAME_SAMPLES

    def _begin(self) -> tuple[DtmfEvent, ...]:
        samples = array("h", self._recent)
        key = key_in(samples)
        if not key:
            return ()
        self._digit, self._gone = key, 0
        self._least_power = _GONE * key_power(samples[-_FRAME_SAMPLES:], key)
        return (self._event(started=True),)

    def _follow(self, pcm: bytes) -> tuple[DtmfEvent, ...]:
        """A key ends when its tones have gone; the next may begin in the same frame."""
        self._gone = self._gone + 1 if key_power(array("h", pcm), self._digit) < self._least_power else 0
        if self._gone < _GONE_FRAMES:
            return ()
        ended = self._event(started=False)
        self._digit = ""
        return (ended, *(self._begin() if self.suspicious else ()))

    def _event(self, *, started: bool) -> DtmfEvent:
        return DtmfEvent(self._digit, started, self._samples)


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
    """The power of one frequency, in blocks of so many samples."""

    def __init__(self, hz: float, block_samples: int) -> None:
        self._library = library()
        self._wanted = ffi.new("goertzel_descriptor_t *")
        self._library.make_goertzel_descriptor(self._wanted, hz, block_samples)
        self._state = ffi.gc(self._library.goertzel_init(ffi.NULL, self._wanted), self._library.goertzel_free)
        self._block = block_samples

    def power(self, block: bytes) -> float:
        """The mean square of the frequency in one block."""
        self._library.goertzel_update(self._state, block, self._block)
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
