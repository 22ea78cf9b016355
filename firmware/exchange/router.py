"""Where a dialed number goes at this moment: the dial plan asked, with what it must know of the day so far.

Keeps what today's calls cost and by which number each caller last reached us, from the call log at the start and from every call after. What is
decided with it stands in `core.routing`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from firmware.core.dial_plan import NoRoute, Situation
from firmware.core.schedule import Moment
from firmware.core.spending import Spending
from firmware.exchange.dial_plan import DialPlan, moment_of
from firmware.exchange.way import NoWay, Way, Wish
from firmware.records.calls import CallRow, Direction
from firmware.settings.model import Settings
from firmware.sip.invite import Invite
from firmware.wall_clock import WALL_CLOCK


@dataclass
class Router:
    """`working` gives the accounts that can be called with now, `hides` whether a line hides its number from all it calls."""

    settings: Callable[[], Settings]
    working: Callable[[], frozenset[str]]
    hides: Callable[[int], bool]
    plan: DialPlan
    clock: Callable[[], datetime] = lambda: datetime.now().astimezone()
    """Local time: a day's limits begin anew at its midnight."""
    _today: list[CallRow] = field(default_factory=list)
    _reached: dict[str, str] = field(default_factory=dict)

    def remember(self, rows: Sequence[CallRow]) -> None:
        """The call log at the start, newest first."""
        known = {row.id for row in self._today}
        ours = (row for row in rows if row.direction is Direction.OUT and row.id not in known)
        self._today = [row for row in ours if self._is_today(row)] + self._today
        self._reached = dict(self.plan.last_reached(_callers(rows))) | self._reached

    def take_row(self, row: CallRow) -> None:
        """A call as it ended."""
        if row.direction is Direction.OUT:
            self._today = [each for each in self._today if self._is_today(each)] + [row]
        else:
            self._reached = self._reached | dict(self.plan.last_reached(_callers([row])))

    def find(self, line: int, digits: str, wish: Wish) -> Way | NoWay:
        hidden = wish.hidden if wish.hidden is not None else self.hides(line) or None
        found = self.plan.route(digits, line, self.situation(), wish.account, hidden=hidden)
        if isinstance(found, NoRoute):
            return NoWay(found.cause, found.sentence, found.prompt)
        invite = Invite(found.dialed_form, hidden=found.hidden, shown=not found.hidden)
        return Way(found.account, invite, found.number.key, found.limit_s or 0, found.emergency)

    def situation(self, now: Moment | None = None) -> Situation:
        return Situation(now or moment_of(self.clock()), self.working(), self._reached, self.spent())

    def spent(self) -> Spending:
        """What the calls of today that are over cost."""
        return self.plan.spent((row.number, row.talk_s, row.account) for row in self._today if row.talk_s and self._is_today(row))

    def _is_today(self, row: CallRow) -> bool:
        """Of a call whose time nobody knows yet the worse is taken."""
        now, began_at = self.clock(), row.started_at or WALL_CLOCK.dated(row.undated)
        if not began_at:
            return not WALL_CLOCK.is_known
        return datetime.fromisoformat(began_at).astimezone(now.tzinfo).date() == now.date()

    def may_transfer(self, line: int, digits: str) -> str:
        """Whether a far end may send us to a number: the same guards as for what is dialed; "" or the sentence why not."""
        found = self.find(line, digits, Wish())
        return found.sentence if isinstance(found, NoWay) else ""


def _callers(rows: Sequence[CallRow]) -> Iterable[tuple[str, str]]:
    return ((row.number, row.account) for row in rows if row.direction is Direction.IN and row.number)
