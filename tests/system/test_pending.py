"""What a restore or a reset asked for, done at the next start: whole, or told in the log and left as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.system.backup import Content, as_text, read
from firmware.system.errors import BackupWrong
from firmware.system.log_ring import without, without_numbers
from firmware.system.pending import ask_reset, ask_restore, settle

if TYPE_CHECKING:
    from pathlib import Path

PRESET = 'id = "mine"\nname = "Mine"\n'


def box(folder: Path) -> tuple[Path, Path]:
    state = folder / "state"
    (state / "voicemail").mkdir(parents=True)
    for name in ("lock", "instance", "setup-code", "calls.sqlite", "access.json", "voicemail/message.wav"):
        (state / name).write_text(name)
    settings = folder / "keepline.toml"
    settings.write_text('[device]\nname = "Before"\n')
    return settings, state


def test_nothing_asked_for_changes_nothing(tmp_path: Path) -> None:
    settings, state = box(tmp_path)
    before = sorted(path.name for path in state.rglob("*"))
    settle(settings, state)
    assert sorted(path.name for path in state.rglob("*")) == before
    assert "Before" in settings.read_text()


def test_a_reset_leaves_what_the_box_is_and_nothing_of_its_owner(tmp_path: Path) -> None:
    settings, state = box(tmp_path)
    ask_reset(state, '[device]\nname = "Keepline"\n')
    settle(settings, state)
    assert sorted(path.name for path in state.rglob("*")) == ["instance", "lock", "setup-code"]
    assert "Before" not in settings.read_text()
    assert [path.name for path in tmp_path.iterdir() if "Before" in (path.read_text() if path.is_file() else "")] == []


def test_a_restore_brings_settings_services_and_presets(tmp_path: Path) -> None:
    settings, state = box(tmp_path)
    ask_restore(state, Content('[device]\nname = "Restored"\n', {"blocked": ["1"]}, {"mine.toml": PRESET}))
    assert (state / "pending.json").stat().st_mode & 0o777 == 0o600
    settle(settings, state)
    assert "Restored" in settings.read_text()
    assert json.loads((state / "services.json").read_text()) == {"blocked": ["1"]}
    assert (tmp_path / "providers" / "mine.toml").read_text() == PRESET
    assert not (state / "pending.json").exists()
    assert (state / "calls.sqlite").exists()


def test_what_cannot_be_done_leaves_the_box_as_it_was_and_is_asked_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings, state = box(tmp_path)
    ask_restore(state, Content('[device]\ncountry = "XX"\n'))
    settle(settings, state)
    assert "Before" in settings.read_text()
    assert "could not be done" in caplog.text
    (state / "pending.json").write_text("{")
    settle(settings, state)
    assert "Before" in settings.read_text()


@given(st.text() | st.dictionaries(st.text(), st.text() | st.integers() | st.dictionaries(st.text(), st.text())).map(json.dumps))
def test_a_file_of_something_else_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(BackupWrong, match="backup"):
        read(text, "")


def test_a_backup_reads_back_what_was_put_in() -> None:
    content = Content("[device]\n", {"a": [1]}, {"mine.toml": PRESET})
    assert read(as_text(content, {"name": "x"}, ""), "") == content


def test_the_log_keeps_no_secret_and_the_bundle_no_number() -> None:
    line = 'Authorization: Digest username="a", response="f00"\nINVITE with inline:c2VjcmV0 and nonce="abc", hunter22 for +77271234567'
    told = without(line, ["hunter22"])
    assert not any(word in told for word in ("f00", "c2VjcmV0", "abc", "hunter22"))
    assert without_numbers("called +77271234567") == "called ...67"
