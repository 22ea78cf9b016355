"""What the tones and the bell of a country are, as data.

Pure shapes: no samples (that is `firmware.sound.tone_source`) and no values (those stand, each with its source, in
`firmware/sound/countries/*.toml`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from firmware.core.actions import ToneName

MODULATION_DEPTH = 0.9
"""Depth of amplitude modulation (`400*25`): 90 %, the convention of Asterisk's indications.conf, where such tones are written so."""


@dataclass(frozen=True)
class Sine:
    """One frequency at a level; a full-scale sine is +3.14 dBm0 (ITU-T G.711)."""

    frequency_hz: int
    level_dbm0: float


@dataclass(frozen=True)
class Segment:
    """A sum of sines for `duration_ms`; no sines is silence, no duration lasts until the tone is stopped.

    `modulated_by_hz` is the frequency that modulates the amplitude of the sum, 0 for none.
    """

    sines: tuple[Sine, ...]
    duration_ms: int | None
    modulated_by_hz: int = 0


@dataclass(frozen=True)
class Tone:
    """Segments in order, then again from `repeat_from`; None: played once, then silence (special information tone).

    A `repeat_from` above 0 gives bursts and then a steady tone (stutter dial tone).
    """

    segments: tuple[Segment, ...]
    repeat_from: int | None = 0

    def then(self, following: "Tone") -> "Tone":
        """This one once, and the other after it."""
        repeat_from = None if following.repeat_from is None else len(self.segments) + following.repeat_from
        return Tone(self.segments + following.segments, repeat_from)

    def after(self, index: int) -> int | None:
        """The segment that follows `index`, or None at the end of a tone that does not repeat."""
        return index + 1 if index + 1 < len(self.segments) else self.repeat_from


class CallerIdKind(Enum):
    """How a telephone of the country is told who calls."""

    NONE = "none"
    BELLCORE = "bellcore"
    """FSK of Bell 202 in the gap after the first ring (Telcordia GR-30-CORE)."""
    ETSI = "etsi"
    """FSK of ITU-T V.23 in the gap after the first ring (ETSI EN 300 659-1, data transmission during ringing)."""
    DTMF = "dtmf"
    """Keys before the first ring (ETSI EN 300 659-1, DTMF annex)."""


@dataclass(frozen=True)
class Provenance:
    """Where one entry comes from. `derived`: taken from another country; `unconfirmed`: no standard was seen for it."""

    source: str
    derived: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True)
class CountryTones:
    """Everything a line plays in one country.

    `ring_cadence_ms` is on, off, on, off, repeated. `provenance` has one entry per table of the country's file:
    "ring", "caller_id" and each tone by name.
    """

    code: str
    name: str
    tones: Mapping[ToneName, Tone]
    call_waiting: Tone
    ring_cadence_ms: tuple[int, ...]
    caller_id: CallerIdKind
    provenance: Mapping[str, Provenance]
