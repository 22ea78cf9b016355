"""The two-wire line between the SLIC and the telephone: loop current, the hybrid's echo, noise.

`take_frame` and `give_frame` run in the media thread; the loop and the pins move on the deciding thread. The two meet in one
attribute, the line's state, replaced whole. It must not know what a telephone does with what it hears.
"""

from collections import deque
from enum import Enum, auto
from typing import Protocol

import numpy as np

from hal.ports import FRAME_SAMPLES, Edge, LinePins
from hal.sim.hybrid import Hybrid
from hal.sim.level import FULL_SCALE, Samples, amplitude
from hal.sim.pins import SimPins
from hal.sim.settings import SimLineSettings

SILENT_FRAME = bytes(2 * FRAME_SAMPLES)
MOST_GAPS = 16
"""So many of the latest gaps in the current are remembered."""


class LineState(Enum):
    """Who hears whom."""

    TALKING = auto()
    """Loop closed and fed: both ways."""
    ON_HOOK = auto()
    """Loop open: only the telephone's caller-ID receiver hears the exchange."""
    DEAF = auto()
    """Ringing voltage or no battery: nobody hears anybody."""


class Phone(Protocol):
    """The far end of the pair; all three run in the media thread."""

    def speak_into(self, frame: Samples) -> None:
        """Add the mouthpiece's next FRAME_SAMPLES samples to `frame`."""

    def hear(self, pcm: bytes) -> None:
        """The receiver's next frame."""

    def hear_on_hook(self, pcm: bytes) -> None:
        """The pair's next frame with the handset on hook."""


class LineNoise:
    """White noise from a table with a wandering start, so that a frame costs one addition."""

    TABLE_SAMPLES = 16384

    def __init__(self, level_dbm0: float, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        rms = amplitude(level_dbm0) / np.sqrt(2)
        self._table = (self._random.standard_normal(self.TABLE_SAMPLES) * rms).astype(np.float32)
        self._at = 0

    def add_to(self, frame: Samples) -> None:
        if self._at + FRAME_SAMPLES > self.TABLE_SAMPLES:
            self._at = int(self._random.integers(FRAME_SAMPLES))
        frame += self._table[self._at : self._at + FRAME_SAMPLES]
        self._at += FRAME_SAMPLES

    def over(self, pcm: bytes) -> bytes:
        """The frame as it arrives through the noise."""
        frame = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        self.add_to(frame)
        return clipped(frame)


def clipped(frame: Samples) -> bytes:
    """Sixteen bits, in place: the frame is spent."""
    np.rint(frame, out=frame)
    np.clip(frame, -FULL_SCALE, FULL_SCALE - 1, out=frame)
    return frame.astype("<i2").tobytes()


class SimLine:
    """`FrameSound` of one simulated line. The phone is plugged in with `plug`; until then the pair is open."""

    def __init__(self, pins: SimPins, names: LinePins, settings: SimLineSettings) -> None:
        self._pins, self._names = pins, names
        self._hybrid = Hybrid(settings.echo_loss_db, settings.echo_delay_ms)
        self._to_exchange, self._to_phone = (
            None if settings.noise_dbm0 is None else LineNoise(settings.noise_dbm0, settings.seed + end) for end in (0, 1)
        )
        self._mix = np.zeros(FRAME_SAMPLES, dtype=np.float32)
        self._phone: Phone | None = None
        self._contact_closed = False
        self._state = LineState.ON_HOOK
        self._current_lost_ms: float | None = None
        self._gaps_ms: deque[int] = deque(maxlen=MOST_GAPS)
        pins.on_write(names.power_down, self._pin_written)
        pins.on_write(names.ring_mode, self._pin_written)

    def plug(self, phone: Phone) -> None:
        self._phone = phone

    def set_contact(self, *, closed: bool, at_ms: float) -> None:
        """The telephone's hook contact moved (deciding thread)."""
        self._contact_closed = closed
        self._loop_changed(at_ms)

    @property
    def polarity(self) -> str:
        """Which wire is the positive one, as a meter at the socket shows it: `normal` or `reversed`; with ringing voltage it tells nothing."""
        return "reversed" if self._pins.read(self._names.forward_reverse) else "normal"

    @property
    def loop_current(self) -> bool:
        """Whether current flows through the telephone: its contact closed and battery on the line."""
        return self._contact_closed and not self._pins.read(self._names.power_down)

    @property
    def current_gaps_ms(self) -> list[int]:
        """How long current failed to flow through the lifted telephone, the latest last: an answering machine hangs up by these."""
        return list(self._gaps_ms)

    def take_frame(self) -> bytes:
        """What the codec hears: mouthpiece, echo and noise; silence with the loop open."""
        talking = self._state is LineState.TALKING
        frame = self._mix
        if talking:
            self._hybrid.take(frame)
        if self._phone is not None:
            self._phone.speak_into(frame)
        if not talking:
            return SILENT_FRAME
        if self._to_exchange is not None:
            self._to_exchange.add_to(frame)
        return clipped(frame)

    def give_frame(self, pcm: bytes) -> None:
        """What the codec puts on the line: to the receiver with the loop closed, to the caller-ID receiver with it open."""
        state, phone = self._state, self._phone
        if state is LineState.TALKING:
            self._hybrid.give(pcm)
        else:
            self._hybrid.clear()
        if phone is None:
            return
        heard = SILENT_FRAME if state is LineState.DEAF else pcm if self._to_phone is None else self._to_phone.over(pcm)
        if state is LineState.ON_HOOK:
            phone.hear_on_hook(heard)
        phone.hear(heard if state is LineState.TALKING else SILENT_FRAME)

    def _pin_written(self, edge: Edge) -> None:
        self._loop_changed(edge.at_ms)

    def _loop_changed(self, at_ms: float) -> None:
        powered = not self._pins.read(self._names.power_down)
        ringing = self._pins.read(self._names.ring_mode)
        if ringing or not powered:
            self._state = LineState.DEAF
        else:
            self._state = LineState.TALKING if self._contact_closed else LineState.ON_HOOK
        self._note_current(powered, at_ms)
        self._pins.drive(self._names.switch_hook, active=self._contact_closed and powered, at_ms=at_ms)

    def _note_current(self, powered: bool, at_ms: float) -> None:  # noqa: FBT001  (battery has two states)
        """Gaps are the exchange's doing: a contact that opens ends the count."""
        if not self._contact_closed:
            self._current_lost_ms = None
        elif not powered and self._current_lost_ms is None:
            self._current_lost_ms = at_ms
        elif powered and self._current_lost_ms is not None:
            self._gaps_ms.append(round(at_ms - self._current_lost_ms))
            self._current_lost_ms = None
