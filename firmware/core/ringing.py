"""When the bell rings, when it rests, and when a telephone is told who calls: a plan as a table of steps.

Pure: the device starts a timer a step and does what the step says. Knows no samples and no pins.
"""

import math
from dataclasses import dataclass
from enum import Enum

from firmware.core.tones import CallerIdKind

QUIET_AFTER_RING_MS = 600
"""From the end of the first ring to FSK. GR-30-CORE asks for at least 500 ms; Lantiq's TAPI driver uses 600 (drv_tapi_cid.c)."""
QUIET_BEFORE_RING_MS = 300
"""From the end of the burst to the next ring (same driver, dataOut2restoreTimeOnhook; GR-30-CORE asks for 200)."""
TEST_AT_LEAST_MS = 10_000
"""How long a telephone rings for a test (chosen): long enough to walk to it."""


class RingStepKind(Enum):
    RING = "ring"
    """Ringing voltage on the line."""
    REST = "rest"
    """Idle line, in a pause."""
    SEND_CALLER_ID = "send caller ID"
    """Idle line with the burst on it."""


@dataclass(frozen=True)
class RingStep:
    kind: RingStepKind
    duration_ms: int


@dataclass(frozen=True)
class RingPlan:
    """`opening` once, then `cadence` again and again; so many times where `rounds` says so, else without end."""

    opening: tuple[RingStep, ...]
    cadence: tuple[RingStep, ...]
    rounds: int | None = None

    def step(self, index: int) -> RingStep | None:
        """The step number `index`, from 0, of a bell that is never answered; None when the plan is over."""
        if index < len(self.opening):
            return self.opening[index]
        done, at = divmod(index - len(self.opening), len(self.cadence))
        return self.cadence[at] if self.rounds is None or done < self.rounds else None


def plan_ringing(cadence_ms: tuple[int, ...], caller_id: CallerIdKind, burst_ms: int) -> RingPlan:
    """The plan of a cadence (on, off, on, off); `burst_ms` is 0 and `caller_id` NONE when nothing is to be sent.

    FSK goes into the longest pause, which is prolonged that once if the burst does not fit; DTMF goes before the first ring.
    """
    cadence = _cadence(cadence_ms)
    match caller_id:
        case CallerIdKind.NONE:
            return RingPlan((), cadence)
        case CallerIdKind.DTMF:
            return RingPlan((_send(burst_ms), _rest(QUIET_BEFORE_RING_MS)), cadence)
        case CallerIdKind.BELLCORE | CallerIdKind.ETSI:
            return RingPlan(_with_burst(cadence, burst_ms), cadence)


def plan_ring_test(cadence_ms: tuple[int, ...]) -> RingPlan:
    """Two rounds of a cadence without caller ID, or as many more as give a person time to come."""
    return RingPlan((), _cadence(cadence_ms), max(2, math.ceil(TEST_AT_LEAST_MS / sum(cadence_ms))))


def _cadence(cadence_ms: tuple[int, ...]) -> tuple[RingStep, ...]:
    kinds = (RingStepKind.RING, RingStepKind.REST)
    return tuple(RingStep(kinds[index % 2], duration_ms) for index, duration_ms in enumerate(cadence_ms))


def _with_burst(cadence: tuple[RingStep, ...], burst_ms: int) -> tuple[RingStep, ...]:
    """One round of the cadence with the burst in its longest pause, and the pause after it."""
    longest = max((step for step in cadence if step.kind is RingStepKind.REST), key=lambda step: step.duration_ms)
    at = cadence.index(longest)
    left_ms = max(QUIET_BEFORE_RING_MS, longest.duration_ms - QUIET_AFTER_RING_MS - burst_ms)
    return (*cadence[:at], _rest(QUIET_AFTER_RING_MS), _send(burst_ms), _rest(left_ms), *cadence[at + 1 :])


def _send(burst_ms: int) -> RingStep:
    return RingStep(RingStepKind.SEND_CALLER_ID, burst_ms)


def _rest(duration_ms: int) -> RingStep:
    return RingStep(RingStepKind.REST, duration_ms)
