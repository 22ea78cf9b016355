from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.ringing import TEST_AT_LEAST_MS, RingPlan, RingStep, RingStepKind, plan_ring_test, plan_ringing
from firmware.core.tones import CallerIdKind

RING, REST, SEND = RingStepKind.RING, RingStepKind.REST, RingStepKind.SEND_CALLER_ID
FSK = (CallerIdKind.BELLCORE, CallerIdKind.ETSI)
CADENCES = [(2000, 4000), (1000, 4000), (400, 200, 400, 2000)]


def steps_of(plan: RingPlan, count: int) -> list[tuple[RingStepKind, int]]:
    return [(step.kind, step.duration_ms) for index in range(count) if (step := plan.step(index))]


def test_without_caller_id_the_bell_follows_its_cadence() -> None:
    plan = plan_ringing((400, 200, 400, 2000), CallerIdKind.NONE, 0)
    assert steps_of(plan, 6) == [(RING, 400), (REST, 200), (RING, 400), (REST, 2000), (RING, 400), (REST, 200)]


def test_fsk_goes_into_the_first_pause_only() -> None:
    plan = plan_ringing((1000, 4000), CallerIdKind.ETSI, 800)
    assert steps_of(plan, 8) == [
        (RING, 1000), (REST, 600), (SEND, 800), (REST, 2600), (RING, 1000), (REST, 4000), (RING, 1000), (REST, 4000),
    ]  # fmt: skip


def test_fsk_waits_for_the_long_pause_of_a_double_ring() -> None:
    plan = plan_ringing((400, 200, 400, 2000), CallerIdKind.ETSI, 800)
    assert steps_of(plan, 7) == [(RING, 400), (REST, 200), (RING, 400), (REST, 600), (SEND, 800), (REST, 600), (RING, 400)]


def test_a_pause_too_short_for_the_burst_is_prolonged_once() -> None:
    plan = plan_ringing((400, 200, 400, 2000), CallerIdKind.ETSI, 1500)
    assert steps_of(plan, 6)[3:] == [(REST, 600), (SEND, 1500), (REST, 300)]
    assert steps_of(plan, 10)[6:] == [(RING, 400), (REST, 200), (RING, 400), (REST, 2000)]


def test_dtmf_goes_before_the_first_ring() -> None:
    plan = plan_ringing((400, 200, 400, 2000), CallerIdKind.DTMF, 1300)
    assert steps_of(plan, 4) == [(SEND, 1300), (REST, 300), (RING, 400), (REST, 200)]


@pytest.mark.parametrize("cadence", CADENCES)
def test_a_ring_test_ends_by_itself_after_whole_rounds(cadence: tuple[int, ...]) -> None:
    steps = steps_of(plan_ring_test(cadence), 100)
    assert len(steps) % len(cadence) == 0
    assert len(steps) >= 2 * len(cadence)
    assert TEST_AT_LEAST_MS <= sum(duration_ms for _, duration_ms in steps) <= TEST_AT_LEAST_MS + 2 * sum(cadence)


@given(st.sampled_from(CADENCES), st.sampled_from(CallerIdKind), st.integers(300, 4000))
def test_every_plan_rings_and_keeps_the_burst_clear_of_the_bell(
    cadence: tuple[int, ...], kind: CallerIdKind, burst_ms: int
) -> None:
    plan = plan_ringing(cadence, kind, burst_ms)
    steps = [step for index in range(30) if (step := plan.step(index))]
    sent = [index for index, step in enumerate(steps) if step.kind is SEND]
    assert all(step.duration_ms > 0 for step in steps)
    assert tuple(step.duration_ms for step in steps if step.kind is RING)[:4] == (cadence[::2] * 4)[:4]
    assert len(sent) == (0 if kind is CallerIdKind.NONE else 1)
    for index in sent:
        assert steps[index].duration_ms == burst_ms
        assert kind is CallerIdKind.DTMF or (steps[index - 1].kind is REST and 500 <= steps[index - 1].duration_ms <= 1500)
        assert steps[index + 1] == RingStep(REST, max(300, steps[index + 1].duration_ms))
    assert not any(a.kind is RING and b.kind is RING for a, b in pairwise(steps))
