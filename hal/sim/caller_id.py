"""The telephone's display: collects what comes down the line on hook and reads it, FSK or DTMF: who calls, whether messages wait.

It must not know the sender. Sources: GR-30-CORE and GR-31-CORE (SDMF, MDMF), ETSI EN 300 659-1 (FSK, DTMF annex) and
EN 300 659-3 (call setup message, the same parameters), DTMF codes also as listed in spandsp's adsi.h.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hal.ports import FRAME_SAMPLES, Scheduler
from hal.sim.dtmf import digits_in
from hal.sim.fsk import Floats, bytes_in, standard_of
from hal.sim.level import amplitude

SINGLE_DATA_MESSAGE = 0x04
CALL_SETUP_MESSAGE = 0x80
"""Multiple data: MDMF in America, call setup in Europe."""
SINGLE_MESSAGE_WAITING = 0x06
MESSAGE_WAITING = 0x82
"""Whether messages wait: three times `B` (on) or `o` (off) as single data, the visual indicator as multiple data (Asterisk's
callerid.c; spandsp's adsi.h, MCLASS_VISUAL_INDICATOR and CLIP_VISUAL_INDICATOR)."""
VISUAL_INDICATOR = 0x0B

TIME, NUMBER, NUMBER_ABSENT, NAME, NAME_ABSENT = 0x01, 0x02, 0x04, 0x07, 0x08
ABSENT = {"O": "unavailable", "P": "private"}

GATE_DBM0 = -46.0
"""Quieter than this is no signal: receivers need to work down to about -40 dBm0."""

LULL_FRAMES = 25
"""250 ms of quiet end a burst: DTMF digits stand closer together, a ring does not."""

MOST_FRAMES = 600
"""A burst is cut after 6 s; the longest message lasts 2.5 s."""

OVERLAP_FRAMES = 250

BEFORE_RING_MS = 3000.0
"""A number that came this shortly before the first ring belongs to it (ETSI also sends before ringing)."""


@dataclass(frozen=True)
class CallerId:
    """What the display shows. Text the exchange did not send is empty; `time` is `MM-DD HH:MM`."""

    number: str = ""
    name: str = ""
    time: str = ""
    number_absent: str = ""
    """Why there is no number: `unavailable` or `private`; empty if there is one."""
    name_absent: str = ""
    signalling: str = ""
    """How it came: `bell202`, `v23` or `dtmf`."""
    waiting: bool = False
    """Told in a conversation: this caller waits."""


def read_burst(burst: Floats) -> CallerId | None:
    """The caller in a burst of sound, or None if there is no whole, correct message in it."""
    by_keys = read_keys(digits_in(burst))
    if by_keys is not None:
        return by_keys
    standard = standard_of(burst)
    found = find_message(bytes_in(burst, standard))
    return None if found is None else replace(found, signalling=standard.name)


def read_message_waiting(burst: Floats) -> bool | None:
    """Whether messages wait, by the last such message in a burst; None if there is none."""
    told = None
    for message_type, body in whole_messages(bytes_in(burst, standard_of(burst))):
        if message_type == MESSAGE_WAITING:
            indicator = (_parameters(body) or {}).get(VISUAL_INDICATOR, "")
            told = {"\xff": True, "\x00": False}.get(indicator, told)
        elif message_type == SINGLE_MESSAGE_WAITING:
            told = {b"\x42" * 3: True, b"\x6f" * 3: False}.get(body, told)
    return told


def find_message(heard: bytes) -> CallerId | None:
    """The first caller in what was heard."""
    for message_type, body in whole_messages(heard):
        read = {SINGLE_DATA_MESSAGE: _read_single, CALL_SETUP_MESSAGE: _read_setup}.get(message_type)
        found = read(body) if read else None
        if found is not None:
            return found
    return None


def whole_messages(heard: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of everything of a known type whose checksum is right (all its bytes add up to 0 modulo 256)."""
    known = (SINGLE_DATA_MESSAGE, CALL_SETUP_MESSAGE, SINGLE_MESSAGE_WAITING, MESSAGE_WAITING)
    for at, message_type in enumerate(heard[:-2]):
        end = at + 2 + heard[at + 1]
        if message_type in known and end < len(heard) and sum(heard[at : end + 1]) % 256 == 0:
            yield message_type, heard[at + 2 : end]


def read_keys(keys: str) -> CallerId | None:
    """DTMF: A number C or A number #; B00C or D1# unavailable, B10C or D2# private; D number C as in some networks."""
    if found := re.search(r"[AD](\d{2,})[C#]", keys):
        return CallerId(number=found[1], signalling="dtmf")
    if found := re.search(r"B(00|10)C|D([123])#", keys):
        private = found[1] == "10" or found[2] == "2"
        return CallerId(number_absent=ABSENT["P" if private else "O"], signalling="dtmf")
    if found := re.search(r"A(\d)[C#]", keys):
        return CallerId(number=found[1], signalling="dtmf")
    return None


def _read_single(body: bytes) -> CallerId | None:
    """SDMF: eight digits of time, then the number, or O or P instead of it."""
    text = body.decode("latin-1")
    time, number = _time(text[:8]), text[8:]
    if not time:
        return None
    if number in ABSENT:
        return CallerId(time=time, number_absent=ABSENT[number])
    return CallerId(number=number, time=time)


def _read_setup(body: bytes) -> CallerId | None:
    """MDMF or call setup; types we do not show are passed over."""
    texts = _parameters(body)
    if not texts:
        return None
    return CallerId(
        number=texts.get(NUMBER, ""),
        name=texts.get(NAME, ""),
        time=_time(texts.get(TIME, "")),
        number_absent=ABSENT.get(texts.get(NUMBER_ABSENT, ""), ""),
        name_absent=ABSENT.get(texts.get(NAME_ABSENT, ""), ""),
    )


def _parameters(body: bytes) -> dict[int, str] | None:
    """Type, length, text, again and again; None if the lengths do not add up."""
    texts: dict[int, str] = {}
    at = 0
    while at + 2 <= len(body):
        end = at + 2 + body[at + 1]
        if end > len(body):
            return None
        texts[body[at]] = body[at + 2 : end].decode("latin-1")
        at = end
    return texts if at == len(body) else None


def _time(digits: str) -> str:
    found = re.fullmatch(r"(\d\d)(\d\d)(\d\d)(\d\d)", digits)
    return f"{found[1]}-{found[2]} {found[3]}:{found[4]}" if found else ""


class BurstCollector:
    """Cuts the line's sound into bursts, with a lock short enough for the media thread."""

    def __init__(self) -> None:
        self._least_energy = FRAME_SAMPLES * amplitude(GATE_DBM0) ** 2 / 2
        self._frames: list[bytes] = [bytes(2 * FRAME_SAMPLES)]
        self._quiet = 0
        self._open = False
        self._lock = threading.Lock()

    def take(self, pcm: bytes) -> bytes:
        """Add a frame; the answer is a burst this frame ended, or nothing."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        loud = float(np.dot(samples, samples)) > self._least_energy
        with self._lock:
            if not (loud or self._open):
                self._frames[0] = pcm  # the frame before a burst holds its first samples
                return b""
            self._open = True
            self._frames.append(pcm)
            self._quiet = 0 if loud else self._quiet + 1
            if self._quiet >= LULL_FRAMES:
                return self._cut(0)
            return self._cut(OVERLAP_FRAMES) if len(self._frames) >= MOST_FRAMES else b""

    def end(self) -> bytes:
        """The unfinished burst, if any: ringing or the handset ended it."""
        with self._lock:
            return self._cut(0) if self._open else b""

    def _cut(self, keep: int) -> bytes:
        burst = b"".join(self._frames)
        self._frames = self._frames[-keep:] if keep else [bytes(2 * FRAME_SAMPLES)]
        self._open, self._quiet = keep > 0, 0
        return burst


class CallerIdReceiver:
    """The display. Sound comes in the media thread; reading a burst (some milliseconds) happens on the deciding thread."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._collector = BurstCollector()
        self._received_ms = float("-inf")
        self.shown: CallerId | None = None
        self.messages_waiting = False
        """The lamp. It stays as it is until the exchange says otherwise."""

    def take(self, pcm: bytes) -> None:
        """A frame on the pair with the handset on hook (media thread)."""
        burst = self._collector.take(pcm)
        if burst:
            self._scheduler.post(lambda: self._read(burst))

    def line_changed(self) -> None:
        """Ringing voltage came or went, or the handset was lifted (deciding thread): what was being received ends here."""
        self._read(self._collector.end())

    def ringing_began(self) -> None:
        """A new call: the number of the one before disappears."""
        if self._scheduler.now_ms() - self._received_ms > BEFORE_RING_MS:
            self.shown = None

    def show(self, caller: CallerId) -> None:
        self.shown = caller
        self._received_ms = self._scheduler.now_ms()

    def _read(self, burst: bytes) -> None:
        if not burst:
            return
        samples = np.frombuffer(burst, dtype="<i2").astype(np.float64)
        found = read_burst(samples)
        if found is not None:
            self.show(found)
            return
        told = read_message_waiting(samples)
        self.messages_waiting = self.messages_waiting if told is None else told
