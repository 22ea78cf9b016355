"""Saving keeps one whole settings file in place at every moment, on real file systems that are full or read-only."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.settings.errors import SettingsWrong
from firmware.settings.load import load
from firmware.settings.save import previous, save
from tests.private_mounts import private_mounts

ROOT = Path(__file__).parents[2]
OLD, NEW = '[device]\nname = "old"\n', '[device]\nname = "new"\n'


def test_the_new_file_is_private_and_the_old_one_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "k.toml"
    path.write_text(OLD)
    path.chmod(0o644)
    assert save(path, NEW).device.name == "new"
    assert (path.read_text(), previous(path).read_text()) == (NEW, OLD)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["k.toml", "k.toml.previous"]


def test_the_first_file_needs_no_previous_one(tmp_path: Path) -> None:
    save(tmp_path / "k.toml", NEW)
    assert [file.name for file in tmp_path.iterdir()] == ["k.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "k.toml"
    real.write_text(OLD)
    link = tmp_path / "k.toml"
    link.symlink_to(real)
    save(link, NEW)
    assert link.is_symlink()
    assert (real.read_text(), previous(real).read_text()) == (NEW, OLD)


def test_wrong_settings_are_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "k.toml"
    path.write_text(OLD)
    with pytest.raises(SettingsWrong, match="country"):
        save(path, '[device]\ncountry = "XX"\n')
    assert path.read_text() == OLD
    assert not previous(path).exists()


SAVE = """
import sys, pathlib
from firmware.settings.errors import SettingsUnsaved
from firmware.settings.save import save
try:
    save(pathlib.Path(sys.argv[1]), "#" * 200_000)
except SettingsUnsaved as error:
    print(error)
"""


def test_a_full_disk_is_a_sentence_and_the_old_file_stands(tmp_path: Path) -> None:
    """On a real file system of 64 KiB that only the child sees."""
    script = """
    mount -t tmpfs -o size=64k small "$PWD" && cd "$PWD" && printf %s "$OLD" > k.toml && "$PYTHON" -c "$SAVE" k.toml && cat k.toml && ls -A
    """
    given = {"OLD": OLD, "SAVE": SAVE, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [*private_mounts(), "sh", "-c", script],
        cwd=tmp_path, env=os.environ | given, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == f"k.toml was not saved, the old settings stay: No space left on device\n{OLD}k.toml\n"


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", SAVE, str(tmp_path / "no" / "k.toml")], capture_output=True, text=True, check=True
    )
    assert told.stdout == f"{tmp_path}/no/k.toml was not saved, the old settings stay: No such file or directory\n"


def test_every_file_that_ever_stands_in_place_is_whole(tmp_path: Path) -> None:
    """A reader that looks as often as it can while another process saves never sees half a file."""
    path = tmp_path / "k.toml"
    path.write_text(OLD)
    saver = "import sys, pathlib\nfrom firmware.settings.save import save\nfor n in range(60): save(pathlib.Path(sys.argv[1]), f'[device]\\nname = \"{n}\"\\n')"
    with subprocess.Popen([sys.executable, "-c", saver, str(path)]) as child:
        while child.poll() is None:
            load(path)
    assert child.returncode == 0
    assert load(path).device.name == "59"
