"""Sends the rounds of probes that were ordered and tells what came of them. It knows whom to ask and when, not what the answers mean."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.core.uplink_events import BEYOND, Event, PortalFound, ProbeAnswered, ProbeEvery, ProbeFailed, ProviderApart, Target
from firmware.network.link_state import LinkState
from firmware.uplinks.parts import Answered, Apart, Intercepted, Outcome, Questions, Unanswered
from hal.ports import Scheduler, Timer

RARELY_MS = 30_000
"""Name servers and the login page are asked this often where it costs nothing."""
RARELY_METERED_MS = 6 * 3_600_000
IN_TROUBLE_MS = 4_000
"""While nobody beyond the router answers: perhaps it is a login page."""
_MOST_UNDER_WAY = 40
_DOUBTED = 3
"""So many lost in a row are more than a bad moment."""
_GOLDEN = 0.618_034
_WIDEST_STEP_MS = 350.0
"""Those beyond the router are asked one after another, so that answers come evenly; not further apart than this."""


@dataclass
class _Asked:
    """One uplink's rounds."""

    link: LinkState
    rate: ProbeEvery
    number: int = 0
    """Counts changes of pace, so that a round that was planned before knows it is not wanted any more."""
    rounds: int = 0
    began_ms: float = float("-inf")
    rarely_ms: float = float("-inf")
    under_way: int = 0
    lost: int = 0
    """Probes in a row that found nobody beyond."""

    @property
    def rare_ms(self) -> float:
        """How seldom the page and the names are asked now."""
        if self.rate.sparing:
            return RARELY_METERED_MS
        return IN_TROUBLE_MS if self.lost >= _DOUBTED else RARELY_MS


def _uneven(number: int) -> float:
    """0.8 to 1, never twice the same: rounds that keep time with a trouble would never meet it."""
    return 0.8 + 0.2 * (number * _GOLDEN % 1)


class Probing:
    """`patience` says how long a probe of an uplink may take now; `tell` gets the events."""

    def __init__(
        self, scheduler: Scheduler, questions: Questions, patience: Callable[[str], int], tell: Callable[[Event], None]
    ) -> None:
        self._scheduler = scheduler
        self._questions = questions
        self._patience = patience
        self._tell = tell
        self._asked: dict[str, _Asked] = {}
        self._timers: dict[str, Timer] = {}
        self._closed = False

    def take_link(self, link: LinkState) -> None:
        """Ask through this from now on. What was asked through another address is not listened to any more."""
        known = self._asked.get(link.name)
        if known is None:
            self._asked[link.name] = _Asked(link, ProbeEvery(link.name, 0))
            return
        if (known.link.address4, known.link.address6) != (link.address4, link.address6):
            self._asked[link.name] = _Asked(link, known.rate, known.number + 1)
            self._plan(link.name, 0)
        known.link = link

    def pace(self, rate: ProbeEvery) -> None:
        """A new pace: faster begins at once, slower after its own interval."""
        asked = self._asked.get(rate.uplink)
        if asked is None:
            return
        faster = not asked.rate.ms or rate.ms < asked.rate.ms
        asked.rate = rate
        asked.number += 1
        since_ms = self._scheduler.now_ms() - asked.began_ms
        self._plan(rate.uplink, 0 if faster else max(0.0, rate.ms - since_ms))

    def close(self) -> None:
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()

    def _plan(self, name: str, delay_ms: float) -> None:
        timer = self._timers.pop(name, None)
        if timer:
            timer.cancel()
        if self._asked[name].rate.ms and not self._closed:
            self._timers[name] = self._scheduler.later(delay_ms, lambda: self._round(name))

    def _round(self, name: str) -> None:
        asked = self._asked[name]
        asked.began_ms = self._scheduler.now_ms()
        there = self._questions.targets(asked.link)
        beyond = self._beyond(asked, there)
        others = [target for target in self._others(asked) if target in there]
        asked.rounds += 1
        step_ms = min(asked.rate.ms / max(1, len(beyond)), _WIDEST_STEP_MS) if asked.rounds > 1 else 0
        for place, target in enumerate(beyond):
            self._send_later(asked, target, place * step_ms)
        for target in others:
            self._send_later(asked, target, step_ms / 2)
        self._plan(name, asked.rate.ms * _uneven(asked.rounds))

    def _beyond(self, asked: _Asked, there: frozenset[Target]) -> list[Target]:
        """All of them, or the next one in turn."""
        beyond = [target for target in BEYOND if target in there]
        if asked.rate.sparing and beyond:
            return [beyond[asked.rounds % len(beyond)]]
        return beyond

    def _others(self, asked: _Asked) -> list[Target]:
        """The router too where it costs nothing, and now and then the page and the names."""
        near: list[Target] = [] if asked.rate.sparing else ["gateway"]
        return [*near, *self._rare(asked)]

    def _rare(self, asked: _Asked) -> tuple[Target, ...]:
        now_ms = self._scheduler.now_ms()
        if now_ms - asked.rarely_ms < asked.rare_ms:
            return ()
        asked.rarely_ms = now_ms
        return ("portal", "dns")

    def _send_later(self, asked: _Asked, target: Target, delay_ms: float) -> None:
        if delay_ms:
            number = asked.number
            self._scheduler.later(delay_ms, lambda: self._send(asked, target) if asked.number == number else None)
        else:
            self._send(asked, target)

    def _send(self, asked: _Asked, target: Target) -> None:
        if asked.under_way >= _MOST_UNDER_WAY or self._closed:
            return
        asked.under_way += 1
        patience_ms = self._patience(asked.link.name)
        self._questions.ask(asked.link, target, patience_ms, lambda outcome: self._hear(asked, target, outcome))

    def _count(self, asked: _Asked, *, found: bool) -> None:
        """At the first doubt the page is asked for out of turn: a login page is to be called so before the uplink counts as dead."""
        asked.lost = 0 if found else asked.lost + 1
        if asked.lost == _DOUBTED and not asked.rate.sparing and "portal" in self._questions.targets(asked.link):
            asked.rarely_ms = self._scheduler.now_ms()
            self._send(asked, "portal")

    def _hear(self, asked: _Asked, target: Target, outcome: Outcome) -> None:
        asked.under_way -= 1
        if self._closed or self._asked.get(asked.link.name) is not asked:
            return
        if target in BEYOND and not isinstance(outcome, Apart):
            self._count(asked, found=isinstance(outcome, Answered))
        match outcome:
            case Answered(rtt_ms):
                self._tell(ProbeAnswered(asked.link.name, target, rtt_ms))
            case Unanswered():
                self._tell(ProbeFailed(asked.link.name, target))
            case Intercepted():
                self._tell(PortalFound(asked.link.name))
            case Apart():
                self._tell(ProviderApart(asked.link.name))
