"""Lamps and button while the main process is down, on the simulated board's pins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from firmware.fault_panel import FaultPanel, known_settings
from firmware.settings.load import load
from firmware.settings.model import Settings
from firmware.system.pending import settle
from firmware.system.requests import SET_UP_NETWORK, Requests
from hal.board import open_panel
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from pathlib import Path

WRONG = '[device]\nboard = "pi"\nboard_file = "ag1171-two-ports"\nname = 5\n[[account]]\nid = "x"\npassword = "secret word"\n'


class Box:
    """A box whose device is down, and somebody in front of it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeScheduler()
        self.board = open_panel("sim", self.clock)
        self.state, self.settings = folder / "state", folder / "keepline.toml"
        self.state.mkdir()
        (self.state / "calls.sqlite").write_text("calls")
        self.settings.write_text(WRONG)
        settings = known_settings(self.settings)
        self.panel = FaultPanel(self.board, self.clock, settings, self.state, Requests(folder)).panel

    def press(self, held_ms: float) -> None:
        self.board.pins.drive("button", active=True)  # type: ignore[attr-defined]
        self.clock.run(held_ms)
        self.board.pins.drive("button", active=False)  # type: ignore[attr-defined]
        self.clock.run(50)

    def changes(self, lamp: str, over_ms: float) -> int:
        before = len(self.board.pins.history(f"led-{lamp}"))  # type: ignore[attr-defined]
        self.clock.run(over_ms)
        return len(self.board.pins.history(f"led-{lamp}")) - before  # type: ignore[attr-defined]


def test_the_power_lamp_blinks_fast(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert box.changes("power", 2000) == 16
    assert box.changes("message", 2000) == 0


def test_ten_seconds_reset_a_box_whose_settings_are_wrong(tmp_path: Path) -> None:
    """It keeps its board, forgets the rest at the next start, and starts."""
    box = Box(tmp_path)
    box.press(9_800)
    settle(box.settings, box.state)
    assert "secret word" in box.settings.read_text()
    box.press(10_100)
    assert json.loads((box.state / "pending.json").read_text())["do"] == "reset"
    settle(box.settings, box.state)
    device = load(box.settings).device
    assert (device.board, device.board_file, device.name) == ("pi", "ag1171-two-ports", "Keepline")
    assert not list(box.state.iterdir())


def test_three_seconds_ask_for_the_set_up_network(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.press(3_500)
    assert (tmp_path / SET_UP_NETWORK).exists()


def test_a_hold_that_has_begun_can_be_waited_for(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert not box.panel.is_held
    box.board.pins.drive("button", active=True)  # type: ignore[attr-defined]
    box.clock.run(5_000)
    assert box.panel.is_held
    box.clock.run(6_000)
    assert not box.panel.is_held  # the reset is ordered; holding on changes nothing


@pytest.mark.parametrize("text", ["", "not toml [", "[device]\nboard = 5\n", 'device = "pi"\n', "\x00"])
def test_settings_that_say_nothing_leave_the_usual_board(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keepline.toml"
    file.write_text(text)
    assert known_settings(file).device.board_file == Settings().device.board_file
    assert known_settings(tmp_path / "none").device == Settings().device
