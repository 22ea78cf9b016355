"""Teaching the box a rotary dial, as a service of the line: it asks for ten digits, listens to the pulses, keeps what it learned and says so.

What the pulses mean is `core.dial_learning`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.core.dial_learning import LISTENING, KeyHeard, Learned, Learning, LearningEvent, NotLearned, step
from firmware.core.hook import HookRules
from firmware.exchange.services_file import ServicesFile
from firmware.line.card import LineCard
from firmware.sip.audio import Source


@dataclass
class DialLesson:
    """`say` gives what is played of a prompt; `finish` ends the service."""

    card: LineCard
    services: ServicesFile
    say: Callable[[str], Source]
    finish: Callable[[], None]
    _state: Learning = field(default_factory=Learning)
    _ordinary: HookRules = field(init=False)

    def __post_init__(self) -> None:
        self._ordinary = self.card.hook_rules
        self.card.hook_rules = LISTENING
        self.card.tell_trains(self._take)
        self.card.audio.play(self.say("learn_dial_intro"))

    def take_digit(self, digit: str) -> None:
        """Pulses come as digits too, and were heard already; a key of a keypad tells that there is no dial."""
        if digit in "*#ABCD":
            self._take(KeyHeard())

    def close(self) -> None:
        self._leave()
        self.card.hush()

    def _take(self, event: LearningEvent) -> None:
        self.card.hush()
        following = step(self._state, event)
        if isinstance(following, Learning):
            self._state = following
        else:
            self._end(following)

    def _end(self, result: Learned | NotLearned) -> None:
        self._leave()
        if isinstance(result, Learned):
            self.services.keep_dial(self.card.number, result)
        prompt = "learn_dial_done" if isinstance(result, Learned) else "learn_dial_failed"
        self.card.audio.play(self.say(prompt), self.finish)

    def _leave(self) -> None:
        """The line counts as before, or as it has just learned to when the services are applied."""
        self.card.tell_trains(None)
        self.card.hook_rules = self._ordinary
