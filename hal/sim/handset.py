"""A person with an ordinary telephone: lifts, dials, speaks, listens; the bell and the caller-ID display.

Orders come on the deciding thread, in telephone words. It knows the line it is plugged into, never the exchange.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hal.errors import PartMisused
from hal.ports import FRAME_SAMPLES, Edge, LinePins, Scheduler
from hal.sim.bell import Bell
from hal.sim.caller_id import CallerId, CallerIdReceiver
from hal.sim.contact import Contact, Move
from hal.sim.dtmf import ToneDial, check_digits, tones
from hal.sim.level import Samples, from_pcm
from hal.sim.line import SimLine
from hal.sim.mouthpiece import SpeechQueue
from hal.sim.outcome import Done
from hal.sim.pins import SimPins
from hal.sim.receiver import OnFrame, Receiver
from hal.sim.rotary import PulseDial, pulse_moves
from hal.sim.settings import SimLineSettings, check_range
from hal.sim.waiting_caller import WaitingCallerReceiver

FLASH_MS = 500.0
"""Inside every hook-flash window we know of that is not 80 to 200 ms: 40-2000, 300-1100, 100-900."""


class Hook(Enum):
    """Where the handset lies."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True)
class HandsetState:
    """What can be seen and heard around the telephone; the shape of `keepline phone state`."""

    hook: str
    ringing: bool
    cadence_ms: list[int]
    caller_id: CallerId | None
    polarity: str
    """`normal` or `reversed`."""
    loop_current: bool
    current_gaps_ms: list[int]
    """How long the exchange cut the current of the lifted telephone, the latest last."""
    messages_waiting: bool
    """The lamp."""


def nobody(_completed: bool) -> None:  # noqa: FBT001  (the shape of Done)
    """Nobody waits for the end."""


class Handset:
    """The telephone on one simulated line."""

    def __init__(self, line: SimLine, pins: SimPins, names: LinePins, scheduler: Scheduler, settings: SimLineSettings) -> None:
        self._scheduler = scheduler
        self._line = line
        self._hook = Hook.ON
        self._pulsed_ms = float("-inf")
        self._chance = random.Random(settings.seed)  # noqa: S311  (a worn governor, not secrets)
        self._contact = Contact(scheduler, settings, lambda closed, at_ms: line.set_contact(closed=closed, at_ms=at_ms))
        self._voice, self._keypad = SpeechQueue(scheduler), SpeechQueue(scheduler)
        self._receiver = Receiver(scheduler)
        self._display = CallerIdReceiver(scheduler)
        self._waiting = WaitingCallerReceiver(scheduler, lambda sound: self._keypad.say(sound, nobody), self._display.show)
        self._nowhere = np.zeros(FRAME_SAMPLES, dtype=np.float32)
        self._bell = Bell(scheduler, self._display.ringing_began)
        pins.on_write(names.ring_mode, self._bell.voltage)
        pins.on_write(names.ring_mode, lambda _: self._display.line_changed())
        pins.on_write(names.forward_reverse, self._turn_the_pair)
        line.plug(self)

    def state(self) -> HandsetState:
        line, bell = self._line, self._bell
        return HandsetState(
            self._hook.value,
            bell.ringing,
            bell.cadence_ms,
            self._display.shown,
            line.polarity,
            line.loop_current,
            line.current_gaps_ms,
            self._display.messages_waiting,
        )

    def lift(self) -> None:
        """Take the handset off hook; if it rings, that answers."""
        if self._hook is Hook.OFF:
            raise PartMisused("The handset is lifted already.")
        self._hook = Hook.OFF
        self._pulsed_ms = float("-inf")
        self._contact.drop()
        self._contact.move([Move(0, closed=True)], nobody)
        self._bell.stop()
        self._display.line_changed()
        self._waiting.reset()

    def replace(self) -> None:
        """Put the handset back; whatever was being dialed or said ends there."""
        self._need_lifted("replace the handset")
        self._hook = Hook.ON
        self._waiting.reset()
        self._contact.drop()
        self._keypad.drop()
        self._voice.drop()
        self._contact.move([Move(0, closed=False)], nobody)

    def flash(self, break_ms: float = FLASH_MS, done: Done = nobody) -> None:
        """Press the cradle for a moment."""
        self._need_lifted("flash")
        check_range("flash", break_ms, 10, 5000, "ms")
        self._contact.move([Move(0, closed=False), Move(break_ms, closed=True)], done)

    def fit_waiting_display(self, *, fitted: bool) -> None:
        """Whether this telephone can show who calls while it is off hook; it can unless told otherwise."""
        self._waiting.fitted = fitted

    def dial(self, digits: str, how: ToneDial | PulseDial | None = None, done: Done = nobody) -> None:
        """Dial by keypad (the default) or rotary dial; `done` when the last digit is out."""
        self._need_lifted("dial")
        if isinstance(how, PulseDial):
            check_digits(digits, "0123456789")
            self._turn_the_dial(digits, how, done)
        else:
            self._keypad.say(tones(digits, how or ToneDial()), done)

    def speak(self, pcm: bytes, done: Done = nobody) -> None:
        """Say 8 kHz 16-bit mono sound into the mouthpiece, after what is still being said; `done` when it is out."""
        self._need_lifted("speak")
        if len(pcm) % 2:
            raise PartMisused("Sound must be whole 16-bit samples; one byte is missing or too many.")
        self._voice.say(from_pcm(pcm), done)

    def listen(self, on_frame: OnFrame) -> Callable[[], None]:
        """Give every frame at the ear to `on_frame`, in the media thread, until the returned order is called."""
        return self._receiver.listen(on_frame)

    def record(self, seconds: float, done: OnFrame) -> None:
        """Give exactly the next `seconds` at the ear to `done`, on the deciding thread; works on hook and without a clock."""
        check_range("hear", seconds, 0.02, 3600, "s")
        self._receiver.record(round(seconds * 1000), done)

    def speak_into(self, frame: Samples) -> None:
        """Media thread: the mouthpiece's next samples."""
        self._keypad.mix_into(frame)
        self._voice.mix_into(self._nowhere if self._waiting.muted else frame)

    def hear(self, pcm: bytes) -> None:
        """Media thread: the receiver's next frame."""
        self._receiver.take(self._waiting.hear(pcm) if self._hook is Hook.OFF else pcm)

    def hear_on_hook(self, pcm: bytes) -> None:
        """Media thread: the pair's next frame with the loop open."""
        self._display.take(pcm)

    def _turn_the_dial(self, digits: str, how: PulseDial, done: Done) -> None:
        """Two orders in a row keep the pause between digits too: the exchange would count them as one."""
        since_ms = 0.0 if self._contact.busy else self._scheduler.now_ms() - self._pulsed_ms
        moves = pulse_moves(digits, how, self._chance, max(0.0, how.pause_ms - since_ms))

        def ended(completed: bool) -> None:  # noqa: FBT001  (the shape of Done)
            self._pulsed_ms = self._scheduler.now_ms()
            done(completed)

        self._contact.move(moves, ended)

    def _turn_the_pair(self, edge: Edge) -> None:
        """A lifted telephone has its bell off the line."""
        if self._hook is Hook.ON:
            self._bell.turn(edge)

    def _need_lifted(self, what: str) -> None:
        if self._hook is Hook.ON:
            raise PartMisused(f"Cannot {what}: the handset is on hook.")
