"""spandsp's caller ID receiver (adsi_rx), the sender's sibling, for the tests only."""

from typing import Any

from cffi import FFI

CLASS, CLIP = 1, 2

_ffi = FFI()
_ffi.cdef("""
typedef void (*put_msg_func_t)(void *user_data, const uint8_t *msg, int len);
void *adsi_rx_init(void *s, int standard, put_msg_func_t put_msg, void *user_data);
int adsi_rx(void *s, const char *amp, int len);
int adsi_rx_free(void *s);
""")


def messages_in(pcm: bytes, standard: int) -> list[bytes]:
    """The messages with a right checksum, without it."""
    received: list[bytes] = []

    @_ffi.callback("put_msg_func_t")  # type: ignore[untyped-decorator,unused-ignore]
    def put_message(_user: Any, message: Any, length: int) -> None:  # noqa: ANN401 (C data)
        received.append(bytes(_ffi.buffer(message, length)))

    library: Any = _ffi.dlopen("libspandsp.so.2")
    state = _ffi.gc(library.adsi_rx_init(_ffi.NULL, standard, put_message, _ffi.NULL), library.adsi_rx_free)
    for at in range(0, len(pcm), 320):
        piece = pcm[at : at + 320]
        library.adsi_rx(state, piece, len(piece) // 2)
    return received
