"""Lamps and button through the simulated pins, on a clock of the test's own."""

from __future__ import annotations

import pytest

from firmware.core.button import Order
from firmware.core.indicator import COUNTDOWN_S, Condition, Health, LineUse, Reach
from firmware.panel import IDENTIFY_MS, Panel
from hal.sim.board import open_sim
from tests.hal.fake_scheduler import FakeScheduler

READY = Condition(Health.WORKING, Reach.READY)


@pytest.fixture
def clock() -> FakeScheduler:
    return FakeScheduler()


class Box:
    """Somebody in front of the box."""

    def __init__(self, clock: FakeScheduler) -> None:
        self.clock = clock
        self.board = open_sim(clock, 1)
        self.ordered: list[Order] = []
        self.panel = Panel(self.board.pins, self.board.panel, clock, self.ordered.append)
        self.panel.tell(READY)

    def press(self, held_ms: float) -> None:
        self.hold()
        self.clock.run(held_ms)
        self.let_go()

    def hold(self) -> None:
        for active in (True, False, True):  # it bounces
            self.board.pins.drive("button", active=active)  # type: ignore[attr-defined]
            self.clock.run(2)

    def let_go(self) -> None:
        self.board.pins.drive("button", active=False)  # type: ignore[attr-defined]
        self.clock.run(50)

    def lit_share(self, lamp: str, over_ms: int = 2000) -> float:
        lit = 0
        for _ in range(over_ms // 10):
            self.clock.run(10)
            lit += self.board.pins.read(f"led-{lamp}")
        return lit * 10 / over_ms


def test_a_ready_box_is_steadily_lit_and_dark_where_nothing_is(clock: FakeScheduler) -> None:
    box = Box(clock)
    assert [box.lit_share(lamp) for lamp in ("power", "uplink", "line", "message")] == [1, 1, 0, 0]


def test_a_message_and_a_ringing_bell_blink_each_in_its_rhythm(clock: FakeScheduler) -> None:
    box = Box(clock)
    box.panel.tell(Condition(Health.WORKING, Reach.CELLULAR, LineUse.RINGING, messages=True))
    assert box.lit_share("message") == pytest.approx(0.5, abs=0.05)
    assert box.lit_share("line") == pytest.approx(0.5, abs=0.05)
    assert box.lit_share("uplink", 1500) == pytest.approx(0.16, abs=0.05)


def test_a_short_press_blinks_with_everything_for_a_while(clock: FakeScheduler) -> None:
    box = Box(clock)
    box.press(300)
    assert box.lit_share("line") == pytest.approx(0.5, abs=0.1)
    clock.run(IDENTIFY_MS)
    assert box.lit_share("line") == 0
    assert box.ordered == []


def test_three_seconds_open_the_set_up_network(clock: FakeScheduler) -> None:
    box = Box(clock)
    box.press(3_500)
    assert box.ordered == [Order.OPEN_SET_UP]
    assert box.lit_share("power") == 1


def test_a_reset_takes_ten_seconds_and_letting_go_before_cancels_it(clock: FakeScheduler) -> None:
    box = Box(clock)
    box.press(9_800)
    assert Order.RESET not in box.ordered
    box.press(10_100)
    assert box.ordered.count(Order.RESET) == 1


def test_the_lamps_go_out_while_it_counts_down(clock: FakeScheduler) -> None:
    box = Box(clock)
    box.hold()
    clock.run(3_100)
    blinking = [
        sum(box.lit_share(lamp, 250) > 0 for lamp in ("power", "line", "uplink", "message")) for _ in range(COUNTDOWN_S - 1)
    ]
    assert blinking[0] == 4
    assert blinking[-1] < 4


def test_a_button_stuck_at_boot_orders_nothing(clock: FakeScheduler) -> None:
    board = open_sim(clock, 1)
    board.pins.drive("button", active=True)  # type: ignore[attr-defined]
    ordered: list[Order] = []
    Panel(board.pins, board.panel, clock, ordered.append)
    clock.run(60_000)
    assert ordered == []
