"""The prepared declarations are those of the C text."""

import subprocess
import sys
from pathlib import Path

from firmware.sound import _spandsp
from firmware.sound.spandsp_declarations import prepare


def test_the_prepared_file_is_up_to_date(tmp_path: Path) -> None:
    prepare(tmp_path / "fresh.py")
    assert Path(_spandsp.__file__).read_text() == (tmp_path / "fresh.py").read_text(), "run the module spandsp_declarations"


def test_a_device_does_not_load_the_c_parser() -> None:
    loaded = "import sys, firmware.sound.spandsp; print('pycparser' in sys.modules, 'cffi' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["False", "False"]
