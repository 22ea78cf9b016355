"""The lamps learn that the system's updater installs, from what it says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firmware.update_watch import LOOK_EVERY_MS, UpdateWatch
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from pathlib import Path


def says(state: Path, doing: str) -> None:
    (state / "update").mkdir(exist_ok=True)
    (state / "update" / "status.json").write_text(json.dumps({"source": "somewhere", "state": doing}))


def test_an_installation_is_seen_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    clock, told = FakeScheduler(), list[bool]()
    says(tmp_path, "idle")
    watch = UpdateWatch(clock, tmp_path, lambda: told.append(watch.is_installing))
    watch.look()
    for doing in ("idle", "installing", "installing", "failed", "idle"):
        says(tmp_path, doing)
        clock.run(LOOK_EVERY_MS)
    assert told == [True, False]


def test_what_cannot_be_read_ends_no_look(tmp_path: Path) -> None:
    clock, told = FakeScheduler(), list[bool]()
    says(tmp_path, "installing")
    watch = UpdateWatch(clock, tmp_path, lambda: told.append(watch.is_installing))
    watch.look()
    (tmp_path / "update" / "status.json").write_text("{")
    clock.run(LOOK_EVERY_MS)
    says(tmp_path, "installing")
    clock.run(LOOK_EVERY_MS)
    assert told == [True, False, True]


def test_without_an_updater_nobody_looks_again(tmp_path: Path) -> None:
    clock = FakeScheduler()
    watch = UpdateWatch(clock, tmp_path, lambda: None)
    watch.look()
    says(tmp_path, "installing")
    clock.run(LOOK_EVERY_MS * 3)
    assert not watch.is_installing
