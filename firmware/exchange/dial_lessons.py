"""Lessons of a rotary dial, ordered by a star code or from the page. From the page the next lift of the handset begins one, each digit is told, and
what was learned is kept only when somebody says so; by the code it is kept at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from firmware.core.dial_learning import ORDER, GivenUp, Learned, Learning, NotLearned, step
from firmware.core.line_state import Hotline, LineRules
from firmware.exchange.dial_lesson import DialLesson, Progress
from firmware.exchange.feature_codes import FeatureCodes
from firmware.exchange.services_file import ServicesFile, dial_json
from firmware.line.card import LineCard
from hal.ports import Scheduler

WAIT_MS = 60_000
"""For the handset to be lifted (chosen)."""

_LIFTED = Hotline("*96")
"""Lifting alone is the order; the digits are what the status shows of it for a moment."""


class LessonState(Enum):
    WAITING = "waiting"
    """For the handset to be lifted."""
    DIALING = "dialing"
    LEARNED = "learned"
    """Not kept yet."""
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Lesson:
    """One line's lesson from the page, as it stands."""

    state: LessonState = LessonState.WAITING
    came: int = 0
    """Digits so far."""
    result: Learned | NotLearned | None = None


@dataclass
class DialLessons:
    """`renew` makes the lines' rules anew, `publish` tells that a line's lesson went on."""

    features: FeatureCodes
    services: ServicesFile
    scheduler: Scheduler
    renew: Callable[[], None]
    publish: Callable[[LineCard], None]
    _lessons: dict[int, Lesson] = field(default_factory=dict)
    _under_way: dict[int, tuple[str, DialLesson]] = field(default_factory=dict)

    def of_line(self, line: int) -> dict[str, object] | None:
        """For the status; None where nobody asked for one."""
        lesson = self._lessons.get(line)
        return as_json(lesson) if lesson else None

    def rules(self, rules: LineRules) -> LineRules:
        """The line's rules; while a lesson waits lifting begins it."""
        lesson = self._lessons.get(rules.line)
        return replace(rules, hotline=_LIFTED) if lesson and lesson.state is LessonState.WAITING else rules

    # Orders of the page; the line is idle when one begins

    def begin(self, card: LineCard) -> None:
        lesson = Lesson()
        self._note(card, lesson)
        self.renew()
        self.scheduler.later(WAIT_MS, lambda: self._give_up(card, lesson))

    def cancel(self, card: LineCard) -> None:
        """Whatever stands is forgotten; who is dialing hears dial tone."""
        if self._lessons.pop(card.number, None) is None:
            return
        handle, under_way = self._under_way.pop(card.number, ("", None))
        if under_way:
            under_way.close()
            self.features.end(card, handle)
        self.renew()

    def keep(self, card: LineCard) -> bool:
        """What was learned holds from now on; False where nothing was."""
        lesson = self._lessons.get(card.number)
        if lesson is None or not isinstance(lesson.result, Learned):
            return False
        del self._lessons[card.number]
        self.services.keep_dial(card.number, lesson.result)
        return True

    def _give_up(self, card: LineCard, lesson: Lesson) -> None:
        if self._lessons.get(card.number) is lesson:
            self._take(card, step(Learning(), GivenUp()))
            self.renew()

    # Calls for a lesson

    def answer(self, card: LineCard, handle: str, _digits: str) -> bool:
        """The handset was lifted: whether a lesson begins by that."""
        lesson = self._lessons.get(card.number)
        if lesson is None or lesson.state is not LessonState.WAITING or card.state.held:
            return False
        self._note(card, Lesson(LessonState.DIALING))
        self.features.open(card, handle, self._open)
        self.renew()
        return True

    def _open(self, card: LineCard, handle: str) -> DialLesson:
        lesson = self._lesson(card, handle, lambda progress: self._take(card, progress))
        self._under_way[card.number] = handle, lesson
        return lesson

    def open_by_code(self, card: LineCard, handle: str) -> DialLesson:
        return self._lesson(card, handle, lambda progress: self._keep_at_once(card, progress))

    def _keep_at_once(self, card: LineCard, progress: Progress) -> None:
        if isinstance(progress, Learned):
            self.services.keep_dial(card.number, progress)

    def _lesson(self, card: LineCard, handle: str, progressed: Callable[[Progress], None]) -> DialLesson:
        return DialLesson(card, self.scheduler, self.features.sayings.source, progressed, lambda: self.features.end(card, handle))

    def _take(self, card: LineCard, progress: Progress) -> None:
        if card.number not in self._lessons:
            return  # cancelled
        if isinstance(progress, Learning):
            self._note(card, Lesson(LessonState.DIALING, len(progress.trains)))
            return
        self._under_way.pop(card.number, None)
        state = LessonState.LEARNED if isinstance(progress, Learned) else LessonState.FAILED
        self._note(card, Lesson(state, result=progress))

    def _note(self, card: LineCard, lesson: Lesson) -> None:
        self._lessons[card.number] = lesson
        self.publish(card)


def as_json(lesson: Lesson) -> dict[str, object]:
    """`trouble` is a sentence with braces and what stands in them, so that the page can say it in its language."""
    failed = lesson.result if isinstance(lesson.result, NotLearned) else None
    return {
        "state": lesson.state.value,
        "came": lesson.came,
        "next": ORDER[lesson.came] if lesson.state is LessonState.DIALING else "",
        "learned": dial_json(lesson.result) if isinstance(lesson.result, Learned) else None,
        "trouble": {"sentence": failed.reason.value, "values": dict(failed.values)} if failed else None,
    }
