"""The wheels for the device: compiled for its processor and its Python, and stripped where we compiled them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.arm64.made import AARCH64, ROOT, compiled

if TYPE_CHECKING:
    from pathlib import Path

MAKING_S = 3600
pytestmark = pytest.mark.timeout(MAKING_S)


def locked() -> set[str]:
    """NAME==VERSION of everything the device carries."""
    return set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements-pi.lock").read_text(), re.MULTILINE))


def test_the_engine_is_for_the_device(engine: Path) -> None:
    assert engine.name.endswith("-cp313-cp313-linux_aarch64.whl")
    (module,) = compiled(engine)
    assert module.name == "_pjsua2.cpython-313-aarch64-linux-gnu.so"
    assert (module.bits, module.machine) == (64, AARCH64)
    assert module.stripped
    # A cross build leaves what it cannot find out without a word.
    assert {"libssl.so.3", "libsrtp2.so.1", "libopus.so.0", "libbcg729.so.0", "libasound.so.2"} <= set(module.needs)
    print(f"engine: {engine.stat().st_size / 1e6:.1f} MB wheel, {module.size / 1e6:.1f} MB shared object")  # noqa: T201


def test_the_pins_library_is_for_the_device(parts: Path) -> None:
    (wheel,) = parts.glob("lgpio-*.whl")
    assert wheel.name.endswith("-cp313-cp313-linux_aarch64.whl")
    (module,) = compiled(wheel)
    assert module.name == "_lgpio.cpython-313-aarch64-linux-gnu.so"
    assert (module.bits, module.machine, module.stripped) == (64, AARCH64, True)


def test_every_locked_part_is_there_and_fits(parts: Path) -> None:
    wheels = {path.name.partition("-")[0].replace("_", "-").lower(): path for path in parts.glob("*.whl")}
    assert locked() <= wheels.keys()
    for path in wheels.values():
        tag = path.stem.split("-")[-3:]
        assert tag[2] == "any" or "aarch64" in tag[2], path.name
        assert all(each.machine == AARCH64 for each in compiled(path)), path.name
        assert tag[0] in {"py3", "py2.py3", "cp313"} or tag[1] == "abi3", path.name
