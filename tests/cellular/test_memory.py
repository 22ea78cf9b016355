"""What was learned outlives the box, whole or not at all, and no PIN stands in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from firmware.cellular.memory import Learned, ModemMemory, as_json, from_json, mark_of
from firmware.core.modem_events import Apn
from firmware.core.modem_ladder import Ladder, Rung
from firmware.core.sim_pin import NOTHING_TRIED, PinMemory, why_not

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    memory = ModemMemory(tmp_path / "modem.json")
    memory.keep_apn("401010123456789", Apn("internet", "u", "p"))
    memory.keep_ladder(Ladder(3, 20000, (Rung.RADIO, Rung.POWER)))
    mark = mark_of("8999701123456789012", "1234")
    assert memory.note_try(mark)
    assert ModemMemory(tmp_path / "modem.json").now == memory.now
    assert memory.now.pins.trying == mark
    memory.note_outcome(mark, accepted=False)
    assert ModemMemory(tmp_path / "modem.json").now.pins == PinMemory(frozenset({mark}))
    assert (tmp_path / "modem.json").stat().st_mode & 0o077 == 0
    assert "1234" not in mark


def test_an_accepted_pin_is_no_longer_refused(tmp_path: Path) -> None:
    """The owner has changed the card's PIN to the one that was once wrong."""
    memory = ModemMemory(tmp_path / "modem.json")
    memory.note_outcome("m", accepted=False)
    memory.note_outcome("m", accepted=True)
    assert memory.now.pins == NOTHING_TRIED


def test_a_try_that_cannot_be_written_down_is_said(tmp_path: Path) -> None:
    assert not ModemMemory(tmp_path / "missing" / "modem.json").note_try("m")


TEXT = st.text(max_size=20)
LEARNED = st.builds(
    Learned,
    apns=st.dictionaries(TEXT, st.builds(Apn, TEXT, TEXT, TEXT), max_size=4),
    pins=st.builds(PinMemory, st.frozensets(TEXT, max_size=4), TEXT),
    ladder=st.builds(Ladder, st.integers(0, 99), st.integers(-1, 99999), st.lists(st.sampled_from(Rung), max_size=9).map(tuple)),
)


@given(LEARNED)
def test_what_is_written_is_what_is_read(learned: Learned) -> None:
    assert from_json(json.dumps(as_json(learned))) == learned


@given(
    st.builds(PinMemory, st.frozensets(st.sampled_from("abc")), st.sampled_from(["", "a", "b"])),
    st.one_of(st.none(), st.integers(0, 3)),
)
def test_a_refused_pin_is_never_allowed_not_even_by_hand(memory: PinMemory, tries: int | None) -> None:
    for mark in memory.refused:
        assert why_not(mark, memory, tries)
        assert why_not(mark, memory, tries, by_hand=True)
    assert why_not("", memory, tries)
    if tries is not None and tries <= 1:
        assert why_not("fresh", memory, tries)
