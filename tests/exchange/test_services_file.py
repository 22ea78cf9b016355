"""What was switched on by keys, on the disk: there after a restart, whole at every moment, and whatever else lies there costs no start."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from firmware.core.dial_learning import Learned
from firmware.core.hook import PulseDialing
from firmware.core.incoming import Forwarding, LineServices
from firmware.exchange.services_file import Services, ServicesFile

if TYPE_CHECKING:
    from pathlib import Path

DIAL = Learned(PulseDialing.SWEDISH, 10.2, 0.6, break_min_ms=12, make_min_ms=9, digit_end_ms=210, flash_min_ms=None)


def opened(folder: Path, told: list[Services] | None = None) -> ServicesFile:
    made = ServicesFile(folder / "services.json", lambda: (told if told is not None else []).append(made.now))
    return made


def test_everything_is_there_after_a_restart_and_each_change_is_told(tmp_path: Path) -> None:
    told: list[Services] = []
    file = opened(tmp_path, told)
    file.change_line(1, do_not_disturb=True, call_waiting=False)
    file.forward(2, Forwarding.BUSY, "602")
    file.forward(2, Forwarding.ALL, "603")
    file.forward(2, Forwarding.ALL, "")
    file.set_speed_dial("7", "+77271234567")
    file.block("87009999999")
    file.keep_dial(2, DIAL)
    again = opened(tmp_path).now
    assert again == file.now
    assert again.of_line(1) == LineServices(do_not_disturb=True, call_waiting=False)
    assert again.of_line(2).forwards == {Forwarding.BUSY: "602"}
    assert (again.speed_dials, again.blocked, again.dials) == ({"7": "+77271234567"}, {"87009999999"}, {2: DIAL})
    assert len(told) == 7
    file.unblock("87009999999")
    file.set_speed_dial("7", "")
    assert (opened(tmp_path).now.blocked, opened(tmp_path).now.speed_dials) == (frozenset(), {})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"lines": {}}',
        b'{"lines": {"one": {}}, "speed_dials": {}, "blocked": [], "dials": {}}',
        b'{"lines": {"1": {"forwards": {"sometimes": "1"}}}, "speed_dials": {}, "blocked": [], "dials": {}}',
        b'{"lines": {"1": {"forwards": {}, "sings": true}}, "speed_dials": {}, "blocked": [], "dials": {}}',
        b'{"lines": {}, "speed_dials": [], "blocked": [], "dials": {}}',
        b'{"lines": {}, "speed_dials": {}, "blocked": 1, "dials": {}}',
        b'{"lines": {}, "speed_dials": {}, "blocked": [[]], "dials": {}}',
        b'{"lines": {}, "speed_dials": {}, "blocked": [], "dials": {"1": {"dialing": "backwards"}}}',
        b"[" * 5000,
    ],
)
def test_what_is_none_of_ours_is_told_and_nothing_is_on(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "services.json").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        file = opened(tmp_path)
    assert file.now == Services()
    (sentence,) = caplog.messages
    assert sentence.startswith("services.json cannot be read (")
    file.change_line(1, do_not_disturb=True)
    assert json.loads((tmp_path / "services.json").read_text())["lines"]["1"]["do_not_disturb"] is True


def test_a_folder_that_takes_nothing_costs_the_memory_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = opened(tmp_path / "gone")
    with caplog.at_level(logging.WARNING):
        file.forward(1, Forwarding.ALL, "602")
    assert file.now.of_line(1).forwards == {Forwarding.ALL: "602"}
    assert "not kept over a restart: No such file or directory" in caplog.text
