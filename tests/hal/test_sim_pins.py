"""The simulated pins have electrical sense."""

import pytest

from hal.errors import PartMisused
from hal.ports import Edge
from hal.sim.pins import SimPins
from tests.hal.fake_scheduler import FakeScheduler


@pytest.fixture
def time() -> FakeScheduler:
    return FakeScheduler()


@pytest.fixture
def pins(time: FakeScheduler) -> SimPins:
    return SimPins(time, inputs=["shk"], outputs=["rm"])


def test_inputs_refuse_writes(pins: SimPins) -> None:
    with pytest.raises(PartMisused, match="shk is an input"):
        pins.write("shk", active=True)


def test_outputs_cannot_be_driven_from_outside(pins: SimPins) -> None:
    with pytest.raises(PartMisused, match="rm is an output"):
        pins.drive("rm", active=True)


@pytest.mark.parametrize("use", [lambda p: p.read("led"), lambda p: p.write("led", active=True), lambda p: p.watch("led", print)])
def test_unknown_pins_are_errors(pins: SimPins, use: object) -> None:
    with pytest.raises(PartMisused, match="no pin led"):
        use(pins)  # type: ignore[operator]


def test_edges_carry_their_own_time_and_stay_in_the_history(pins: SimPins, time: FakeScheduler) -> None:
    seen: list[Edge] = []
    pins.watch("shk", seen.append)
    pins.drive("shk", active=True, at_ms=990.0)
    pins.drive("shk", active=True)
    time.run(5)
    pins.drive("shk", active=False)
    assert seen == [Edge("shk", active=True, at_ms=990.0), Edge("shk", active=False, at_ms=1005.0)]
    assert pins.history("shk") == tuple(seen)


def test_closed_pins_say_so(pins: SimPins) -> None:
    pins.close()
    with pytest.raises(PartMisused, match="closed"):
        pins.read("shk")
