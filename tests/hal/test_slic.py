"""The SLIC driver on the simulated line: what it reports, how it rings, how fast it stops."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from firmware.core.hook import HookRules
from hal.errors import PartMisused
from hal.hook_switch import HookSwitch
from hal.ports import Edge, LinePins
from hal.sim.pins import SimPins
from hal.sim.rotary import PulseDial
from hal.sim.settings import SimLineSettings
from hal.slic import Slic
from tests.hal.bench import Bench, sine
from tests.hal.fake_scheduler import FakeScheduler
from tests.hal.rotary_listener import Listener


def pulses(loop: list[tuple[bool, float]], pause_ms: float) -> str:
    """The digits in a list of loop changes, counted the way an exchange does."""
    opened = [at for closed, at in loop if not closed]
    digits, count = "", 1
    for earlier, later in pairwise(opened):
        if later - earlier < pause_ms:
            count += 1
        else:
            digits, count = digits + str(count % 10), 1
    return digits + str(count % 10)


def test_a_bouncing_lift_is_one_change_at_its_first_edge(bench: Bench) -> None:
    bench.time.run(5)
    bench.lift()
    assert len(bench.pins.history("shk")) >= 3
    assert bench.loop == [(True, 1005.0)]


def test_a_glitch_shorter_than_the_debounce_is_nothing(clean_bench: Bench) -> None:
    clean_bench.pins.drive("shk", active=True)
    clean_bench.time.run(5)
    clean_bench.pins.drive("shk", active=False)
    clean_bench.time.run(100)
    assert clean_bench.loop == []


def test_a_change_is_reported_after_the_debounce_not_before(clean_bench: Bench) -> None:
    clean_bench.handset.lift()
    clean_bench.time.run(5.5)
    assert clean_bench.loop == []
    clean_bench.time.run(1)
    assert clean_bench.loop == [(True, 1000.0)]


@pytest.mark.parametrize("pps", [8, 10, 20, 22])
@pytest.mark.parametrize("break_ratio", [0.25, 0.5, 0.6, 0.67, 0.75])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dialed_pulses_arrive_through_bounce(pps: float, break_ratio: float, seed: int) -> None:
    bench = Bench(SimLineSettings(seed=seed))
    bench.lift()
    bench.handset.dial("1590", PulseDial(pps=pps, break_ratio=break_ratio, pause_ms=300))
    bench.time.run(10_000)
    assert pulses(bench.loop[1:], pause_ms=250) == "1590"
    breaks = [closed_at - opened_at for (_, opened_at), (_, closed_at) in zip(bench.loop[1::2], bench.loop[2::2], strict=True)]
    assert max(breaks) - min(breaks) < 0.01
    assert breaks[0] == pytest.approx(1000 / pps * break_ratio, abs=0.01)


def test_two_orders_to_dial_by_pulses_keep_their_digits_apart(bench: Bench) -> None:
    bench.lift()
    bench.handset.dial("2", PulseDial())
    bench.handset.dial("3", PulseDial())
    bench.time.run(1700)
    bench.handset.dial("4", PulseDial())
    bench.time.run(2000)
    assert pulses(bench.loop[1:], pause_ms=700) == "234"


def test_a_stalled_machine_neither_loses_nor_bends_pulses(bench: Bench) -> None:
    bench.lift()
    bench.handset.dial("37", PulseDial(pps=10, pause_ms=500))
    for stall_ms in [27, 3, 150, 60, 250, 10] * 10:
        bench.time.stall(stall_ms)
        bench.time.run(1)
    bench.time.run(1000)
    assert pulses(bench.loop[1:], pause_ms=300) == "37"
    closed = [at_ms for closed, at_ms in bench.loop[1:] if closed]
    opened = [at_ms for closed, at_ms in bench.loop[1:] if not closed]
    assert [b - a for a, b in zip(opened, closed, strict=True)] == [pytest.approx(60)] * 10


@pytest.mark.parametrize("pps", [8, 10, 16, 22])
@pytest.mark.parametrize("seed", range(5))
def test_edges_kept_back_by_a_loaded_processor_count_when_they_happened(pps: float, seed: int) -> None:
    """Each edge is told up to 60 ms late, in order, while the pin itself has long moved on."""
    bench = Bench(SimLineSettings(seed=seed, bounce_ms=5.0))
    bench.pins = LateEdges(bench.pins, bench.time, random.Random(seed))  # type: ignore[assignment]  # noqa: S311 (lateness, not secrets)
    listener = Listener(bench, HookRules())
    bench.lift()
    bench.handset.dial("1590", PulseDial(pps=pps, pause_ms=400))
    bench.time.run(10_000)
    assert listener.digits == "1590"


class LateEdges:
    """The bench's pins, read at once and told late."""

    def __init__(self, pins: SimPins, time: FakeScheduler, chance: random.Random) -> None:
        self._pins, self._time, self._chance, self._told_ms = pins, time, chance, 0.0
        self.read, self.write = pins.read, pins.write

    def watch(self, pin: str, on_edge: Callable[[Edge], None]) -> None:
        self._pins.watch(pin, lambda edge: self._tell(on_edge, edge))

    def _tell(self, on_edge: Callable[[Edge], None], edge: Edge) -> None:
        late_ms = self._chance.uniform(0, 60) if self._chance.random() < 0.15 else 0.0
        self._told_ms = max(self._told_ms, self._time.now_ms() + late_ms)
        self._time.later(self._told_ms - self._time.now_ms(), lambda: on_edge(edge))


