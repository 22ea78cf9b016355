"""Board descriptions: those of the project hold together, and a mistake in one of the owner's is told in a sentence."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from hal.boards import BOARDS, board_names, load_board
from hal.boards.description import Level, Standing
from hal.boards.reading import read_description
from hal.errors import PartMisused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RESERVED = {0, 1, 2, 3, 14, 15, 18, 19, 20, 21}
"""HAT EEPROM, I2C, UART, I2S: a HAT with an I2S codec needs them for themselves."""


def test_there_is_a_board_for_one_line_for_two_and_for_the_bench() -> None:
    assert [len(load_board(name).ports) for name in board_names()] == [1, 2, 2]


@pytest.mark.parametrize("name", board_names())
def test_no_wire_stands_where_another_part_of_the_hat_has_its_own(name: str) -> None:
    board = load_board(name)
    assert {pin.name for pin in board.pins} >= {"shk", "fr", "rm", "pd", "button", "led-power"}
    assert not {pin.gpio for pin in board.pins} & RESERVED


@pytest.mark.parametrize("name", [name for name in board_names() if name != "sim"])
def test_what_the_data_sheet_says_is_what_the_pins_do(name: str) -> None:
    """5.3: RM is high while ringing; 5.9: F/R low is reversed. What nobody could confirm is marked so."""
    pins = {pin.name: pin for pin in load_board(name).pins}
    assert (pins["rm"].active, pins["fr"].active) == (Level.HIGH, Level.LOW)
    assert pins["fr"].active_source.standing is Standing.CONFIRMED
    assert {pins[each].active_source.standing for each in ("shk", "pd")} == {Standing.UNCONFIRMED}


def test_a_description_of_the_owners_is_read_from_its_path(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text((BOARDS / "ag1171-one-port.toml").read_text().replace("gpio = 17", "gpio = 21"))
    assert {pin.name: pin.gpio for pin in load_board(str(own)).pins}["shk"] == 21


def test_a_board_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(PartMisused, match="ag1171-one-port, ag1171-two-ports, sim"):
        load_board("ag9999")
    with pytest.raises(PartMisused, match=r"/nowhere/board\.toml cannot be read"):
        load_board("/nowhere/board.toml")


def _without_pd(board: dict[str, Any]) -> None:
    del board["port"][0]["power_down"]


def _shared(board: dict[str, Any]) -> None:
    board["panel"]["line"]["gpio"] = 17


def _far(board: dict[str, Any]) -> None:
    board["port"][0]["switch_hook"]["gpio"] = 40


def _middling(board: dict[str, Any]) -> None:
    board["port"][0]["ring_mode"]["active"] = "middling"


def _sourceless(board: dict[str, Any]) -> None:
    board["port"][0]["ring_mode"]["active_source"] = "a friend"


def _misspelt(board: dict[str, Any]) -> None:
    board["port"][0]["swich_hook"] = {}


def _pulled_output(board: dict[str, Any]) -> None:
    board["port"][0]["ring_mode"]["pull"] = "up"


def _true(board: dict[str, Any]) -> None:
    board["port"][0]["ring_mode"]["gpio"] = True


def _portless(board: dict[str, Any]) -> None:
    board["port"] = []


def _nameless_card(board: dict[str, Any]) -> None:
    board["port"][0]["codec"]["card"] = " "


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_without_pd, r"own\.toml: port 1: power_down must be a table; it is missing"),
        (_shared, r"GPIO 17 is both shk and led-line"),
        (_far, r"switch_hook: gpio must be a number from 0 to 27; it is 40"),
        (_middling, r"ring_mode: active must be one of high, low; it is 'middling'"),
        (_sourceless, r"active_source must be one of the sources wiring, .* it is 'a friend'"),
        (_misspelt, r"there is no key 'swich_hook'; the keys are switch_hook"),
        (_pulled_output, r"ring_mode: there is no key 'pull'"),
        (_true, r"gpio must be a number from 0 to 27; it is True"),
        (_portless, r"a board has 1 to 2 ports; here are 0"),
        (_nameless_card, r"codec: card must not be empty"),
    ],
)
def test_a_mistake_is_one_sentence(spoil: Callable[[dict[str, Any]], None], sentence: str) -> None:
    board = tomllib.loads((BOARDS / "ag1171-one-port.toml").read_text())
    spoil(board)
    with pytest.raises(PartMisused, match=sentence) as caught:
        read_description(board, "own.toml")
    assert "\n" not in str(caught.value)
