"""Teaching the box a rotary dial, as a service of the line: it asks for ten digits, listens to the pulses, tells what came of them and says so.

What the pulses mean is `core.dial_learning`; who keeps what was learned is not known here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.core.dial_learning import GivenUp, KeyHeard, Learned, Learning, LearningEvent, NotLearned, step
from firmware.core.hook import PulseTrain
from firmware.line.card import LineCard
from firmware.sip.audio import Source
from hal.ports import Scheduler, Timer

PATIENCE_MS = 30_000
"""For the next digit (chosen): the question alone takes ten seconds, and a slow dial two more."""

Progress = Learning | Learned | NotLearned


@dataclass
class DialLesson:
    """`say` gives what is played of a prompt, `progressed` hears of each digit and of the end; `finish` ends the service."""

    card: LineCard
    scheduler: Scheduler
    say: Callable[[str], Source]
    progressed: Callable[[Progress], None]
    finish: Callable[[], None]
    _state: Progress = field(default_factory=Learning)
    _pulsed: bool = False
    _patience: Timer = field(init=False)

    def __post_init__(self) -> None:
        self.card.learn_dial(self._take_train)
        self.card.audio.play(self.say("learn_dial_intro"))
        self._wait()

    def take_digit(self, digit: str) -> None:
        """Pulses come as digits too, just after they were heard; a digit without them is a keypad's."""
        by_pulses, self._pulsed = self._pulsed, False
        if digit in "*#ABCD" or not by_pulses:
            self._take(KeyHeard())

    def close(self) -> None:
        self._leave()
        self.card.hush()
        if isinstance(self._state, Learning):
            self._advance(GivenUp())

    def _take_train(self, train: PulseTrain) -> None:
        self._pulsed = True
        self._take(train)

    def _take(self, event: LearningEvent) -> None:
        if not isinstance(self._state, Learning):
            return
        self.card.hush()
        self._patience.cancel()
        following = self._advance(event)
        if isinstance(following, Learning):
            self._wait()
        else:
            self._leave()
            prompt = "learn_dial_done" if isinstance(following, Learned) else "learn_dial_failed"
            self.card.audio.play(self.say(prompt), self.finish)

    def _advance(self, event: LearningEvent) -> Progress:
        assert isinstance(self._state, Learning)  # noqa: S101 - the callers looked
        self._state = step(self._state, event)
        self.progressed(self._state)
        return self._state

    def _wait(self) -> None:
        self._patience = self.scheduler.later(PATIENCE_MS, lambda: self._take(GivenUp()))

    def _leave(self) -> None:
        """The line counts as before, or as it has just learned to."""
        self._patience.cancel()
        self.card.learn_dial(None)
