"""What to try next when the modem gives no data: a ladder from a new connection to the power key, with a budget a day.

Pure: failures in, rungs out. It knows no modem and no clock; days are counted by whoever asks. The upper rungs wear the modem (a maker allows 30 power,
CFUN and SIM operations a day for the life of its flash: Quectel EC200U, in the Arduino driver of that name) and cost the longest silence.
"""

from dataclasses import dataclass, replace
from enum import Enum


class Rung(Enum):
    """From the cheapest to the dearest."""

    DATA = "connect again"
    RADIO = "radio off and on"
    RESET = "restart the modem"
    PLUG = "USB off and on"
    POWER = "power key"


class Cause(Enum):
    """What is wrong."""

    DATA = "data"
    """Registered, but no access point leads to the internet."""
    REFUSED = "refused"
    """The network answers and says no to every access point: most likely a wrong one is set, and switching the modem off does not mend that."""
    NETWORK = "network"
    """No network takes us. There may simply be none, so the dear rungs are left alone."""
    CARD = "card"
    """The SIM card cannot be read."""
    SILENT = "silent"
    """The port is there and nothing answers: what is said there does not help."""
    ABSENT = "absent"
    """There is no port."""


RUNGS: dict[Cause, tuple[Rung, ...]] = {
    Cause.DATA: (Rung.DATA, Rung.DATA, Rung.RADIO, Rung.RESET, Rung.PLUG, Rung.POWER),
    Cause.REFUSED: (Rung.DATA, Rung.DATA, Rung.RADIO, Rung.RESET),
    Cause.NETWORK: (Rung.RADIO, Rung.RESET),
    Cause.CARD: (Rung.RADIO, Rung.RESET, Rung.POWER),
    Cause.SILENT: (Rung.PLUG, Rung.POWER),
    Cause.ABSENT: (Rung.POWER,),
}
"""A USB reset often does nothing where a power cycle helps (OpenWrt packages, issue 19794), so the power key is the end of the ladder."""

A_DAY: dict[Rung, int] = {Rung.RADIO: 12, Rung.RESET: 6, Rung.PLUG: 6, Rung.POWER: 4}
"""28 in all. Connecting again is free."""

WAITS_MS = (1_000, 2_000, 5_000, 5_000, 5_000, 5_000, 30_000, 60_000, 120_000, 300_000)
"""Before each further try; the last one for ever. Four minutes at most before the power key, then patience."""

NEVER = -1


@dataclass(frozen=True)
class Ladder:
    """Where we stand. It outlives restarts, so that a device that restarts in circles does not spend the budget again."""

    failures: int = 0
    """Since data last worked."""
    day: int = NEVER
    used: tuple[Rung, ...] = ()
    """What was taken that day."""


FOOT = Ladder()


@dataclass(frozen=True)
class Climb:
    """The next try: which rung, if any is left, and after how long."""

    ladder: Ladder
    rung: Rung | None
    wait_ms: int


def climb(ladder: Ladder, cause: Cause, possible: frozenset[Rung], day: int) -> Climb:
    """What to do about `cause` today. `possible` are the rungs this device has (a power key, a USB modem); connecting again is always one."""
    today = ladder if ladder.day == day else Ladder(ladder.failures, day)
    wait_ms = WAITS_MS[min(today.failures, len(WAITS_MS) - 1)]
    rungs = RUNGS[cause]
    start = min(today.failures, len(rungs) - 1)
    order = (*rungs[start:], *reversed(rungs[:start]))
    rung = next((each for each in order if _left(today, each, possible)), None)
    used = (*today.used, rung) if rung in A_DAY else today.used
    return Climb(replace(today, failures=today.failures + 1, used=used), rung, wait_ms)


def proven(ladder: Ladder) -> Ladder:
    """Data has worked for a while: the next failure starts at the foot again. What was spent today stays spent."""
    return replace(ladder, failures=0)


def _left(ladder: Ladder, rung: Rung, possible: frozenset[Rung]) -> bool:
    return rung not in A_DAY or (rung in possible and ladder.used.count(rung) < A_DAY[rung])
