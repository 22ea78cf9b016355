"""Telling a telephone in a conversation that somebody else calls, and who: call waiting with type II caller ID, as a table.

The tone tells the person, the alerting signal after it the telephone; a telephone with a display acknowledges and is sent the message while
the voice is muted; another one is not kept waiting. Pure: no samples, no clock. Sources: timing "CIDCW" of Mitel's MT8843 data
sheet (after TR-NWT-000575), defaults of Lantiq's TAPI driver (drv_tapi_cid.c), Asterisk (callerid.c, chan_dahdi.c).
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from firmware.core.tones import Segment, Sine, Tone

ALERT_HZ = (2130, 2750)
"""CPE alerting signal (Bellcore) and dual-tone alerting signal (ETSI EN 300 659-2) are the same pair."""
ALERT_MS = 80
"""MT8843: 75 to 85 ms; Lantiq 80, Asterisk 85, right after the tone."""

ACKNOWLEDGEMENTS = "DA"
"""DTMF D, or A from a telephone with ADSI (MT8843, after TR-NWT-000575)."""
ACKNOWLEDGEMENT_WAIT_MS = 300
"""From the end of the signal. A telephone begins within 100 ms and sends 55 to 65 (MT8843); our detector takes 46, and each way
through the line's codec a buffer. Lantiq waits 160, Asterisk 500."""
QUIET_BEFORE_DATA_MS = 100
"""From the acknowledgement, heard before it ends, to the data. MT8843: at most 500 after its end; Lantiq 100."""

QUIET_AFTER_DATA_MS = 60
"""Until the voice is back: Lantiq's dataOut2restoreTimeOffhook; a telephone opens its ear 50 ms after the data (MT8843)."""

OFF_HOOK_MARK_BITS = 80
"""No channel seizure off hook (Lantiq, spandsp; MT8843: 58 to 75 ms of mark)."""


class WaitingPhase(Enum):
    """Where telling stands. From ALERTING to SENDING nobody hears anybody."""

    IDLE = "idle"
    ALERTING = "alerting"
    """The first tone with the alerting signal at its end."""
    LISTENING = "listening"
    """For the telephone's acknowledgement."""
    PAUSING = "pausing"
    SENDING = "sending"
    TONE = "tone"
    """One of the tones, by itself."""
    RESTING = "resting"
    """The conversation goes on until the next tone."""


MUTED = frozenset({WaitingPhase.ALERTING, WaitingPhase.LISTENING, WaitingPhase.PAUSING, WaitingPhase.SENDING})


class WaitingEvent(Enum):
    OFFERED = "offered"
    """A call waits; nothing can be told about it, or the telephone could not show it."""
    OFFERED_WITH_ID = "offered with ID"
    SOUND_ENDED = "sound ended"
    ACKNOWLEDGED = "acknowledged"
    TIMER_EXPIRED = "timer expired"
    WITHDRAWN = "withdrawn"
    """Answered, given up, or the handset was replaced."""


class WaitingOrder(Enum):
    MUTE = "mute"
    """Both ways, until UNMUTE."""
    UNMUTE = "unmute"
    PLAY_ALERT = "play alert"
    PLAY_DATA = "play data"
    PLAY_TONE = "play tone"
    WAIT_FOR_ACKNOWLEDGEMENT = "wait for acknowledgement"
    WAIT_BEFORE_DATA = "wait before data"
    WAIT_BETWEEN_TONES = "wait between tones"
    STOP = "stop"
    """No timer and no sound of ours any more."""


_P, _E, _O = WaitingPhase, WaitingEvent, WaitingOrder

Step = tuple[WaitingPhase, tuple[WaitingOrder, ...]]

TABLE: Mapping[tuple[WaitingPhase, WaitingEvent], Step] = MappingProxyType(
    {
        (_P.IDLE, _E.OFFERED): (_P.TONE, (_O.PLAY_TONE,)),
        (_P.IDLE, _E.OFFERED_WITH_ID): (_P.ALERTING, (_O.MUTE, _O.PLAY_ALERT)),
        (_P.ALERTING, _E.SOUND_ENDED): (_P.LISTENING, (_O.WAIT_FOR_ACKNOWLEDGEMENT,)),
        (_P.LISTENING, _E.ACKNOWLEDGED): (_P.PAUSING, (_O.WAIT_BEFORE_DATA,)),
        (_P.LISTENING, _E.TIMER_EXPIRED): (_P.RESTING, (_O.UNMUTE, _O.WAIT_BETWEEN_TONES)),
        (_P.PAUSING, _E.TIMER_EXPIRED): (_P.SENDING, (_O.PLAY_DATA,)),
        (_P.SENDING, _E.SOUND_ENDED): (_P.RESTING, (_O.UNMUTE, _O.WAIT_BETWEEN_TONES)),
        (_P.TONE, _E.SOUND_ENDED): (_P.RESTING, (_O.WAIT_BETWEEN_TONES,)),
        (_P.RESTING, _E.TIMER_EXPIRED): (_P.TONE, (_O.PLAY_TONE,)),
        **{(phase, _E.WITHDRAWN): (_P.IDLE, (_O.STOP, _O.UNMUTE)) for phase in MUTED},
        (_P.TONE, _E.WITHDRAWN): (_P.IDLE, (_O.STOP,)),
        (_P.RESTING, _E.WITHDRAWN): (_P.IDLE, (_O.STOP,)),
    }
)

IGNORED = frozenset(
    {(phase, event) for phase in WaitingPhase for event in (_E.OFFERED, _E.OFFERED_WITH_ID) if phase is not _P.IDLE}
    | {(phase, _E.ACKNOWLEDGED) for phase in WaitingPhase if phase is not _P.LISTENING}
    | {(phase, _E.SOUND_ENDED) for phase in (_P.IDLE, _P.LISTENING, _P.PAUSING, _P.RESTING)}
    | {(phase, _E.TIMER_EXPIRED) for phase in (_P.IDLE, _P.ALERTING, _P.SENDING, _P.TONE)}
    | {(_P.IDLE, _E.WITHDRAWN)}
)
"""One call waits at a time; what ended or came too late changes nothing."""


def step(phase: WaitingPhase, event: WaitingEvent) -> Step:
    """What follows; nothing for pairs in IGNORED."""
    return TABLE.get((phase, event), (phase, ()))


def waiting_signal(tone: Tone) -> Tone:
    """One signal of a country's call waiting tone, without the pause after it."""
    return Tone(tone.segments[:-1], repeat_from=None)


def waiting_pause_ms(tone: Tone) -> int:
    """From one signal to the next."""
    return tone.segments[-1].duration_ms or 0


def with_alert(tone: Tone, level_dbm0: float) -> Tone:
    """One signal and the alerting signal right after it, each of whose sines has `level_dbm0`."""
    alert = Segment(tuple(Sine(hz, level_dbm0) for hz in ALERT_HZ), ALERT_MS)
    return Tone((*waiting_signal(tone).segments, alert), repeat_from=None)
