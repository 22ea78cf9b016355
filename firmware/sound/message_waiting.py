"""Whether messages wait, as the burst of samples that lights the lamp of a telephone on hook, without ringing.

Message and parameter types: ETSI EN 300 659-3 and Telcordia GR-30-CORE as listed in spandsp's adsi.h; the bytes as Asterisk sends them
(callerid.c, ast_callerid_vmwi_generate). Says nothing about when.
"""

from firmware.core.call_waiting_id import ALERT_HZ
from firmware.core.tones import CallerIdKind, Segment, Sine, Tone
from firmware.sound.caller_id import ALERT_DBM0
from firmware.sound.held_sound import HeldSound
from firmware.sound.spandsp import BELL_202, V_23, fsk_burst
from firmware.sound.tone_source import tone_pcm

_MESSAGE_WAITING = 0x82
_VISUAL_INDICATOR = 0x0B
_ON, _OFF = b"\xff", b"\x00"
_NUMBER_OF_MESSAGES = 0x13
"""ETSI only (CLIP_NUM_MSG)."""
_MOST_MESSAGES = 255

LEAD_IN_MS = 500
"""Silence first, so that a line that was just put on hook is at rest (Asterisk: half a second)."""

ON_HOOK_ALERT_MS = 100
QUIET_AFTER_ALERT_MS = 100
"""ETSI EN 300 659-1 wants an alert before data that does not come with ringing: the dual tone, a line reversal and the dual tone, or a
short ring. The dual tone alone is sent: it is not heard in the room, as a ring at night would be. Lantiq's TAPI driver plays it for
100 ms on hook and begins the data 45 ms or more after; 100 is chosen. Which alert the telephones of a country wait for is unconfirmed."""


def message_waiting_message(kind: CallerIdKind, waiting: int) -> bytes:
    """The data message without checksum: the lamp on if any of `waiting` messages is new to their owner, else off."""
    body = bytes((_VISUAL_INDICATOR, 1)) + (_ON if waiting else _OFF)
    if kind is CallerIdKind.ETSI:
        body += bytes((_NUMBER_OF_MESSAGES, 1, min(waiting, _MOST_MESSAGES)))
    return bytes((_MESSAGE_WAITING, len(body))) + body


def message_waiting_burst(kind: CallerIdKind, waiting: int) -> bytes:
    """All samples. ValueError for kinds that are not FSK: there is nothing that such telephones would understand."""
    lead_in = bytes(16 * LEAD_IN_MS)
    match kind:
        case CallerIdKind.BELLCORE:
            return lead_in + fsk_burst(BELL_202, message_waiting_message(kind, waiting))
        case CallerIdKind.ETSI:
            return lead_in + _alert() + fsk_burst(V_23, message_waiting_message(kind, waiting))
        case _:
            raise ValueError("Message waiting can be told by FSK only.")


class MessageWaitingSource(HeldSound):
    """One burst, to be taken a frame at a time; silence after it."""

    def __init__(self, kind: CallerIdKind, waiting: int) -> None:
        """`waiting` new messages; 0 puts the lamp out. ValueError as `message_waiting_burst`."""
        super().__init__(message_waiting_burst(kind, waiting))
        self.let_go()


def _alert() -> bytes:
    sines = tuple(Sine(hz, ALERT_DBM0[CallerIdKind.ETSI]) for hz in ALERT_HZ)
    return tone_pcm(Tone((Segment(sines, ON_HOOK_ALERT_MS), Segment((), QUIET_AFTER_ALERT_MS)), repeat_from=None))
