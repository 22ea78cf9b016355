"""A far end of a scenario: a real baresip, told what to do in the scenario's words. What it hears is taken off the wire, call by call."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Self

import numpy as np

from hal.sim.ear import LEAST_DBM0
from hal.sim.programme import is_music, is_speech
from tests.peers.baresip import Baresip
from tests.peers.rtp_tap import RtpTap, decode
from tests.peers.sound import RATE_HZ, level_dbm0, strongest_hz, tone_level_dbm0
from tests.scenarios.failed import Failed
from tests.scenarios.place import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.peers.baresip import CallShown
    from tests.peers.rtp_tap import RtpPacket
    from tests.peers.sound import Samples
    from tests.scenarios.place import Place

ANONYMOUS = "anonymous"
"""A far end of this name calls as RFC 3323 section 4.1 has it: anonymous@anonymous.invalid; nobody can call it."""

HEARD_DBM0 = -35.0
MOST_DB = 7.0
"""Everyone speaks at -10 dBm0, the quietest hold music lies at -20."""

LOOK_AGAIN_S = 0.1
TONE_S, SPEECH_S, MUSIC_S, SILENCE_S = 0.4, 0.8, 3.0, 1.0
RAN_OUT_S = 5.0
"""A word that does not wait by itself still gives a loaded machine this long."""


class FarEnd:
    """One of them. Each word of `tests.scenarios.words.FAR_FORMS` that needs the far end alone is a method."""

    def __init__(self, folder: Path, number: str, server: str, file_folder: Path, place: Place = LOOPBACK) -> None:
        self.number = number
        known = {"domain": "anonymous.invalid", "register": False} if number == ANONYMOUS else {"password": f"{number}pw"}
        self._phone = Baresip(folder, number, server=server, answer="manual", address=place.address, **known)  # type: ignore[arg-type]
        self._tap = RtpTap(self._phone.rtp_ports, place.heard_on)
        self._files = file_folder
        self._since = 0
        self._called_at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tap.close()
        self._phone.stop()

    def mark(self) -> None:
        """What is heard from now on counts for the next HEARS."""
        self._since = len(self._tap.packets)

    def calls(self, user: str) -> None:
        self._called_at = len(self._phone.events)
        self._phone.dial(user)

    def rings(self, within_s: float) -> None:
        self._wait(lambda calls: any(call.state == "INCOMING" for call in calls), "to ring", within_s)

    def is_quiet(self, for_s: float) -> None:
        ends_s = time.monotonic() + for_s
        while time.monotonic() < ends_s:
            if calls := self._phone.calls():
                raise Failed(f"{self.number} has a call: {_told(calls)}")
            time.sleep(LOOK_AGAIN_S)

    def sees_caller(self, within_s: float, caller: str) -> None:
        self._wait(lambda calls: any(_user(call) == caller for call in calls), f"a call with {caller}", within_s)

    def answers(self, within_s: float) -> None:
        self.rings(within_s)
        talking = sum(call.state == "ESTABLISHED" for call in self._phone.calls())
        self._phone.accept()
        self._wait(
            lambda calls: sum(call.state == "ESTABLISHED" for call in calls) > talking, "the answered call to stand", within_s
        )

    def rejects(self, within_s: float) -> None:
        self.rings(within_s)
        self._phone.hangup()

    def talks(self, within_s: float) -> None:
        self._wait(lambda calls: any(call.state == "ESTABLISHED" for call in calls), "to talk", within_s)

    def has_no_call(self, within_s: float) -> None:
        self._wait(lambda calls: not calls, "the end of its calls", within_s)

    def gets(self, within_s: float, what: str) -> None:
        """What the call it made came to: ringing, or refused with this status."""
        if what == "ringing":
            self._wait(lambda calls: any(call.state == "RINGING" for call in calls), "ringing", within_s)
            return
        ended = self._phone.control.wait_for(lambda event: event.kind == "CALL_CLOSED", within_s, after=self._called_at)
        if not ended.parameter.startswith(what):
            raise Failed(f"{self.number} got {ended.parameter or 'an ordinary end'}")

    def hangs_up(self) -> None:
        """A caller hears something first: baresip's `hangup` knows no call of which nothing has come back yet, and the box may ring before that."""
        self._wait(lambda calls: all(call.state != "OUTGOING" for call in calls), "an answer to its call", RAN_OUT_S)
        self._phone.hangup()

    def holds(self) -> None:
        self._phone.hold()

    def resumes(self) -> None:
        self._phone.resume()

    def says(self, kind: str, value: str = "") -> None:
        source = {"tone": lambda: float(value), "silence": lambda: None}.get(kind, lambda: self._files / kind)()
        self._phone.say(source)

    def dials(self, digits: str) -> None:
        self._phone.send_dtmf(digits)

    def transfers_to(self, user: str) -> None:
        self._phone.transfer(user)

    def hears(self, within_s: float, what: str, value: str = "") -> None:
        if what == "dtmf":
            self._phone.wait_dtmf(value, within_s)
            return
        window_s, holds = _wanted(what, value)
        ends_s = time.monotonic() + within_s
        while not any(map(holds, self._pieces(window_s))):
            if time.monotonic() > ends_s:
                raise Failed(f"{self.number} heard {self._last_heard()}")
            time.sleep(LOOK_AGAIN_S)

    def hears_not(self, for_s: float, what: str, value: str = "") -> None:
        window_s, holds = _wanted(what, value)
        self.mark()
        ends_s = time.monotonic() + max(for_s, window_s)
        while time.monotonic() < ends_s:
            time.sleep(LOOK_AGAIN_S)
            if any(map(holds, self._pieces(window_s))):
                raise Failed(f"{self.number} heard {self._last_heard()}")

    def _wait(self, holds: Callable[[list[CallShown]], object], what: str, within_s: float) -> None:
        ends_s = time.monotonic() + max(within_s, RAN_OUT_S)
        while not holds(calls := self._phone.calls()):
            if time.monotonic() > ends_s:
                raise Failed(f"{self.number} waited in vain for {what}; its calls: {_told(calls)}")
            time.sleep(LOOK_AGAIN_S)

    def _pieces(self, window_s: float) -> list[Samples]:
        """The windows of everything heard since the mark, in each call; silence where nothing came."""
        length = round(window_s * RATE_HZ)
        found = []
        for sound in self._sounds():
            found += [sound[at : at + length] for at in range(0, len(sound) - length + 1, length // 4)]
        return found

    def _sounds(self) -> list[Samples]:
        """What came to each port, gaps left silent: a hold or a pause in talking is heard as such."""
        ports: dict[int, list[RtpPacket]] = {}
        for packet in self._tap.packets[self._since :]:
            ports.setdefault(packet.port, []).append(packet)
        return [_spread(packets, time.monotonic()) for packets in ports.values()]

    def _last_heard(self) -> str:
        sounds = [sound[-RATE_HZ:] for sound in self._sounds()]
        return (
            " and ".join(f"{strongest_hz(sound):.0f} Hz at {level_dbm0(sound):.0f} dBm0" for sound in sounds) or "no sound at all"
        )


def _spread(packets: list[RtpPacket], now_s: float) -> Samples:
    """Packets one after the other; where none came for a while, and until now, silence."""
    parts: list[Samples] = []
    for earlier, later in zip([packets[0], *packets], packets, strict=False):
        parts += [_silence(later.seen_s - earlier.seen_s), decode([later])]
    return np.concatenate([*parts, _silence(now_s - packets[-1].seen_s)])


def _silence(gap_s: float) -> Samples:
    """Nothing for the usual time between packets and their jitter."""
    return np.zeros(round(gap_s * RATE_HZ) if gap_s > 0.2 else 0, np.int16)


def _wanted(what: str, value: str) -> tuple[float, Callable[[Samples], bool]]:
    """How long a window must be, and what it must hold."""
    match what:
        case "tone":
            return TONE_S, lambda sound: _is_tone(sound, float(value))
        case "prompt":
            return SPEECH_S, lambda sound: is_speech(sound.tobytes())
        case "music":
            return MUSIC_S, lambda sound: is_music(sound.tobytes())
    return SILENCE_S, lambda sound: level_dbm0(sound) < LEAST_DBM0


def _is_tone(sound: Samples, hz: float) -> bool:
    """Speech has every frequency now and then; a tone is most of what is heard, also beside another in a conference."""
    level = tone_level_dbm0(sound, hz)
    return level > HEARD_DBM0 and level > level_dbm0(sound) - MOST_DB


def _user(call: CallShown) -> str:
    found = re.match(r"sips?:([^@>]*)@", call.peer_uri)
    return found[1] if found else ""


def _told(calls: list[CallShown]) -> str:
    return ", ".join(f"{call.state.lower()} with {_user(call)}" for call in calls) or "none"
