"""The modem over its control port: one command at a time in a queue, each with a deadline, and news in between.

It opens the port its source finds and finds it again when it is gone. It keeps in step: after an answer that did not come in time it asks with a command whose
echo is like no other, and only what comes after that echo belongs to what is asked next. It must not know what a SIM or a network is.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from hal.at import Answer, Command, Conversation, Heard, PromptGiven, Result, Unsolicited
from hal.errors import PartBusy, PartError, PartMissing
from hal.ports import Scheduler, Timer, Uart, UartSource


@dataclass(frozen=True)
class ModemTimes:
    """Waits of the port's keeper, in milliseconds."""

    reopen_ms: int = 500
    """Between two looks for a port that is gone."""
    step_ms: int = 1_000
    """How long a try to get into step waits for an answer."""
    quiet_ms: int = 300
    """An answer without our echo may be an old one; after this much silence there is no more to come."""
    step_most_ms: int = 5_000
    """How long a try waits for a modem that keeps talking without coming to it."""
    step_tries: int = 10
    """Tries without any answer before the modem counts as hanging; it is asked on, but only every `hung_ms`."""
    hung_ms: int = 5_000


@dataclass(frozen=True)
class ModemReady:
    """The port is open and the modem answers; commands may be sent."""

    port: str


@dataclass(frozen=True)
class ModemGone:
    """There is no port: `reason` in words. It is looked for again and again."""

    reason: str


@dataclass(frozen=True)
class ModemHung:
    """The port is there and nothing answers."""


ModemNews = ModemReady | ModemGone | ModemHung | Unsolicited


class _State(Enum):
    CLOSED = "closed"
    SEARCHING = "no port"
    STEPPING = "getting into step"
    READY = "ready"
    ASKING = "a command is under way"


_WITHOUT_ECHO = 3
"""So many tries answered, each without its echo: this modem does not echo, whatever it is told."""

_STEP_ECHO = "AT(E1)+"
_DISTINCT = 40
"""Tries until a text comes again."""


def step_command(number: int, deadline_ms: int) -> Command:
    """Switches echo on once, twice, three times...: harmless, and its echo tells which try it was."""
    return Command("AT" + "E1" * (number % _DISTINCT + 1), deadline_ms=deadline_ms)


