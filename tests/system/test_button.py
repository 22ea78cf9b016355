"""The button of a running device on the simulated board: what holding it brings about, as its owner finds it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from firmware.system.requests import SET_UP_NETWORK
from tests.adapter import Adapter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """
[device]
name = "Hall"
country = "KZ"

[web]
password_hash = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA"

[[account]]
id = "home"
server = "127.0.0.1:9"
user = "1001"
password = "not to be kept"
"""


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Adapter]:
    run = tmp_path / "run"
    run.mkdir()
    with Adapter(tmp_path / "device", SETTINGS, environment={"RUNTIME_DIRECTORY": str(run)}) as running:
        yield running


def test_held_three_seconds_it_asks_for_the_set_up_network_and_letting_go_keeps_the_settings(
    device: Adapter, tmp_path: Path
) -> None:
    device.ask("phone.press_button", seconds=0.3)
    assert not (tmp_path / "run" / SET_UP_NETWORK).exists()
    device.process.wait_until(
        lambda: set(device.ask("status")["panel"].values()) == {"fast"}, "all lamps fast: the box shows itself"
    )
    device.ask("phone.press_button", seconds=4.5)
    assert (tmp_path / "run" / SET_UP_NETWORK).exists()
    assert device.ask("status")["name"] == "Hall"
    assert not (device.state / "pending.json").exists()


def test_held_ten_seconds_it_forgets_its_owner_and_starts_anew(device: Adapter) -> None:
    said = len(device.process.lines)
    with suppress(DeviceAbsent):  # it may be gone before it has answered
        device.ask("phone.press_button", seconds=10.1)
    device.process.wait_for_line("^ready$", after=said)
    for file in (device.settings, *device.folder.glob("keepline.toml*")):
        assert "not to be kept" not in file.read_text()
    assert (device.state / "setup-code").exists()


def test_a_press_needs_a_length(device: Adapter) -> None:
    with pytest.raises(OrderRefused, match="seconds must be above 0"):
        device.ask("phone.press_button", seconds=0)
