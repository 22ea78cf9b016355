"""Boards are opened by name, without fallback."""

import pytest

from hal.board import open_board
from hal.errors import PartMissing, PartMisused
from tests.hal.fake_scheduler import FakeScheduler


def test_the_simulated_board_has_a_telephone_on_each_line() -> None:
    board = open_board("sim", FakeScheduler(), ports=2)
    assert [line.names.switch_hook for line in board.lines] == ["shk", "shk2"]
    first, second = (line.handset for line in board.lines)
    assert first is not None
    assert second is not None
    first.lift()
    assert board.pins.read("shk")
    assert not board.pins.read("shk2")
    board.close()
    with pytest.raises(PartMisused, match="closed"):
        board.pins.read("shk")


def test_the_pi_is_missing_and_nothing_stands_in_for_it() -> None:
    with pytest.raises(PartMissing, match="'audioinjectorpi' is not there"):
        open_board("pi", FakeScheduler())


@pytest.mark.parametrize(("kind", "ports", "sentence"), [("arduino", 1, "'arduino'"), ("sim", 0, "not 0"), ("sim", 3, "not 3")])
def test_other_boards_are_refused(kind: str, ports: int, sentence: str) -> None:
    with pytest.raises(PartMisused, match=sentence):
        open_board(kind, FakeScheduler(), ports)
