"""The laboratory does what it says: each uplink leads out by its own router, and each fault is there, is only that fault, and heals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab.asking import resolves, stun, web_status
from tests.lab.laboratory import Laboratory
from tests.lab.uplink import UplinkPlan

if TYPE_CHECKING:
    from pathlib import Path

ALL = ("eth0", "wlan0", "wwan0")


def carrier(lab: Laboratory, interface: str) -> bool:
    return "NO-CARRIER" not in lab.device.ip("link", "show", interface)


@pytest.mark.parametrize("interface", ALL)
def test_each_uplink_is_seen_outside_by_its_own_address(usual_lab: Laboratory, interface: str) -> None:
    seen = stun(usual_lab, interface)
    assert seen is not None
    assert seen.address == usual_lab[interface].outside
    assert seen.rtt_ms >= 2 * usual_lab[interface].plan.one_way_ms
    assert web_status(usual_lab, interface) == 204
    assert resolves(usual_lab, interface)


def test_a_pulled_cable_is_seen_by_the_device_alone_on_that_interface(usual_lab: Laboratory) -> None:
    uplink = usual_lab["eth0"]
    uplink.unplug()
    assert not carrier(usual_lab, "eth0")
    assert carrier(usual_lab, "wlan0")
    assert stun(usual_lab, "wlan0")
    uplink.plug()
    assert carrier(usual_lab, "eth0")
    assert stun(usual_lab, "eth0")


def test_a_silent_death_leaves_the_link(usual_lab: Laboratory) -> None:
    uplink = usual_lab["eth0"]
    uplink.silence()
    assert carrier(usual_lab, "eth0")
    assert stun(usual_lab, "eth0") is None
    assert not resolves(usual_lab, "eth0")
    assert stun(usual_lab, "wlan0")
    uplink.heal()
    assert stun(usual_lab, "eth0")


def test_without_internet_the_router_still_answers(usual_lab: Laboratory) -> None:
    uplink = usual_lab["eth0"]
    uplink.cut_internet()
    assert stun(usual_lab, "eth0") is None
    assert resolves(usual_lab, "eth0")
    uplink.heal()
    assert web_status(usual_lab, "eth0") == 204


def test_without_names_everything_else_works(usual_lab: Laboratory) -> None:
    uplink = usual_lab["wlan0"]
    uplink.deafen_dns()
    assert not resolves(usual_lab, "wlan0")
    assert stun(usual_lab, "wlan0")
    uplink.heal()
    assert resolves(usual_lab, "wlan0")


def test_a_portal_answers_in_place_of_the_internet(usual_lab: Laboratory) -> None:
    uplink = usual_lab["wlan0"]
    uplink.hold_portal()
    assert web_status(usual_lab, "wlan0") == 302
    assert stun(usual_lab, "wlan0") is None
    assert resolves(usual_lab, "wlan0")
    uplink.heal()
    assert web_status(usual_lab, "wlan0") == 204


def test_some_packets_are_lost_and_some_are_not(usual_lab: Laboratory) -> None:
    uplink = usual_lab["eth0"]
    uplink.delay(0)
    uplink.lose(50)
    answers = [stun(usual_lab, "eth0") for _ in range(16)]
    uplink.heal()
    uplink.delay(uplink.plan.one_way_ms)
    assert 0 < sum(each is not None for each in answers) < len(answers)


def test_the_way_can_be_made_longer(usual_lab: Laboratory) -> None:
    usual_lab["eth0"].delay(150)
    seen = stun(usual_lab, "eth0")
    usual_lab["eth0"].delay(30)
    assert seen is not None
    assert seen.rtt_ms >= 300


def test_the_house_gives_another_address_and_then_another_gateway(usual_lab: Laboratory) -> None:
    uplink = usual_lab["wlan0"]
    before = uplink.address
    uplink.renumber()
    assert uplink.address not in {before, ""}
    assert stun(usual_lab, "wlan0")
    uplink.move_gateway(254)
    assert f"default via 192.168.{uplink.network}.254" in usual_lab.device.ip("route")
    assert stun(usual_lab, "wlan0")


def test_an_uplink_of_ipv6_only_and_two_of_the_same_subnet(tmp_path: Path) -> None:
    plans = (
        UplinkPlan("eth0", network=7),
        UplinkPlan("eth1", network=7, priority=2, metric=101),
        UplinkPlan("eth2", ipv4=False, ipv6=True),
    )
    with Laboratory(tmp_path, plans) as lab:
        seen = [stun(lab, each) for each in ("eth0", "eth1")]
        assert [each and each.address for each in seen] == [lab["eth0"].outside, lab["eth1"].outside]
        assert lab["eth0"].address.rpartition(".")[0] == lab["eth1"].address.rpartition(".")[0]
        lab.wait_ipv6("eth2")
        assert not lab["eth2"].address
        assert stun(lab, "eth2", ipv6=True)
