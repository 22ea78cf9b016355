"""What a person would say they heard, worked out from samples alone: level, tones, the name of the exchange's tone, digits.

It must not know what was played. Frequencies and cadences: ITU-T E.180 and its Supplement 2 as collected in Asterisk's
indications.conf, DAHDI's zonedata.c and spandsp's global-tones.xml for KZ/RU, US, GB, DE and IN.

A short window shows only a part of a cadence, so the names follow these rules, the first that fits:
- nothing above LEAST_DBM0: silence; no steady frequencies in it: voice;
- three of 1400, 2060, 2450, 2600 Hz, or any tone above HOWLER_DBM0: howler; two of 950, 1400, 1800 Hz: special;
- 440+480 or 400+450: ringback (US, GB), whatever the cadence; 480+620: busy, or congestion with bursts under 375 ms (US);
- 350+440 or 400, 425, 375+425 Hz (also 400 modulated by 25): short bursts of about 100 ms are stutter, as are 350+440 taking turns
  with 440 and steady 400+425; a tone that lasts longer than any ringback burst and still sounds at the end is dial, as is one that
  fills the whole window; unmodulated 400 Hz that does so is "number unobtainable" (GB, IN): special;
- else by its rhythm: bursts over 780 ms are ringback, as are two with a shorter pause between; one or two bursts with a long pause are
  ringback from 375 ms each, call_waiting below; equal bursts and pauses are busy from 300 ms, congestion below; 400 and 225 ms in
  turn are congestion (GB); short bursts of 440 Hz alone are call_waiting (US);
- three short bursts of dial tone and then silence are confirmation, as is one whole burst of 1400 Hz (GB) or of 600 Hz; 600 Hz in shorter
  bursts is holding, 1400 Hz for less than 600 ms is record: the tone after which one speaks;
- dial tone with gaps of 30 to 60 ms is stutter (recall dial tone of RU);
- any other steady sound (a test tone, a lone 440 Hz, DTMF) is voice: the exchange has no such tone.
So hear longer than one burst (1 s, US 2 s) to tell dial from ringback, and longer than a pause (4 s) to be sure of the ringback.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hal.errors import PartMisused
from hal.ports import SAMPLE_RATE_HZ
from hal.sim.dtmf import digits_in
from hal.sim.level import SILENCE_DBM0, from_pcm, level_dbm0
from hal.sim.rhythm import RING_MS, Burst, Rhythm, rhythm_of
from hal.sim.spectrum import Floats, Spectrum, spectra_of, spectrum_of, without_edges

LEAST_DBM0 = -48.0
"""Sound below this is silence: comfort noise and line noise are quieter, the weakest tone of the five countries is -24."""

HOWLER_DBM0 = -2.0
"""A steady tone as loud as this is meant to wake the house."""

SAMPLES_A_MS = SAMPLE_RATE_HZ / 1000
PIECE_MS = 80
"""Sound is looked at in pieces this long where tones follow one another."""

STEADY_SHARE = 0.8
"""A tone holds at least this share of its power in a few frequencies; speech and noise do not."""

LONGER_THAN_RING_MS = 1150
"""Only dial tone sounds so long: a ringback burst of one frequency lasts 1 s."""

LONGER_THAN_BUSY_MS = 780
"""The longest busy burst is 750 ms (IN), the shortest single ringback burst 800 ms (KG)."""

PAUSE_MS = 800
"""A longer silence is the pause of a ringback or call-waiting tone: the longest in a busy tone is 750 ms (IN)."""

NEAR_HZ = 7.0
"""Two tones of the table are at least 15 Hz apart (425 and 440), exchanges are precise to 1.5 % or so."""

HOWLER_HZ = (1400, 2060, 2450, 2600)
SPECIAL_HZ = (950, 1400, 1800)
RINGBACKS = ({440, 480}, {400, 450})
BUSY_US = {480, 620}
DIAL_US = {350, 440}
DIAL_STUTTER_DE = {400, 425}
UNOBTAINABLE = {400}
CALL_WAITING_US = {440}
ADAPTER = {600}
BEEP = {1400}
BEEP_MS = 600
"""Tones of supplementary services (Cisco's adapters; BT SIN 350 by way of indications.conf): see countries/common/tones.toml."""
GAP_MS = 60
"""A pause so short is a gap in dial tone: 40 ms (RU); the shortest of a ringback tone is 200."""
CONFIRMATION_BURSTS = 3
PLAIN = ({400}, {425}, {375, 425}, {375, 400, 425})


@dataclass(frozen=True)
class Heard:
    """The shape of `keepline phone hear`."""

    level_dbm0: float
    """Of the parts that sound; of everything if nothing does. Full-scale sine = +3.14 (ITU-T G.711)."""
    tones_hz: list[float]
    """Frequencies of the longest steady part, ascending, to 0.5 %."""
    name: str
    """dial, ringback, busy, congestion, special, stutter, howler, call_waiting, confirmation, holding, record, silence or voice."""
    dtmf: str


def analyse(pcm: bytes) -> Heard:
    """Say what 8 kHz 16-bit mono sound holds; PartMisused if it is not whole samples."""
    if len(pcm) % 2:
        raise PartMisused("Sound must be whole 16-bit samples; one byte is missing or too many.")
    samples = from_pcm(pcm).astype(np.float64)
    rhythm = rhythm_of(samples, LEAST_DBM0)
    if not rhythm.bursts:
        return Heard(round(level_dbm0(samples), 1) if len(samples) else SILENCE_DBM0, [], "silence", "")
    level = level_dbm0(np.concatenate([each.cut(samples) for each in rhythm.bursts]))
    longest = spectrum_of(without_edges(max((each.cut(samples) for each in rhythm.bursts), key=len)))
    dtmf = digits_in(samples)
    name = "voice" if dtmf else tone_name(samples, rhythm, longest, level)
    return Heard(round(level, 1), [round(hz, 1) for hz in longest.tones_hz], name, dtmf)


def tone_name(samples: Floats, rhythm: Rhythm, longest: Spectrum, level: float) -> str:
    """The name of the exchange's tone, or voice."""
    pieces = [piece for burst in rhythm.bursts for piece in spectra_of(without_edges(burst.cut(samples)), PIECE_MS)]
    steady = [piece for piece in pieces if piece.steady_share >= STEADY_SHARE]
    if len(steady) < 0.7 * len(pieces):
        return "voice"
    if many_of(HOWLER_HZ, longest.tones_hz) >= 3 or level > HOWLER_DBM0:
        return "howler"
    if sum(any(many_of((hz,), piece.tones_hz) for piece in steady) for hz in SPECIAL_HZ) >= 2:
        return "special"
    if longest.steady_share < STEADY_SHARE:
        return "voice"
    return exchange_tone(rhythm, longest.tones_hz, steady)


def exchange_tone(rhythm: Rhythm, tones_hz: list[float], steady: list[Spectrum]) -> str:
    """Tones whose name depends on frequency and rhythm."""
    if any(same(tones_hz, plain) for plain in PLAIN):
        return plain_tone(rhythm, unobtainable=same(tones_hz, UNOBTAINABLE))
    if same(tones_hz, ADAPTER) or same(tones_hz, BEEP):
        return service_tone(rhythm, beep=same(tones_hz, BEEP))
    if same(tones_hz, CALL_WAITING_US):
        return "call_waiting" if rhythm.whole_bursts and rhythm.longest_ms < RING_MS else "voice"
    return paired_tone(rhythm, tones_hz, steady)


def service_tone(rhythm: Rhythm, *, beep: bool) -> str:
    """Tones that answer a star code or come before a recording; what fills the window is a test tone."""
    if not rhythm.whole_bursts:
        return "voice"
    if beep:
        return "record" if rhythm.longest_ms < BEEP_MS else "confirmation"
    return "holding" if rhythm.short_bursts(140) >= 2 else "confirmation"


def confirms(rhythm: Rhythm) -> bool:
    """Three short bursts, all heard to their end, and nothing after: stutter would go on as dial tone."""
    last = rhythm.bursts[-1]
    quiet_ms = (rhythm.length - last.end) / SAMPLES_A_MS
    return len(rhythm.bursts) == rhythm.short_bursts(140) == CONFIRMATION_BURSTS and quiet_ms > 2 * last.duration_ms


def has_gaps(rhythm: Rhythm) -> bool:
    """The tone is broken off again and again, for an instant only."""
    pauses = [(later.start - earlier.end) / SAMPLES_A_MS for earlier, later in pairwise(rhythm.bursts)]
    return bool(pauses) and max(pauses) <= GAP_MS


def paired_tone(rhythm: Rhythm, tones_hz: list[float], steady: list[Spectrum]) -> str:
    """Two frequencies tell most of it (America, Britain)."""
    if any(same(tones_hz, pair) for pair in RINGBACKS):
        return "ringback"
    if same(tones_hz, BUSY_US):
        return "congestion" if rhythm.longest_ms < RING_MS else "busy"
    if same(tones_hz, DIAL_STUTTER_DE) and (rhythm.fills_window or rhythm.still_sounds_after(LONGER_THAN_RING_MS)):
        return "stutter"
    if same(tones_hz, DIAL_US) and confirms(rhythm):
        return "confirmation"
    if same(tones_hz, DIAL_US):
        return "stutter" if rhythm.short_bursts(140) or takes_turns(steady) else "dial"
    return "voice"


def plain_tone(rhythm: Rhythm, *, unobtainable: bool) -> str:
    """One frequency for everything (most of the world): only the rhythm tells."""
    if rhythm.short_bursts(140) >= 2 or has_gaps(rhythm):
        return "confirmation" if confirms(rhythm) else "stutter"
    if rhythm.fills_window or rhythm.still_sounds_after(LONGER_THAN_RING_MS):
        return "special" if unobtainable else "dial"
    if rhythm.double_ring:
        return "ringback"
    if rhythm.longest_ms > LONGER_THAN_BUSY_MS:
        return "dial" if rhythm.still_sounds_after(0) and rhythm.longest_pause_ms < PAUSE_MS else "ringback"
    if rhythm.longest_pause_ms > PAUSE_MS:
        return "ringback" if rhythm.ringing_bursts() else "call_waiting"
    return busy_name(rhythm.whole_bursts or rhythm.bursts)


def busy_name(bursts: list[Burst]) -> str:
    durations = [burst.duration_ms for burst in bursts]
    if max(durations) >= RING_MS and min(durations) < 260:
        return "congestion"
    return "busy" if max(durations) >= 300 else "congestion"


def takes_turns(steady: list[Spectrum]) -> bool:
    """350+440 and 440 alone, one after the other (GB)."""
    both = sum(same(piece.tones_hz, DIAL_US) for piece in steady)
    alone = sum(same(piece.tones_hz, {440}) for piece in steady)
    return both > 0 and alone > 2


def many_of(wanted_hz: tuple[int, ...], tones_hz: list[float]) -> int:
    """How many of the frequencies are there; 1440 counts as 1400 and so on, some exchanges are loose about these."""
    return sum(any(abs(hz - wanted) <= 0.03 * wanted for hz in tones_hz) for wanted in wanted_hz)


def same(tones_hz: list[float], wanted_hz: set[int]) -> bool:
    """Exactly these frequencies and no other."""
    return len(tones_hz) == len(wanted_hz) and all(
        abs(hz - wanted) <= NEAR_HZ for hz, wanted in zip(tones_hz, sorted(wanted_hz), strict=True)
    )
