"""What we use of spandsp and speexdsp, in C, and how `_spandsp.py` is made of it: prepared, so that a device never loads a C parser (5 MB, 60 ms).

    python -m firmware.sound.spandsp_declarations

Run it after a change here; a test compares.
"""

from pathlib import Path

from cffi import FFI

# Sample buffers are declared as bytes, so that a frame is passed without a copy or a cast.
DECLARATIONS = """
typedef struct dtmf_rx_state_s dtmf_rx_state_t;
dtmf_rx_state_t *dtmf_rx_init(dtmf_rx_state_t *s, void *callback, void *user_data);
void dtmf_rx_parms(dtmf_rx_state_t *s, int filter_dialtone, int twist, int reverse_twist, int threshold);
int dtmf_rx(dtmf_rx_state_t *s, const char *amp, int samples);
int dtmf_rx_status(dtmf_rx_state_t *s);
int dtmf_rx_free(dtmf_rx_state_t *s);

typedef struct adsi_tx_state_s adsi_tx_state_t;
adsi_tx_state_t *adsi_tx_init(adsi_tx_state_t *s, int standard);
void adsi_tx_set_preamble(adsi_tx_state_t *s, int preamble, int preamble_ones, int postamble_ones, int stop_bits);
int adsi_tx_put_message(adsi_tx_state_t *s, const char *message, int length);
int adsi_tx(adsi_tx_state_t *s, char *amp, int samples);
int adsi_tx_free(adsi_tx_state_t *s);

int vec_min_maxi16(const char *x, int n, int16_t *out);

typedef struct { float fac; int samples; } goertzel_descriptor_t;
typedef struct goertzel_state_s goertzel_state_t;
void make_goertzel_descriptor(goertzel_descriptor_t *t, float freq, int samples);
goertzel_state_t *goertzel_init(goertzel_state_t *s, goertzel_descriptor_t *t);
int goertzel_update(goertzel_state_t *s, const char *amp, int samples);
float goertzel_result(goertzel_state_t *s);
int goertzel_free(goertzel_state_t *s);

typedef struct SpeexEchoState_ SpeexEchoState;
SpeexEchoState *speex_echo_state_init(int frame_size, int filter_length);
int speex_echo_ctl(SpeexEchoState *st, int request, void *ptr);
void speex_echo_cancellation(SpeexEchoState *st, const char *rec, const char *play, char *out);
void speex_echo_state_reset(SpeexEchoState *st);
void speex_echo_state_destroy(SpeexEchoState *st);
"""


def prepare(target: Path) -> None:
    """Write the prepared declarations as a Python file."""
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    ffi.set_source("firmware.sound._spandsp", None)
    ffi.emit_python_code(str(target))


if __name__ == "__main__":
    prepare(Path(__file__).with_name("_spandsp.py"))
