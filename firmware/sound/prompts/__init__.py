"""What the box says: recorded prompts, found by name and played one after another.

The recordings are made when the box is built (`image-build/prompts/make.py` reads `texts.toml` aloud); here they are only found and
played: a file is read when it is to be heard and forgotten after. A recording that is missing is heard as a confirmation tone,
so that nobody waits in silence. Knows no call and no feature.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from firmware.core.tones import Segment, Sine, Tone
from firmware.sound.tone_source import tone_pcm

FOLDERS = (Path("/usr/share/keepline/prompts"), Path(__file__).parents[3] / "build" / "prompts" / "current")
"""Where recordings are looked for: on the device, in a checkout. In it a folder a language, in that a file a name:
A-law (ITU-T G.711), 8000 samples a second, no header."""

SUFFIX = ".alaw"
FALLBACK_LANGUAGE = "en"
GAP_MS = 120
"""Silence between two prompts: chosen, about the pause between words spoken slowly."""

_LARGEST_NUMBER = 99
_SIGNS = {"+": "plus", "*": "star", "#": "hash"}
_MISSING = Tone((Segment((Sine(600, -16.0),), 250), Segment((), 250)), repeat_from=None)
"""As the confirmation tone of a country without one of its own (`countries/common/tones.toml`)."""


def spell(number: int | str) -> tuple[str, ...]:
    """The names that say a number: 0 to 99 as one, other numbers and texts such as "+7 727 123" digit by digit.

    Letters and blanks of a text are passed over; an empty answer means there was nothing to say.
    """
    if isinstance(number, int) and 0 <= number <= _LARGEST_NUMBER:
        return (str(number),)
    return tuple(_SIGNS.get(sign, sign) for sign in str(number) if sign in "0123456789+*#")


class Prompts:
    """The recordings of one language."""

    def __init__(self, language: str, folders: tuple[Path, ...] = FOLDERS) -> None:
        """`language` as in the settings; English is spoken where a language has no recordings."""
        places = [folder / code for code in (language, FALLBACK_LANGUAGE) for folder in folders]
        self._folder = next((place for place in places if place.is_dir()), places[0])

    def source(self, *names: str) -> "PromptSource":
        """Everything in `names`, one after another; each run of missing recordings is one tone."""
        return PromptSource(self._pieces(names))

    def _pieces(self, names: tuple[str, ...]) -> Iterator[bytes]:
        missed = not names
        for name in names:
            recording = self._recording(name)
            if recording:
                if missed:
                    yield _missing()
                missed = False
                yield recording
            else:
                missed = True
        if missed:
            yield _missing()

    def _recording(self, name: str) -> bytes:
        """A-law, or nothing if there is no such file or it cannot be read."""
        try:
            return (self._folder / f"{name}{SUFFIX}").read_bytes()
        except OSError:
            return b""


class PromptSource:
    """Plays pieces of A-law with a short gap between. Decoded as they are taken, a frame at a time in the media thread: a long text
    costs no time before it is heard, and half the memory."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._coded = (_SILENT * (8 * GAP_MS)).join(pieces)
        self._at = 0

    @property
    def duration_ms(self) -> int:
        return len(self._coded) // 8

    @property
    def finished(self) -> bool:
        return self._at >= len(self._coded)

    def take(self, samples: int) -> bytes:
        """The next `samples` samples, 16-bit little-endian; silence after the last prompt."""
        piece = self._coded[self._at : self._at + samples]
        self._at += len(piece)
        return array("h", map(_ALAW.__getitem__, piece)).tobytes().ljust(2 * samples, b"\0")


def _alaw_sample(code: int) -> int:
    """The 13-bit value of an A-law octet, in the upper bits of 16 (ITU-T G.711, table 1a; even bits come inverted)."""
    bits = code ^ 0x55
    segment, step = bits >> 4 & 7, bits & 0xF
    size = (step << 4) + 8 if segment == 0 else (step << 4) + 0x108 << segment - 1
    return size if bits & 0x80 else -size


_ALAW = tuple(_alaw_sample(code) for code in range(256))
_SILENT = bytes((_ALAW.index(8),))
"""The least A-law can say."""


@cache
def _missing() -> bytes:
    """The confirmation tone in A-law."""
    codes = sorted(range(256), key=_ALAW.__getitem__)
    steps = [_ALAW[code] for code in codes]
    return bytes(codes[min(255, bisect_left(steps, sample))] for sample in array("h", tone_pcm(_MISSING)))
