"""What of the Pi's drivers needs no Pi: refusals, and edges stamped by another clock. Everything else stands in tests/guest, on a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hal.board import open_board
from hal.boards import load_board
from hal.errors import PartMissing, PartMisused
from hal.pi.pins import STALE_MS, moment_ms
from hal.pi.sound import open_codec
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_codec_is_told_with_the_cards_that_are_there(tmp_path: Path) -> None:
    for number, card in enumerate(("vc4hdmi", "Headphones")):
        (tmp_path / f"card{number}").mkdir()
        (tmp_path / f"card{number}" / "id").write_text(f"{card}\n")
    codec = load_board("ag1171-one-port").ports[0].codec
    assert codec
    with pytest.raises(PartMissing, match="'audioinjectorpi' is not there: the cards are Headphones, vc4hdmi"):
        open_codec(codec, tmp_path)


def test_a_card_is_found_by_its_id_whatever_its_number(tmp_path: Path) -> None:
    (tmp_path / "card7").mkdir()
    (tmp_path / "card7" / "id").write_text("audioinjectorpi\n")
    codec = load_board("ag1171-one-port").ports[0].codec
    assert codec
    assert open_codec(codec, tmp_path).pcm == "plughw:CARD=audioinjectorpi,DEV=0"


def test_the_board_must_have_as_many_ports_as_the_settings_have_lines() -> None:
    with pytest.raises(PartMisused, match=r"has 1 telephone port\(s\), not 2"):
        open_board("pi", FakeScheduler(), ports=2)


def test_an_edge_counts_when_it_happened_unless_its_clock_is_another() -> None:
    assert moment_ms(1_234_500_000, now_ms=1300.0) == pytest.approx(1234.5)
    of_day_ns = 1_795_000_000 * 10**9
    assert moment_ms(of_day_ns, now_ms=1300.0) == pytest.approx(1300.0)
    assert STALE_MS > 1000
