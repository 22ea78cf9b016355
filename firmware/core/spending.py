"""The cost guard: what today's calls cost, what a new call may still cost, and when running calls must end so that the limit holds.

Pure; it is told the calls and knows no log and no clock. Money counts by begun minutes, as most providers bill, so that the guard errs by stopping early.
Minutes abroad count by the second. A number without a price costs nothing, but where it leaves the country its minutes count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from math import ceil, floor

from firmware.core.numbers import Kind, Number, Prefix

_ENDING_S = 1
"""A call ends this much before a minute begins that is too dear: ending takes a moment, and the provider's clock is not ours."""

LONGEST_S = 24 * 3600
"""Nobody needs to know today what a call would cost tomorrow."""


@dataclass(frozen=True)
class Price:
    prefix: Prefix
    per_minute: float


@dataclass(frozen=True)
class Call:
    """An answered call we made: `seconds` so far."""

    number: Number
    seconds: float
    account: str = ""


@dataclass(frozen=True)
class Spending:
    """A day so far."""

    money: float = 0
    international_s: float = 0


@dataclass(frozen=True)
class Budget:
    """A day's limits; None: no limit. Account by account nothing is counted: the owner pays all of them."""

    prices: tuple[Price, ...] = ()
    money: float | None = None
    international_s: float | None = None

    def price_of(self, number: Number) -> Price | None:
        """The price with the longest prefix; what costs nothing by law has none."""
        if number.kind in {Kind.EMERGENCY, Kind.CODE}:
            return None
        fitting = [price for price in self.prices if price.prefix.begins(number)]
        return max(fitting, key=lambda price: price.prefix.length, default=None)

    def per_minute(self, number: Number) -> float:
        price = self.price_of(number)
        return price.per_minute if price else 0

    def spent(self, calls: Iterable[Call]) -> Spending:
        """What these calls cost together."""
        money = international_s = 0.0
        for call in calls:
            money += _begun_minutes(call.seconds) * self.per_minute(call.number)
            international_s += call.seconds if _counts_abroad(call.number) else 0
        return Spending(money, international_s)

    def affordable_s(self, number: Number, spending: Spending) -> int | None:
        """How long a call to `number` may last after what was spent; 0: not at all, None: as long as it likes."""
        return self.end_of((Call(number, 0),), spending)

    def end_of(self, running: tuple[Call, ...], spending: Spending) -> int | None:
        """In how many seconds running calls must end, together, that the limits hold. `spending` is without them. Calls that
        cost nothing are not to be ended: see `costs`."""
        ends = [end for end in (self._money_end(running, spending), self._abroad_end(running, spending)) if end is not None]
        return min(ends) if ends else None

    def costs(self, number: Number) -> bool:
        """Whether a call to `number` uses up anything that is limited."""
        pays = self.money is not None and self.per_minute(number) > 0
        return pays or (self.international_s is not None and _counts_abroad(number))

    def _money_end(self, running: tuple[Call, ...], spending: Spending) -> int | None:
        if self.money is None or not any(self.per_minute(call.number) for call in running):
            return None
        left = self.money - spending.money - self.spent(running).money
        if left < 0:
            return 0
        for at_s, cost in merge(*(_next_minutes(call, self.per_minute(call.number)) for call in running)):
            left -= cost
            if left < -1e-9:  # cents do not add up exactly
                return max(0, floor(at_s) - _ENDING_S)
        return None

    def _abroad_end(self, running: tuple[Call, ...], spending: Spending) -> int | None:
        counted = [call for call in running if _counts_abroad(call.number)]
        if self.international_s is None or not counted:
            return None
        left = self.international_s - spending.international_s - sum(call.seconds for call in counted)
        return max(0, floor(left / len(counted)))


def _counts_abroad(number: Number) -> bool:
    return number.international and number.kind is not Kind.EMERGENCY


def _begun_minutes(seconds: float) -> int:
    return ceil(seconds / 60)


def _next_minutes(call: Call, per_minute: float) -> Iterator[tuple[float, float]]:
    """In how many seconds each further minute of `call` begins, and what it costs."""
    if not per_minute:
        return
    begun = _begun_minutes(call.seconds)
    while (at_s := begun * 60 - call.seconds) <= LONGEST_S:
        yield at_s, per_minute
        begun += 1