def test_edges_waiting_in_the_inbox_are_heard_before_a_late_decision() -> None:
    time = FakeScheduler(timers_first=True)
    pins = SimPins(time, ["shk"], ["fr", "rm", "pd"])
    loop: list[bool] = []
    Slic(pins, LinePins(), time, lambda closed, _at: loop.append(closed))
    pins.drive("shk", active=True)
    time.run(1)
    time.stall(20)
    pins.drive("shk", active=False, at_ms=1003)
    time.run(50)
    assert loop == []


def test_ringing_alternates_at_25_hz_without_drift(clean_bench: Bench) -> None:
    clean_bench.slic.start_ring()
    clean_bench.time.run(60_000)
    turns = [edge.at_ms for edge in clean_bench.pins.history("fr")]
    assert len(turns) == 60_000 / 20 + 1
    assert turns[-1] == pytest.approx(61_000, abs=1e-6)
    assert clean_bench.pins.read("rm")


def test_a_stall_while_ringing_keeps_the_phase(clean_bench: Bench) -> None:
    clean_bench.slic.start_ring()
    clean_bench.time.run(105)
    clean_bench.time.stall(52)
    clean_bench.time.run(100)
    turns = [edge.at_ms for edge in clean_bench.pins.history("fr")]
    assert turns == pytest.approx([1000, 1020, 1040, 1060, 1080, 1100, 1157, 1160, 1180, 1200, 1220, 1240])


def test_lifting_ends_the_ring_before_it_is_reported(bench: Bench) -> None:
    rings_at_report: list[bool] = []
    pins = bench.pins
    bench.slic.close()
    slic = Slic(pins, bench.names, bench.time, lambda _closed, _at: rings_at_report.append(pins.read("rm")))
    slic.start_ring()
    bench.time.run(333)
    bench.handset.lift()
    bench.time.run(30)
    assert rings_at_report == [False]
    ended = bench.pins.history("rm")[-1]
    assert not ended.active
    assert ended.at_ms - 1333 < 15
    assert not pins.read("fr")
    assert not slic.ringing


def test_stop_ring_restores_the_ordered_polarity(clean_bench: Bench) -> None:
    clean_bench.slic.set_polarity(reversed=True)
    clean_bench.slic.start_ring()
    clean_bench.time.run(110)
    clean_bench.slic.set_polarity(reversed=False)
    clean_bench.slic.stop_ring()
    assert not clean_bench.pins.read("fr")
    clean_bench.slic.set_polarity(reversed=True)
    clean_bench.ring(115)
    assert clean_bench.pins.read("fr")


def test_a_lifted_telephone_cannot_be_rung(bench: Bench) -> None:
    bench.lift()
    with pytest.raises(PartMisused, match="lifted"):
        bench.slic.start_ring()


def test_a_denied_line_cannot_be_rung_and_tells_nothing(bench: Bench) -> None:
    bench.lift()
    bench.slic.deny()
    bench.time.run(500)
    assert bench.pins.read("pd")
    assert not bench.pins.read("shk")
    assert [closed for closed, _ in bench.loop] == [True]
    with pytest.raises(PartMisused, match="feed it first"):
        bench.slic.start_ring()


def test_feeding_again_reports_what_happened_meanwhile(bench: Bench) -> None:
    bench.lift()
    bench.slic.deny()
    bench.time.run(200)
    bench.handset.replace()
    bench.time.run(200)
    bench.slic.feed()
    bench.time.run(200)
    assert [closed for closed, _ in bench.loop] == [True, False]


def test_feeding_again_with_the_handset_still_lifted_reports_nothing(bench: Bench) -> None:
    bench.lift()
    bench.slic.deny()
    bench.time.run(200)
    bench.slic.feed()
    bench.time.run(500)
    assert [closed for closed, _ in bench.loop] == [True]


def test_a_change_undecided_when_the_line_was_denied_is_forgotten(clean_bench: Bench) -> None:
    clean_bench.lift()
    clean_bench.handset.replace()
    clean_bench.time.run(3)
    clean_bench.slic.deny()
    clean_bench.handset.lift()
    clean_bench.time.run(100)
    clean_bench.slic.feed()
    clean_bench.time.run(300)
    assert [closed for closed, _ in clean_bench.loop] == [True]


