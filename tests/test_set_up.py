"""The set-up network: asked for by a fresh box without a way out, kept until it is set up, and asked for by a held button for a while."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.core.set_up_network import BY_BUTTON_MS, LOOK_EVERY_MS
from firmware.set_up import SetUpNetwork
from firmware.system.requests import SET_UP_NETWORK, Requests
from tests.hal.fake_scheduler import FakeScheduler

ROOT = Path(__file__).parent.parent


class Box:
    """What the device knows of itself, and what it asked for."""

    def __init__(self, folder: Path, *, is_set_up: bool = False, way_out: bool = False) -> None:
        self.clock = FakeScheduler()
        self.is_set_up, self.way_out = is_set_up, way_out
        self.request = folder / SET_UP_NETWORK
        self.folder = folder
        self.network = self.start()

    def start(self) -> SetUpNetwork:
        return SetUpNetwork(self.clock, Requests(self.folder), lambda: self.is_set_up, lambda: self.way_out)

    def wanted_after(self, ms: float) -> bool:
        self.clock.run(ms)
        return self.request.exists()


def test_a_fresh_box_without_a_way_out_asks_for_it_until_it_is_set_up(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert not box.wanted_after(LOOK_EVERY_MS - 1)  # a cable may still get its address
    assert box.wanted_after(1)
    box.way_out = True  # the Wi-Fi that was joined on the page
    assert box.wanted_after(10 * LOOK_EVERY_MS)
    box.is_set_up = True
    assert not box.wanted_after(LOOK_EVERY_MS)
    box.way_out = False
    assert not box.wanted_after(100 * LOOK_EVERY_MS)


def test_a_fresh_box_on_a_cable_needs_none(tmp_path: Path) -> None:
    box = Box(tmp_path, way_out=True)
    assert not box.wanted_after(10 * LOOK_EVERY_MS)


def test_a_network_that_failed_is_asked_for_again(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert box.wanted_after(LOOK_EVERY_MS)
    box.request.unlink()  # as the unit does when it ends
    assert box.wanted_after(LOOK_EVERY_MS)


def test_a_box_without_a_radio_is_not_asked_all_the_time(tmp_path: Path) -> None:
    box, asked = Box(tmp_path), list[int]()
    for look in range(1, 200):
        if box.wanted_after(LOOK_EVERY_MS):
            asked.append(look)
            box.request.unlink()
    waits = [later - before for before, later in itertools.pairwise(asked)]
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert set(waits[6:]) == {40}


def test_the_button_opens_it_for_a_while(tmp_path: Path) -> None:
    box = Box(tmp_path, is_set_up=True, way_out=True)
    assert not box.wanted_after(10 * LOOK_EVERY_MS)
    box.network.open()
    assert box.wanted_after(BY_BUTTON_MS - LOOK_EVERY_MS)
    assert not box.wanted_after(2 * LOOK_EVERY_MS)


def test_a_device_that_starts_anew_in_the_set_up_keeps_it(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert box.wanted_after(LOOK_EVERY_MS)
    box.network.close()
    box.way_out = True
    again = box.start()
    assert again.is_open
    assert box.wanted_after(10 * LOOK_EVERY_MS)


@pytest.mark.parametrize("is_set_up", [False, True])
def test_without_a_service_manager_nothing_is_asked_for(*, is_set_up: bool) -> None:
    clock = FakeScheduler()
    network = SetUpNetwork(clock, Requests(None), lambda: is_set_up, lambda: False)
    network.open()
    clock.run(BY_BUTTON_MS * 2)
    assert network.is_open is not is_set_up


def test_the_routes_tell_whether_there_is_a_way_out() -> None:
    """In a network of its own, which has none until one is made."""
    look = f"'{sys.executable}' -c 'from firmware.network.way_out import has_way_out; print(has_way_out())'"
    script = f"ip link set lo up; {look}; ip route add default dev lo; {look}"
    said = subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.split() == ["False", "True"]
