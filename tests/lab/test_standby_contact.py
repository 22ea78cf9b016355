"""The registrar knows the contact of the uplink that waits beside the one in use, so that a call rings at the moment of a move; and one that keeps a
single contact is left alone.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.lab.decisions import wait_decision
from tests.lab.laboratory import ETHERNET, USUAL, WIFI
from tests.lab.stage import Stage
from tests.lab.test_call_survives import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

INSTANCE, REG_ID = re.compile(r'\+sip\.instance="<([^>]+)>"'), re.compile(r";reg-id=(\d+)")
RING_S = 1.0
CALM_S = 4.0
"""Longer than anything the device does about its contacts by itself."""


def call(stage: Stage) -> None:
    stage.far.order(f"call sip:alice@{stage.exchange.server}")


def invitations(stage: Stage, after: int = 0) -> set[str]:
    """Where the provider sent INVITEs for the device to."""
    places = {uplink.outside: name for name, uplink in stage.lab.uplinks.items()}
    sent = (each for each in stage.exchange.provider.sip_trace[after:] if each.message.method == "INVITE")
    return {places[each.target[0]] for each in sent if each.target[0] in places}


def flows_of(stage: Stage) -> list[tuple[str, str]]:
    """Instance and number of each flow that the device has registered."""
    asked = [each.message for each in stage.exchange.provider.sip_trace if each.message.method == "REGISTER"]
    contacts = [each.headers.get("Contact") for each in asked if each.is_request and "alice" in each.headers.get("To")]
    numbers = {(INSTANCE.search(each), REG_ID.search(each)) for each in contacts}
    return sorted({(instance[1], number[1]) for instance, number in numbers if instance and number})


@pytest.mark.parametrize("fault", ["cable", "silence"])
@pytest.mark.parametrize("transport", ["udp", "tls"])
def test_a_call_placed_at_the_very_decision_rings_within_a_second(tmp_path: Path, transport: str, fault: str) -> None:
    """Before the new registration is there."""
    with Stage(tmp_path, (ETHERNET, WIFI), transport=transport) as stage:
        stage.wait_contacts("eth0", "wlan0")
        lines = len(stage.device.process.lines)
        FAULTS[fault](stage.lab["eth0"])
        decision = wait_decision(stage.device.process, lines)
        call(stage)
        stage.device.wait_ringing(5.0)
        assert time.monotonic() - decision.at_s < RING_S
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.talk()
        assert stage.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_over_connections_the_two_are_flows_of_one_device(tmp_path: Path, transport: str) -> None:
    """RFC 5626, with a registrar that knows it: one instance, two numbers; and a move leaves none behind that leads nowhere."""
    with Stage(tmp_path, (ETHERNET, WIFI), transport=transport, registrar={"outbound": True}) as stage:
        stage.wait_contacts("eth0", "wlan0")
        flows = flows_of(stage)
        assert [number for _, number in flows] == ["1", "2"]
        assert len({instance for instance, _ in flows}) == 1
        stage.exchange.provider.wait_for_message(lambda each: "outbound" in each.message.headers.get("Require"))
        decided = len(stage.device.process.lines)
        stage.lab["eth0"].unplug()
        wait_decision(stage.device.process, decided)
        call(stage)
        stage.device.wait_ringing(5.0)
        stage.wait_contacts("wlan0", timeout_s=20.0)
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.talk()


def test_a_call_rings_though_the_uplink_in_use_is_dead_and_nobody_knows_it_yet(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contacts("eth0", "wlan0")
        stage.lab["eth0"].silence()
        call(stage)
        stage.device.wait_ringing(1.0)
        stage.wait_active("wlan0")
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.talk()
        assert stage.hang_up()["outcome"] == "answered"


def test_the_old_contact_goes_after_the_move_and_a_new_one_waits_when_there_is_another_uplink(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contacts("eth0", "wlan0")
        stage.lab["eth0"].unplug()
        stage.wait_contacts("wlan0")
        stage.lab["eth0"].plug()
        stage.wait_contacts("eth0", "wlan0", timeout_s=30)


def test_after_a_move_between_two_that_work_both_are_known_still(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contacts("eth0", "wlan0")
        for uplink in ("wlan0", "eth0"):
            stage.device.ask("uplinks.pin", uplink=uplink)
            stage.wait_active(uplink)
            time.sleep(CALM_S)
            stage.wait_contacts("eth0", "wlan0", timeout_s=1.0)
        call(stage)
        stage.device.wait_ringing()


def test_the_contact_of_an_uplink_that_waited_goes_with_it(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contacts("eth0", "wlan0")
        stage.lab["wlan0"].unplug()
        stage.wait_contacts("eth0")


def test_no_contact_is_left_when_the_device_stops(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contacts("eth0", "wlan0")
        stage.device.stop()
        assert stage.exchange.registered() == []


def test_a_metered_uplink_holds_no_contact(tmp_path: Path) -> None:
    """With 5 MB a month its router's hole cannot be kept open."""
    with Stage(tmp_path, (ETHERNET, USUAL[2])) as stage:
        stage.wait_status(lambda status: status["uplinks"][1]["state"] == "standby", "the waiting uplink")
        time.sleep(CALM_S)
        stage.wait_contacts("eth0")


def test_a_call_sent_to_both_contacts_rings_once(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contacts("eth0", "wlan0")
        call(stage)
        stage.device.wait_ringing()
        stage.exchange.provider.wait_for_message(lambda _: invitations(stage) == {"eth0", "wlan0"})
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.talk()
        assert len(stage.device.ask("status")["calls"]) == 1
        stage.hang_up()
        assert [row["outcome"] for row in stage.device.calls()] == ["answered"]


def test_a_caller_of_both_contacts_hears_what_the_telephone_answered(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contacts("eth0", "wlan0")
        stage.device.lift()
        stage.device.wait_line("dial tone")
        for number in (1, 2, 3):
            call(stage)
            stage.far.wait_for_line(f"^disconnected {number} 486$")
        assert [row["outcome"] for row in stage.device.calls()] == 3 * ["rejected"]


@pytest.mark.parametrize("registrar", [{"max_contacts": 1}, {"one_contact": True}], ids=["refuses", "replaces"])
def test_a_registrar_of_one_contact_keeps_that_of_the_uplink_in_use(tmp_path: Path, registrar: dict[str, object]) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), registrar=registrar) as stage:
        stage.device.process.wait_for_line("home: no calls by wlan0 for .* s: ")
        stage.wait_contacts("eth0")
        settled = len(stage.exchange.provider.sip_trace)
        time.sleep(CALM_S)
        stage.wait_contacts("eth0")
        asked = [each for each in stage.exchange.provider.sip_trace[settled + 8 :] if each.message.method == "REGISTER"]
        assert not asked, "the registrar is left alone"
        call(stage)
        stage.device.wait_ringing()
        assert stage.device.ask("status")["accounts"][0]["state"] == "registered"
