"""What a caller on hold hears: a quiet tune of our own, made by the engine itself, so that Python has no part in it.

No recording and nobody's composition: a few broken chords, soft enough not to annoy and steady enough to say that the call is alive.
"""

import pjsua2 as pj

from hal.ports import SAMPLE_RATE_HZ

_NOTES_HZ = {"C": 523, "D": 587, "E": 659, "F": 698, "G": 784, "A": 880, "g": 392, "a": 440, "b": 494}
"""Equal temperament about a' = 440 Hz (ISO 16), to the nearest hertz."""

_TUNE = "CEGEaCEaFACAgbDb"
_NOTE_ON_MS, _NOTE_OFF_MS = 420, 80
_REST_MS = 1500
_AMPLITUDE = 2300
"""About -20 dBm0 (ITU-T G.711: 32767 is +3.14): 4 to 10 dB below speech (P.56 levels of -16 to -26 dBm0 are usual)."""


def hold_music() -> "pj.ToneGenerator":
    """A port of the bridge that plays the tune over and over. Keep it for as long as anybody may listen."""
    generator = pj.ToneGenerator()
    generator.createToneGenerator(SAMPLE_RATE_HZ, 1)
    generator.play(pj.ToneDescVector([_note(at) for at in range(len(_TUNE))]), True)  # noqa: FBT003 (the engine's "loop")
    return generator


def _note(at: int) -> "pj.ToneDesc":
    note = pj.ToneDesc()
    note.freq1, note.freq2 = _NOTES_HZ[_TUNE[at]], 0
    note.on_msec, note.off_msec = _NOTE_ON_MS, _NOTE_OFF_MS + (_REST_MS if at == len(_TUNE) - 1 else 0)
    note.volume = _AMPLITUDE
    return note
