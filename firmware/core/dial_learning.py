"""Learns a rotary dial from the ten digits 1 to 9 and 0, dialed in this order: how fast it runs, how long it breaks, which way it counts.

Pure: pulse trains in (`core.hook`), and at the end the lengths that suit this dial, or a reason why not. It knows no prompt and no settings file.
While a dial is learned the hook machine must use `LISTENING`, which takes almost anything for a pulse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from statistics import median

from firmware.core.hook import HookRules, PulseDialing, PulseTrain, pulses_of

ORDER = "1234567890"
"""The digits to dial."""

LISTENING = HookRules(break_min_ms=8, make_min_ms=6, flash_min_ms=160, digit_end_ms=300)
"""Rules for the time of learning: slower and more uneven dials than the ordinary rules take are still understood well enough to be named."""

PPS_RANGE = (7.0, 23.0)
"""Pulses a second; a margin of one at either end of the 8 to 22 that are promised."""
MOST_UNEVEN = 0.35
"""Longest less shortest pulse, of the middle one: a governor in order stays within a tenth (chosen, unconfirmed)."""
LEAST_SHARE, MOST_SHARE = 0.2, 0.8
"""Of a pulse that may be break; 1:3 and 3:1 are 0.25 and 0.75."""

_FLASH_MARGIN = 1.25
"""The shortest flash is so much longer than the longest break ever seen of this dial."""
_LONGEST_FLASH_MIN_MS = 160
_BREAK_MIN_MS = (8, 60)
_MAKE_MIN_MS = (6, 60)
_DIGIT_END_MS = (120, 600)


class Reason(Enum):
    """Why a dial could not be learned: a sentence for the owner, with the values of `NotLearned` in its braces."""

    KEYPAD = "Tones came instead of pulses: a telephone with keys needs no learning."
    GIVEN_UP = "Not all ten digits were dialed: {came} of 10 came."
    WRONG_ORDER = "The digits were not dialed from 1 to 9 and then 0."
    PULSES_LOST = "The {digit} came with {pulses} pulses instead of {expected}."
    UNEVEN = "The dial does not run evenly: a pulse lasts from {shortest} to {longest} ms."
    SPEED = "The dial makes {pps} pulses a second; 8 to 22 can be understood."
    RATIO = "The contact is open for {share} % of a pulse; 25 to 75 % can be understood."
    LIKE_A_FLASH = "The contact opens for {longest} ms, as long as a flash."


@dataclass(frozen=True)
class KeyHeard:
    """A key of a keypad was pressed."""


@dataclass(frozen=True)
class GivenUp:
    """The person hung up, or dialed nothing for too long."""


LearningEvent = PulseTrain | KeyHeard | GivenUp


@dataclass(frozen=True)
class Learning:
    """So many digits have been dialed."""

    trains: tuple[PulseTrain, ...] = ()

    @property
    def next_digit(self) -> str:
        """What the person shall dial now."""
        return ORDER[len(self.trains)]


@dataclass(frozen=True)
class Learned:
    """The dial is known: pulses a second, the share of break in them, and the rules that suit it.

    `flash_min_ms` is None where the ordinary one will do.
    """

    dialing: PulseDialing
    pps: float
    break_share: float
    break_min_ms: int
    make_min_ms: int
    digit_end_ms: int
    flash_min_ms: int | None

    def rules(self, ordinary: HookRules) -> HookRules:
        """The line's rules with what was learned; `ordinary` says how long a flash is."""
        flash_min_ms = max(ordinary.flash_min_ms, self.flash_min_ms or 0)
        return replace(
            ordinary,
            dialing=self.dialing,
            break_min_ms=self.break_min_ms,
            make_min_ms=self.make_min_ms,
            digit_end_ms=self.digit_end_ms,
            flash_min_ms=flash_min_ms,
            flash_max_ms=max(ordinary.flash_max_ms, flash_min_ms + 100),
        )


