"""The bell rings only if the ring is really driven, and notes its cadence."""

import pytest

from tests.hal.bench import Bench


def drive(bench: Bench, hz: float, for_ms: float) -> None:
    """Turn the pair at a frequency without the driver."""
    bench.pins.write("rm", active=True)
    half_ms = 500 / hz
    for _ in range(round(for_ms / half_ms)):
        bench.pins.write("fr", active=not bench.pins.read("fr"))
        bench.time.run(half_ms)


def test_ringing_voltage_without_alternation_is_silent(bench: Bench) -> None:
    bench.pins.write("rm", active=True)
    bench.time.run(2000)
    assert not bench.handset.state().ringing


def test_alternation_without_ringing_voltage_is_silent(bench: Bench) -> None:
    for _ in range(50):
        bench.slic.set_polarity(reversed=not bench.pins.read("fr"))
        bench.time.run(20)
    assert not bench.handset.state().ringing


@pytest.mark.parametrize(("hz", "rings"), [(10, False), (16, True), (25, True), (60, True), (80, False)])
def test_the_bell_answers_to_ringing_frequencies_only(bench: Bench, hz: float, rings: bool) -> None:  # noqa: FBT001
    drive(bench, hz, 600)
    assert bench.handset.state().ringing is rings


@pytest.mark.parametrize("cadence", [[1000, 4000], [2000, 4000], [400, 200, 400, 2000], [800, 3200]])
def test_the_cadence_is_noted(bench: Bench, cadence: list[int]) -> None:
    for on_ms, off_ms in [(cadence[i], cadence[i + 1]) for i in range(0, len(cadence), 2)] * 9:
        bench.ring(on_ms, off_ms)
        assert bench.handset.state().ringing
    bench.slic.start_ring()
    bench.time.run(100)
    assert bench.handset.state().cadence_ms == pytest.approx(cadence, abs=1)


def test_the_first_ring_is_noted_when_it_ends(bench: Bench) -> None:
    bench.slic.start_ring()
    bench.time.run(500)
    assert bench.handset.state().ringing
    assert bench.handset.state().cadence_ms == []
    bench.time.run(500)
    bench.slic.stop_ring()
    assert bench.handset.state().cadence_ms == [1000]


def test_ringing_ends_soon_after_a_known_cadence_breaks_off(bench: Bench) -> None:
    bench.ring(1000, 4000)
    bench.ring(1000, 4900)
    assert bench.handset.state().ringing
    bench.time.run(400)
    assert not bench.handset.state().ringing


def test_ringing_of_unknown_cadence_is_waited_for(bench: Bench) -> None:
    bench.ring(1000, 6900)
    assert bench.handset.state().ringing
    bench.time.run(200)
    assert not bench.handset.state().ringing


def test_alternation_that_dies_ends_the_ring(bench: Bench) -> None:
    drive(bench, 25, 400)
    bench.time.run(1000)
    assert bench.handset.state().cadence_ms == [pytest.approx(380, abs=25)]


def test_lifting_ends_the_ringing_at_once(bench: Bench) -> None:
    bench.ring(1000, 1000)
    bench.lift()
    assert not bench.handset.state().ringing
    assert bench.loop[-1][0]


def test_a_stalled_machine_does_not_break_a_ring(bench: Bench) -> None:
    bench.slic.start_ring()
    bench.time.run(300)
    bench.time.stall(90)
    bench.time.run(610)
    bench.slic.stop_ring()
    assert bench.handset.state().cadence_ms == [1000]


@pytest.mark.parametrize("after_ms", range(500, 540, 4))
def test_a_lifted_telephone_does_not_ring_on_until_the_driver_stops(bench: Bench, after_ms: float) -> None:
    bench.ring(1000, 4000)
    bench.slic.start_ring()
    bench.time.run(after_ms)
    bench.handset.lift()
    for _ in range(60):
        bench.time.run(1)
        assert not bench.handset.state().ringing
    assert bench.handset.state().cadence_ms == [1000, 4000]


def test_a_caller_who_gives_up_does_not_spoil_the_cadence(bench: Bench) -> None:
    for on_ms in (1000, 1000, 300):
        bench.ring(on_ms, 4000)
    assert bench.handset.state().cadence_ms == [1000, 4000]
