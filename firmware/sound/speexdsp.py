"""The only file that knows speexdsp (1.2, `libspeexdsp.so.1`): the adaptive filter that models a line's echo.

Debian's spandsp has a line echo canceller too, but prints a line of text for each sample. Opened by name, without a compiler (cffi, ABI mode; see
`spandsp_declarations`). The C state belongs to one Python object and is freed with it; it is for one thread at a time.
"""

from functools import cache
from typing import Any

from firmware.sound._spandsp import ffi
from firmware.sound.errors import LibraryMissing

_LIBRARY = "libspeexdsp.so.1"
_SET_SAMPLING_RATE = 24
"""SPEEX_ECHO_SET_SAMPLING_RATE of speex/speex_echo.h."""


class EchoFilter:
    """Learns what comes back of a reference, in C: a multidelay block frequency domain filter whose step follows how much it still
    leaks (J.-M. Valin, "On adjusting the learning rate in frequency domain echo cancellation with double-talk", 2007). So it needs no detector
    of double talk and never stops learning. Adds no delay."""

    def __init__(self, frame_samples: int, tail_samples: int, rate_hz: int) -> None:
        self._library = library()
        state = self._library.speex_echo_state_init(frame_samples, tail_samples)
        self._state = ffi.gc(state, self._library.speex_echo_state_destroy)
        self._library.speex_echo_ctl(self._state, _SET_SAMPLING_RATE, ffi.new("int *", rate_hz))
        self._bytes = 2 * frame_samples
        self._out = ffi.new("char[]", self._bytes)

    def cancel(self, heard: bytes, reference: bytes) -> bytes:
        """A frame of the line less what it holds of the reference so far; 16-bit little-endian, ValueError for another length."""
        if len(heard) != self._bytes or len(reference) != self._bytes:
            raise ValueError(f"a frame has {self._bytes} bytes, not {len(heard)} and {len(reference)}")
        self._library.speex_echo_cancellation(self._state, heard, reference, self._out)
        return bytes(ffi.buffer(self._out))

    def forget(self) -> None:
        """Begin to learn anew."""
        self._library.speex_echo_state_reset(self._state)


@cache
def library() -> Any:  # noqa: ANN401 (a C library has no types)
    """The opened library; LibraryMissing with the package to install if there is none."""
    try:
        return ffi.dlopen(_LIBRARY)
    except OSError as error:
        raise LibraryMissing(f"{_LIBRARY} cannot be opened; install libspeexdsp1.") from error