def test_a_handset_lifted_before_the_start_is_reported() -> None:
    bench = Bench()
    bench.slic.close()
    bench.lift()
    heard: list[bool] = []
    Slic(bench.pins, bench.names, bench.time, lambda closed, _at: heard.append(closed))
    bench.time.run(50)
    assert heard == [True]


def test_a_lost_edge_is_noticed_a_quarter_of_a_second_later() -> None:
    time = FakeScheduler()
    pins = SimPins(time, ["shk"], ["fr", "rm", "pd"])
    loop: list[bool] = []
    Slic(pins, LinePins(), time, lambda closed, _at: loop.append(closed))
    deaf = pins._inputs["shk"].watchers.pop()
    pins.drive("shk", active=True)
    pins._inputs["shk"].watchers.append(deaf)
    time.run(1)
    pins.drive("shk", active=False)
    pins._inputs["shk"].watchers.clear()
    pins.drive("shk", active=True)
    time.run(300)
    assert loop == [True]


@pytest.mark.parametrize("hz", [19.9, 25.1])
def test_a_ringing_frequency_out_of_bounds_is_refused(hz: float) -> None:
    bench = Bench()
    with pytest.raises(PartMisused, match="20 to 25 Hz"):
        Slic(bench.pins, bench.names, bench.time, lambda _closed, _at: None, ring_hz=hz)


def test_close_puts_the_outputs_to_rest(bench: Bench) -> None:
    bench.slic.set_polarity(reversed=True)
    bench.slic.start_ring()
    bench.time.run(50)
    bench.slic.close()
    bench.handset.lift()
    bench.time.run(100)
    assert not any(bench.pins.read(pin) for pin in ("fr", "rm", "pd"))
    assert bench.loop == []


def test_a_disconnect_cuts_the_current_as_long_as_ordered_and_is_no_hang_up(bench: Bench) -> None:
    bench.lift()
    bench.slic.disconnect(600)
    assert not bench.handset.state().loop_current
    bench.time.run(599)
    assert not bench.handset.state().loop_current
    bench.time.run(2000)
    assert bench.handset.state().loop_current
    assert bench.handset.state().current_gaps_ms == [600]
    assert [closed for closed, _ in bench.loop] == [True]


def test_a_machine_that_hangs_up_on_the_disconnect_is_seen_to_have_done_so(bench: Bench) -> None:
    bench.lift()
    bench.slic.disconnect(300)
    bench.time.run(200)
    bench.handset.replace()
    bench.time.run(1000)
    assert [closed for closed, _ in bench.loop] == [True, False]


def test_during_a_disconnect_nobody_hears_anybody(bench: Bench) -> None:
    bench.lift()
    bench.slic.disconnect(500)
    assert not bench.exchange(100, sine(440, -10, 0.1)).any()
    bench.time.run(1000)
    assert bench.exchange(100, sine(440, -10, 0.1)).any()


def test_a_denied_line_stays_denied_whatever_a_disconnect_would_do(bench: Bench) -> None:
    bench.lift()
    bench.slic.disconnect(300)
    bench.slic.deny()
    bench.slic.disconnect(100)
    bench.time.run(5000)
    assert not bench.handset.state().loop_current
    bench.slic.feed()
    assert bench.handset.state().loop_current


def test_a_battery_fed_early_is_not_fed_twice(bench: Bench) -> None:
    bench.lift()
    bench.slic.disconnect(300)
    bench.time.run(100)
    bench.slic.feed()
    bench.slic.deny()
    bench.time.run(1000)
    assert not bench.handset.state().loop_current


def test_closing_in_the_middle_of_a_disconnect_leaves_no_timer(bench: Bench) -> None:
    bench.slic.disconnect(300)
    bench.slic.close()
    bench.time.run(1000)
    assert not bench.pins.read("pd")
    assert [edge.active for edge in bench.pins.history("pd")] == [True, False]


def test_a_ringing_line_is_not_disconnected(bench: Bench) -> None:
    bench.slic.start_ring()
    with pytest.raises(PartMisused, match="stop the ring first"):
        bench.slic.disconnect(300)


def test_the_telephone_sees_the_polarity_turn_and_turn_back(bench: Bench) -> None:
    bench.lift()
    seen = []
    for wanted in (True, False):
        bench.slic.set_polarity(reversed=wanted)
        seen.append(bench.handset.state().polarity)
    assert seen == ["reversed", "normal"]
    assert not bench.handset.state().ringing


def test_an_edge_seen_before_it_was_heard_still_counts_when_it_happened() -> None:
    """A busy machine looks at the pin before the edge's own report has come through: the break must not look shorter for it."""
    switch = HookSwitch(6.0)
    switch.edge(closed=True, at_ms=0.0)
    switch.settle(10.0)
    switch.look(closed=False, now_ms=175.0)
    switch.edge(closed=False, at_ms=120.0)
    change = switch.edge(closed=True, at_ms=178.0)
    assert change
    assert (change.closed, change.at_ms) == (False, 120.0)
