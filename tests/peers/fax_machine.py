"""A fax machine (spandsp's T.30 with V.21, V.27ter, V.29 and V.17) that sends or receives a page as samples, and pages as TIFF files (libtiff).

Both libraries are system packages: libspandsp2 brings libtiff along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from cffi import FFI

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Page = NDArray[np.uint8]

WIDTH = 1728
"""Dots in a line of a page (ITU-T T.4)."""

_ffi = FFI()
_ffi.cdef("""
typedef struct fax_state_s fax_state_t;
typedef struct t30_state_s t30_state_t;
fax_state_t *fax_init(fax_state_t *s, int calling_party);
int fax_free(fax_state_t *s);
int fax_rx(fax_state_t *s, char *amp, int len);
int fax_tx(fax_state_t *s, char *amp, int max_len);
void fax_set_transmit_on_idle(fax_state_t *s, int transmit_on_idle);
t30_state_t *fax_get_t30_state(fax_state_t *s);
int t30_call_active(t30_state_t *s);
const char *t30_completion_code_to_str(int result);
void t30_set_phase_e_handler(t30_state_t *s, void (*handler)(t30_state_t *s, void *user_data, int completion_code), void *user_data);
void t30_set_tx_file(t30_state_t *s, const char *file, int start_page, int stop_page);
void t30_set_rx_file(t30_state_t *s, const char *file, int stop_page);
int t30_set_ecm_capability(t30_state_t *s, int enabled);
int t30_set_supported_modems(t30_state_t *s, int supported_modems);

typedef struct tiff TIFF;
TIFF *TIFFOpen(const char *name, const char *mode);
void TIFFClose(TIFF *t);
int TIFFSetField(TIFF *t, uint32_t tag, ...);
int TIFFGetField(TIFF *t, uint32_t tag, ...);
int TIFFWriteScanline(TIFF *t, void *buffer, uint32_t row, uint16_t sample);
int TIFFReadScanline(TIFF *t, void *buffer, uint32_t row, uint16_t sample);
""")
_spandsp = _ffi.dlopen("libspandsp.so.2")
_tiff = _ffi.dlopen("libtiff.so.6")

V27TER, V29, V17 = 1, 2, 4
"""T30_SUPPORT_... of spandsp/t30_api.h."""


class FaxMachine:
    """One machine in one call: give it what it hears, it gives what it says, frame by frame."""

    def __init__(
        self, *, sends: Path | None = None, receives: Path | None = None, modems: int = V27TER | V29 | V17, corrects: bool = True
    ) -> None:
        self.result: str = ""
        """How the call ended, in spandsp's words; empty while it goes on."""
        self._state = _ffi.gc(_spandsp.fax_init(_ffi.NULL, int(sends is not None)), _spandsp.fax_free)
        self._t30 = _spandsp.fax_get_t30_state(self._state)
        self._ended = _ffi.callback("void(t30_state_t *, void *, int)", self._note_end)
        _spandsp.t30_set_phase_e_handler(self._t30, self._ended, _ffi.NULL)
        _spandsp.fax_set_transmit_on_idle(self._state, 1)
        _spandsp.t30_set_ecm_capability(self._t30, int(corrects))
        _spandsp.t30_set_supported_modems(self._t30, modems)
        if sends is not None:
            _spandsp.t30_set_tx_file(self._t30, str(sends).encode(), -1, -1)
        if receives is not None:
            _spandsp.t30_set_rx_file(self._t30, str(receives).encode(), -1)

    def exchange(self, heard: bytes) -> bytes:
        """Hear a frame and say the next one."""
        length = len(heard) // 2
        buffer = _ffi.new("char[]", heard)
        _spandsp.fax_rx(self._state, buffer, length)
        said = _ffi.new("char[]", 2 * length)
        _spandsp.fax_tx(self._state, said, length)
        return bytes(_ffi.buffer(said, 2 * length))

    def _note_end(self, _t30: Any, _data: Any, code: int) -> None:  # noqa: ANN401 (C data)
        self.result = _ffi.string(_spandsp.t30_completion_code_to_str(code)).decode()


def page(lines: int = 200, seed: int = 1) -> Page:
    """A page of bars, boxes and dots, one byte for eight dots."""
    chance = np.random.default_rng(seed)
    dots = np.zeros((lines, WIDTH), np.uint8)
    for _ in range(30):
        top, left = int(chance.integers(lines)), int(chance.integers(WIDTH - 100))
        dots[top : top + int(chance.integers(2, 20)), left : left + int(chance.integers(8, 400))] = 1
    return np.packbits(dots, axis=1)


def write_page(path: Path, dots: Page) -> None:
    """As the TIFF a fax machine sends: T.4 one-dimensional, fine resolution."""
    tiff = _tiff.TIFFOpen(str(path).encode(), b"w")
    for tag, value in ((256, WIDTH), (257, len(dots)), (278, len(dots))):
        _tiff.TIFFSetField(tiff, tag, _ffi.cast("uint32_t", value))
    for tag, value in ((258, 1), (259, 3), (262, 0), (266, 1), (277, 1), (284, 1), (296, 2)):
        _tiff.TIFFSetField(tiff, tag, _ffi.cast("int", value))
    for tag, value in ((282, 204.0), (283, 196.0)):
        _tiff.TIFFSetField(tiff, tag, _ffi.cast("double", value))
    for row, line in enumerate(dots):
        _tiff.TIFFWriteScanline(tiff, _ffi.new("char[]", line.tobytes()), row, 0)
    _tiff.TIFFClose(tiff)


def read_page(path: Path) -> Page:
    """The first page of a TIFF file."""
    tiff = _tiff.TIFFOpen(str(path).encode(), b"r")
    lines = _ffi.new("uint32_t *")
    _tiff.TIFFGetField(tiff, 257, lines)
    buffer = _ffi.new("char[]", WIDTH // 8)
    rows = []
    for row in range(lines[0]):
        _tiff.TIFFReadScanline(tiff, buffer, row, 0)
        rows.append(np.frombuffer(bytes(_ffi.buffer(buffer, WIDTH // 8)), np.uint8))
    _tiff.TIFFClose(tiff)
    return np.array(rows)
