"""Hears within a fraction of a second that a far end which was sending has stopped: the first that is known of a dead uplink.

The engine keeps the time of the last packet, so nothing polls: a look is due when the silence would be long enough, some ten times a second. How long that
is follows from the packets of this call: their distance, losses and jitter. It judges no uplink and ends no call.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firmware.sip.call import Call
from firmware.sip.call_media import Heard
from firmware.sip.news import VoiceResumed, VoiceStalled

log = logging.getLogger("keepline.sip")

_LEAST_MS, _MOST_MS = 120.0, 185.0
"""Below, a Wi-Fi that scans would be taken for dead; above, the caller has lost a syllable before anybody moves."""

_FALSE_ALARMS = 3e6
"""How rare a run of losses must be to count as none: 30000 packets, ten minutes, without one in a hundred such calls."""

_LEAST_LOSS = 0.01
_JITTERS = 3.0
"""A packet may come this many times the jitter of RFC 3550 (a mean) later than the one before it: uniform delays of 0 to 40 ms have a jitter of 13 ms."""

_WINDOW_MS = 1000.0
_FIRST_WINDOW_MS, _FIRST_PACKET_MS = 300.0, 20.0
"""Who sends as evenly as this from the beginning is taken at once for one who does not pause, with the longest limit until a whole window is in:
jitter and losses are not known before. Packets of 30 ms and more may be those of somebody who pauses."""

_STEADY = 1.3
"""Packets further apart than this many times their usual distance, losses counted, are those of somebody who pauses."""

_IDLE_S, _RESUME_S = 0.1, 0.02
_FALSE_S = 5.0
_MOST_FALSE = 3


@dataclass
class _Ear:
    """What is known of one call's packets."""

    at_s: float = 0.0
    seen: Heard | None = None
    packet_ms: float = 0.0
    """The shortest distance of packets seen over a window: their usual one."""
    loss: float = _LEAST_LOSS
    steady: bool = False
    early: bool = True
    """Less than a whole window is known."""
    stalled_s: float = 0.0
    """When the silence was told of; 0 while there is none."""
    address: str = ""
    """Where our own voice came from then."""
    false: int = 0
    """Silences that ended by themselves: this far end pauses."""
    timer: asyncio.TimerHandle | None = None

    def limit_ms(self, heard: Heard) -> float:
        """The silence that is too long."""
        losses = math.ceil(math.log(_FALSE_ALARMS) / -math.log(self.loss))
        limit = losses * self.packet_ms + _JITTERS * heard.jitter_ms + self.packet_ms / 2
        most = max(_MOST_MS, 6 * self.packet_ms)
        return (most if self.early else min(max(limit, _LEAST_MS, 4 * self.packet_ms), most)) * float(2**self.false)

    def take(self, heard: Heard, now_s: float) -> None:
        """Learn from the packets of the last second, up to the last one that came."""
        last_s = now_s - heard.silent_ms / 1000
        before = self.seen
        if before is None or heard.packets < before.packets:
            self.at_s, self.seen = last_s, heard
            return
        elapsed_ms, lost = 1000 * (last_s - self.at_s), max(0, heard.lost - before.lost)
        count = heard.packets - before.packets + lost
        if not count or elapsed_ms < (_FIRST_WINDOW_MS if self.early else _WINDOW_MS):
            return
        distance_ms = elapsed_ms / count
        if elapsed_ms < _WINDOW_MS:
            self.steady = distance_ms < _STEADY * _FIRST_PACKET_MS
            self.packet_ms = _FIRST_PACKET_MS
            return
        self.packet_ms, self.early = 0.0 if self.early else self.packet_ms, False
        self.packet_ms = min(self.packet_ms or distance_ms, max(distance_ms, 10.0))
        self.steady = distance_ms < _STEADY * self.packet_ms
        self.loss = min(max(_LEAST_LOSS, 0.7 * self.loss + 0.3 * lost / count), 0.2)
        self.at_s, self.seen = last_s, heard


class VoiceWatch:
    """`report` gets the news."""

    def __init__(self, calls: Mapping[str, Call], report: Callable[[VoiceStalled | VoiceResumed], None]) -> None:
        self._calls = calls
        self._report = report
        self._wanted = False
        self._ears: dict[str, _Ear] = {}

    def watch(self, *, wanted: bool) -> None:
        """Begin with every call, or rest."""
        self._wanted = wanted
        for handle in list(self._ears if not wanted else self._calls):
            (self.changed if wanted else self.forget)(handle)

    def changed(self, handle: str) -> None:
        """A call's sound began or changed."""
        if self._wanted and handle not in self._ears and handle in self._calls:
            self._ears[handle] = _Ear()
            self._look(handle)

    def forget(self, handle: str) -> None:
        ear = self._ears.pop(handle, None)
        if ear and ear.timer:
            ear.timer.cancel()

    def _look(self, handle: str) -> None:
        ear, call = self._ears[handle], self._calls[handle]
        now_s = asyncio.get_running_loop().time()
        heard = call.heard()
        if call.is_quiet_by_right:
            self._excuse(handle, ear)
        elif heard is None or not heard.packets or not call.established:
            self._learn_anew(handle, ear)  # a silence that was told of goes on until something is heard
        elif ear.stalled_s:
            self._look_for_end(handle, ear, heard, now_s)
        else:
            self._look_for_silence(handle, ear, heard, now_s)

    def _excuse(self, handle: str, ear: _Ear) -> None:
        """A silence that was told of just before is an uplink's fault no longer."""
        if ear.stalled_s:
            ear.stalled_s = 0.0
            self._report(VoiceResumed(handle))
        self._learn_anew(handle, ear)

    def _learn_anew(self, handle: str, ear: _Ear) -> None:
        ear.seen, ear.steady = None, False
        self._again(handle, ear, _IDLE_S)

    def _look_for_silence(self, handle: str, ear: _Ear, heard: Heard, now_s: float) -> None:
        ear.take(heard, now_s)
        limit_ms = ear.limit_ms(heard)
        if not ear.steady or heard.announced or ear.false >= _MOST_FALSE:
            self._again(handle, ear, _IDLE_S)
        elif heard.silent_ms < limit_ms:
            self._again(handle, ear, (limit_ms - heard.silent_ms) / 1000)
        else:
            ear.stalled_s, ear.address = now_s, self._calls[handle].talk.wanted.address
            self._again(handle, ear, _RESUME_S)
            log.info("no voice for %d ms; jitter %.0f ms, losses %.0f %%", heard.silent_ms, heard.jitter_ms, 100 * ear.loss)
            self._report(VoiceStalled(handle, heard.silent_ms))

    def _look_for_end(self, handle: str, ear: _Ear, heard: Heard, now_s: float) -> None:
        if heard.silent_ms < 1000 * (now_s - ear.stalled_s):
            ear.false += now_s - ear.stalled_s < _FALSE_S and self._calls[handle].talk.wanted.address == ear.address
            ear.seen, ear.stalled_s = None, 0.0
            self._report(VoiceResumed(handle))
        self._again(handle, ear, _RESUME_S)

    def _again(self, handle: str, ear: _Ear, delay_s: float) -> None:
        ear.timer = asyncio.get_running_loop().call_later(max(delay_s, 0.002), self._look, handle)