@dataclass(frozen=True)
class NotLearned:
    """Nothing was changed. `values` stand in the braces of the reason's sentence."""

    reason: Reason
    values: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.reason.value.format_map(self.values)


def step(state: Learning, event: LearningEvent) -> Learning | Learned | NotLearned:
    """The next digit, key or end. A Learning wants more digits; anything else is the result."""
    match event:
        case KeyHeard():
            return NotLearned(Reason.KEYPAD)
        case GivenUp():
            return NotLearned(Reason.GIVEN_UP, {"came": len(state.trains)})
        case PulseTrain():
            trains = (*state.trains, event)
            return Learning(trains) if len(trains) < len(ORDER) else judge(trains)


def judge(trains: Sequence[PulseTrain]) -> Learned | NotLearned:
    """What ten trains tell, one for each digit of ORDER."""
    dialing = _dialing([len(train.pulses) for train in trains])
    if isinstance(dialing, NotLearned):
        return dialing
    periods = [b.opened_ms - a.opened_ms for train in trains for a, b in zip(train.pulses, train.pulses[1:], strict=False)]
    breaks = [each for train in trains for each in train.breaks_ms]
    makes = [each for train in trains for each in train.makes_ms]
    period_ms, break_ms = median(periods), median(breaks)
    doubt = _doubt(periods, period_ms, break_ms / period_ms)
    if doubt is not None:
        return doubt
    flash_min_ms = round(_FLASH_MARGIN * max(breaks))
    if flash_min_ms > _LONGEST_FLASH_MIN_MS:
        return NotLearned(Reason.LIKE_A_FLASH, {"longest": round(max(breaks))})
    return Learned(
        dialing=dialing,
        pps=round(1000 / period_ms, 1),
        break_share=round(break_ms / period_ms, 2),
        break_min_ms=_within(_BREAK_MIN_MS, 0.5 * min(breaks)),
        make_min_ms=_within(_MAKE_MIN_MS, 0.5 * min(makes)),
        digit_end_ms=_within(_DIGIT_END_MS, 2 * max(makes) + 40),
        flash_min_ms=flash_min_ms if flash_min_ms > HookRules().flash_min_ms else None,
    )


def _dialing(counts: Sequence[int]) -> PulseDialing | NotLearned:
    """The kind of dial that sends these numbers of pulses for the digits of ORDER."""
    fits = {}
    for dialing in (PulseDialing.STANDARD, PulseDialing.NEW_ZEALAND, PulseDialing.SWEDISH):
        wanted = [pulses_of(digit, dialing) for digit in ORDER]
        fits[dialing] = [index for index, pair in enumerate(zip(counts, wanted, strict=True)) if pair[0] != pair[1]]
    nearest = min(fits, key=lambda dialing: len(fits[dialing]))
    wrong = fits[nearest]
    if not wrong:
        return nearest
    if len(wrong) > len(ORDER) // 2:
        return NotLearned(Reason.WRONG_ORDER)
    digit = ORDER[wrong[0]]
    expected = pulses_of(digit, nearest)
    return NotLearned(Reason.PULSES_LOST, {"digit": digit, "pulses": counts[wrong[0]], "expected": expected})


def _doubt(periods: Sequence[float], period_ms: float, share: float) -> NotLearned | None:
    pps = 1000 / period_ms
    if not PPS_RANGE[0] <= pps <= PPS_RANGE[1]:
        return NotLearned(Reason.SPEED, {"pps": round(pps, 1)})
    if max(periods) - min(periods) > MOST_UNEVEN * period_ms:
        return NotLearned(Reason.UNEVEN, {"shortest": round(min(periods)), "longest": round(max(periods))})
    if not LEAST_SHARE <= share <= MOST_SHARE:
        return NotLearned(Reason.RATIO, {"share": round(100 * share)})
    return None


def _within(bounds: tuple[int, int], value: float) -> int:
    return max(bounds[0], min(bounds[1], round(value)))