class Modem:
    """One modem. Every method and callback is of the deciding thread."""

    def __init__(
        self, scheduler: Scheduler, source: UartSource, on_news: Callable[[ModemNews], None], times: ModemTimes | None = None
    ) -> None:
        self._scheduler, self._source, self._on_news = scheduler, source, on_news
        self._times = times or ModemTimes()
        self._state = _State.CLOSED
        self._uart: Uart | None = None
        self._talk = Conversation()
        self._queue: deque[tuple[Command, Callable[[Answer], None]]] = deque()
        self._asked: tuple[Command, Callable[[Answer], None]] | None = None
        self._timer: Timer | None = None
        self._waiting: tuple[float, Callable[[], None]] = (0, self._step)
        self._stepped_ms = 0.0
        self._steps = self._unechoed = self._silent = 0
        self._announced = False
        self._told = ""

    @property
    def port(self) -> str:
        """The open port's name; empty without one."""
        return self._uart.name if self._uart else ""

    def start(self) -> None:
        if self._state is _State.CLOSED:
            self._state = _State.SEARCHING
            self._search()

    def stop(self) -> None:
        """Close the port. What was asked gets no answer any more."""
        self._state = _State.CLOSED
        self._close()
        self._queue.clear()
        self._asked = None

    def reopen(self, after_ms: int) -> None:
        """Close the port and look for it again: the modem starts anew. What was asked is answered GONE."""
        if self._state is not _State.CLOSED:
            self._lose("the modem starts anew", after_ms)

    def send(self, command: Command, on_answer: Callable[[Answer], None]) -> None:
        """Queue `command`. `on_answer` comes exactly once, never within this call: with an answer, SILENT or GONE."""
        refused = self._refusal()
        if refused:
            self._scheduler.post(lambda: on_answer(Answer(refused)))
            return
        self._queue.append((command, on_answer))
        self._scheduler.post(self._next)

    def _refusal(self) -> Result | None:
        if self._state in {_State.CLOSED, _State.SEARCHING}:
            return Result.GONE
        return Result.SILENT if self._silent >= self._times.step_tries else None

    def _search(self) -> None:
        try:
            self._uart = self._source.open(self._hear, self._gone)
        except PartError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._on_news(ModemGone(self._told))
            self._wait(self._times.reopen_ms, self._search)
            return
        self._told, self._talk, self._silent, self._announced = "", Conversation(), 0, False
        self._get_into_step()

    def _get_into_step(self) -> None:
        self._state, self._unechoed = _State.STEPPING, 0
        self._step()

    def _step(self) -> None:
        self._steps += 1
        self._stepped_ms = self._scheduler.now_ms()
        if self._write(self._talk.begin(step_command(self._steps, self._times.step_ms))):
            self._wait(self._times.step_ms if self._silent < self._times.step_tries else self._times.hung_ms, self._no_step)

    def _no_step(self) -> None:
        """A try to get into step had no answer."""
        self._silent += 1
        if self._silent == self._times.step_tries:
            self._announced = False
            self._fail_all(Result.SILENT)
            self._on_news(ModemHung())
        self._step()

    def _stepped(self, answer: Answer) -> None:
        self._silent = 0
        if answer.echoed:
            self._ready()
            return
        # an old answer, or one of a modem that does not echo (yet): ours may still be on its way
        self._unechoed += 1
        self._talk.begin(step_command(self._steps, self._times.step_ms))
        self._wait(self._times.quiet_ms, self._ready if self._unechoed >= _WITHOUT_ECHO else self._step)

    def _ready(self) -> None:
        self._stop_waiting()
        self._state = _State.READY
        if not self._announced:
            self._announced = True
            self._on_news(ModemReady(self.port))
        self._next()

    def _next(self) -> None:
        if self._state is not _State.READY or not self._queue:
            return
        self._asked = self._queue.popleft()
        self._state = _State.ASKING
        command = self._asked[0]
        if self._write(self._talk.begin(command)):
            self._wait(command.deadline_ms, self._too_late)

    def _too_late(self) -> None:
        left_prompt = self._talk.give_up()
        asked, self._asked = self._asked, None
        if not left_prompt or self._write(left_prompt):
            self._get_into_step()
        if asked:
            asked[1](Answer(Result.SILENT))

    def _hear(self, data: bytes) -> None:
        if self._state is _State.STEPPING and self._scheduler.now_ms() - self._stepped_ms < self._times.step_most_ms:
            self._wait(*self._waiting)  # it is still talking: old answers first, ours is on its way
        for heard in self._talk.hear(data):
            self._take(heard)

    def _take(self, heard: Heard) -> None:
        match heard:
            case Unsolicited(text) if re.fullmatch(_STEP_ECHO, text):
                self._unechoed = 0  # an earlier try's echo: this modem does echo
            case Unsolicited():
                self._on_news(heard)
            case PromptGiven(send):
                self._write(send)
            case Answer() if self._state is _State.STEPPING:
                self._stepped(heard)
            case Answer() if self._asked:
                asked, self._asked = self._asked, None
                self._stop_waiting()
                self._state = _State.READY
                asked[1](heard)
                self._next()

    def _write(self, data: bytes) -> bool:
        """Whether it was taken; a port that takes nothing is lost."""
        if self._uart is None:
            return False
        try:
            self._uart.write(data)
        except (PartMissing, PartBusy) as error:
            self._lose(str(error), self._times.reopen_ms)
            return False
        return True

    def _gone(self, reason: str) -> None:
        self._lose(reason, 0)

    def _lose(self, reason: str, search_after_ms: int) -> None:
        self._close()
        self._state, self._told = _State.SEARCHING, reason
        self._wait(search_after_ms, self._search)
        self._fail_all(Result.GONE)
        self._on_news(ModemGone(reason))

    def _fail_all(self, result: Result) -> None:
        waiting = [*([self._asked] if self._asked else []), *self._queue]
        self._asked = None
        self._queue.clear()
        for _, on_answer in waiting:
            on_answer(Answer(result))

    def _close(self) -> None:
        self._stop_waiting()
        if self._uart:
            self._uart.close()
            self._uart = None

    def _wait(self, ms: float, action: Callable[[], None]) -> None:
        self._stop_waiting()
        self._waiting = (ms, action)
        self._timer = self._scheduler.later(ms, action)

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
