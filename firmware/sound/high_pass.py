"""Takes dial tone out of what a line sounds like, so that its echo does not hide a key.

Plain Python, so it costs more than all the rest of a frame: used only while our own dial tone sounds, never in a call.
(spandsp's own filter has notches at 350 and 440 Hz only: no help in the many countries with 400 or 425 Hz.)
"""

from array import array

# Elliptic high-pass of order 4, 0.3 dB ripple, 34 dB stop band, as two biquads (b0 = b2, b1, a1, a2). It passes from 680 Hz:
# the lowest frequency of a key, 697 Hz, less 2.4 %. From 450 Hz down everything is 34 dB weaker.
# Computed with scipy.signal.ellip(4, 0.3, 34, 680, "highpass", fs=8000, output="sos").
_FIRST = (0.536278, -1.059418, -1.059914, 0.378914)
_SECOND = (1.0, -1.885656, -1.64006, 0.876072)


class HighPass:
    """A filter with memory; one reader."""

    def __init__(self) -> None:
        self._memory = (0.0, 0.0, 0.0, 0.0)

    def filter(self, pcm: bytes) -> bytes:
        """As many samples as given, 16-bit little-endian."""
        b, c, d, e = _FIRST
        _, g, h, k = _SECOND
        p, q, r, s = self._memory
        out = []
        for x in array("h", pcm):
            bx = b * x
            v = bx + p
            p = c * x - d * v + q
            q = bx - e * v
            y = v + r
            r = g * v - h * y + s
            s = v - k * y
            out.append(int(y))
        self._memory = (p, q, r, s)
        return _clipped(out)


def _clipped(samples: list[int]) -> bytes:
    if max(samples, default=0) > 32767 or min(samples, default=0) < -32768:
        samples = [max(-32768, min(32767, sample)) for sample in samples]
    return array("h", samples).tobytes()
