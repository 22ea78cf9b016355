"""Which uplinks a box is offered that has none set up yet, by folders such as the kernel shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.uplinks.proposal import proposal
from hal.sim.cellular import SimModem, World
from hal.sim.cellular_port import SimModemPlug
from hal.usb_modem import UsbTree
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from pathlib import Path

CELLULAR = {"interface": "wwan0", "kind": "cellular", "priority": 30, "metered": True}


def interface(net: Path, name: str, *shown: str, uevent: str = "") -> None:
    for each in shown:
        (net / name / each).mkdir(parents=True)
    (net / name).mkdir(parents=True, exist_ok=True)
    (net / name / "uevent").write_text(uevent)


def test_cable_first_then_air_then_the_modem_and_nothing_that_is_no_device(tmp_path: Path) -> None:
    net = tmp_path / "net"
    interface(net, "wlan0", "device", "phy80211", uevent="DEVTYPE=wlan\nINTERFACE=wlan0\n")
    interface(net, "end0", "device")
    interface(net, "wwp1s0", "device", uevent="DEVTYPE=wwan\n")
    for name in ("lo", "docker0", "tun0"):
        interface(net, name)
    assert proposal(net, UsbTree(tmp_path, tmp_path)) == [
        {"interface": "end0", "kind": "ethernet", "priority": 10},
        {"interface": "wlan0", "kind": "wifi", "priority": 20},
        CELLULAR | {"interface": "wwp1s0"},
    ]


def test_a_modem_s_own_network_card_is_no_cable(tmp_path: Path) -> None:
    net = tmp_path / "net"
    interface(net, "usb0", "device")
    scheduler = FakeScheduler()
    plug = SimModemPlug(scheduler, SimModem(scheduler, World()), tmp_path / "modem", "usb0")
    plug.plug()
    assert proposal(net, plug.tree) == [CELLULAR | {"interface": "usb0"}]
    plug.pull()


def test_a_box_with_nothing_may_still_get_a_modem(tmp_path: Path) -> None:
    assert proposal(tmp_path, UsbTree(tmp_path, tmp_path)) == [CELLULAR]
