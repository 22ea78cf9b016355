"""Uplinks that half work, houses that do odd things, and rights that are missing: the device says what it sees, uses what works, and touches nothing else."""

from __future__ import annotations

import re
import subprocess
import time
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.adapter import KEEPLINE
from tests.bench.ear import Ear
from tests.lab.decisions import decisions, wait_decision
from tests.lab.laboratory import CELLULAR, ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.lab.uplink import UplinkPlan
from tests.peers.sound import level_dbm0, strongest_hz

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.uplink import Uplink

OWN_MARK, OWN_TABLE = "212", "7401"
"""What the device's routes and rules are known by, and the first of its tables."""
CALM_S = 30.0
POOR_S = 5.0
FLAPS_S = 20.0
MOST_MOVES_A_MINUTE = 3
IDLE_S = 15.0
APART_S = 30.0
SIGNAL_PAIRS, PIECE, LOUD_DBM0 = 90, 480, -30.0


def row(status: dict[str, Any], interface: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in status["uplinks"] if each["name"] == interface)
    return found


def phases(stage: Stage, interface: str, after: int = 0) -> list[str]:
    """What the log says the uplink was, one after the other, from line number `after` on."""
    found = (re.search(rf"uplink {interface}: (\w+) \(", line) for line in stage.device.process.lines[after:])
    return [match[1] for match in found if match]


def heard_at_lifting(stage: Stage) -> list[int]:
    """The signal before the dial tone and the tone itself: the pitches in their order, to 15 Hz, each lasting 80 ms at least."""
    with Ear(stage.device.state / "control.sock") as ear:
        stage.device.lift()
        ear.wait_sound()
        stage.device.process.wait_until(lambda: len(ear.pairs()) >= SIGNAL_PAIRS, "gave the receiver no sound", IDLE_S)
        samples = np.concatenate([each.samples for each in ear.pairs()])
    stage.device.replace()
    stage.device.wait_line("idle")  # sooner lifted again it would be a flash
    pieces = [samples[at : at + PIECE] for at in range(0, len(samples) - PIECE, PIECE // 3)]
    pitches = [round(strongest_hz(each) / 10) * 10 if level_dbm0(each) > LOUD_DBM0 else 0 for each in pieces]
    return [pitch for pitch, times in ((key, len(list(group))) for key, group in groupby(pitches)) if pitch and times > 2]


def test_the_best_is_used_and_the_others_wait(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        stage.wait_active("eth0")
        status = stage.wait_status(
            lambda each: all(row(each, name)["state"] == "standby" for name in ("wlan0", "wwan0")), "the standby", IDLE_S
        )
        for plan in stage.plans:
            known = row(status, plan.interface)
            assert known["kind"] == plan.kind
            assert known["address"] == stage.lab[plan.interface].address
            assert known["gateway"] == stage.lab[plan.interface].gateway
            assert known["metered"] == plan.metered
        status = stage.wait_status(lambda each: row(each, "eth0")["rtt_ms"], "a round trip", IDLE_S)
        assert row(status, "eth0")["rtt_ms"] >= 60
        told = subprocess.run(
            [KEEPLINE, "status", "--state", stage.device.state], capture_output=True, text=True, check=True
        ).stdout
        assert re.search(r"^eth0 +ethernet +active +\S", told, re.MULTILINE)
        assert re.search(r"^wlan0 +wifi +standby +\S", told, re.MULTILINE)
        assert re.search(r"^calls go by eth0: \S", told, re.MULTILINE)


def test_a_portal_is_not_the_internet(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        lines = len(stage.device.process.lines)
        stage.lab["eth0"].hold_portal()
        decision = wait_decision(stage.device.process, lines, IDLE_S)
        assert decision.uplink == "wlan0"
        assert "login page" in decision.reason
        stage.wait_status(lambda status: row(status, "eth0")["state"] == "portal", "the portal", 40)
        assert phases(stage, "eth0", lines) == ["portal"]


def test_a_portal_that_was_there_before_us_is_never_called_dead(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        stage.device.stop()
        stage.lab["eth0"].hold_portal()
        stage.restart_device()
        stage.wait_active("wlan0", IDLE_S)
        stage.wait_status(lambda status: row(status, "eth0")["state"] == "portal", "the portal", 40)
        assert "dead" not in phases(stage, "eth0")
        stage.call()
        stage.talk()


def test_names_that_nobody_answers_do_not_end_what_works(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        talk = stage.talk()
        for uplink in stage.lab.uplinks.values():
            deaf_s = uplink.deafen_dns()
        talk.wait_live(since_s=deaf_s + 5.0)
        stage.hang_up()
        stage.call()  # its server is known already


def test_ipv6_only(tmp_path: Path) -> None:
    plans = (UplinkPlan("eth0", ipv4=False, ipv6=True), UplinkPlan("wlan0", "wifi", 2, ipv4=False, ipv6=True))
    with Stage(tmp_path, plans, ipv6=True) as stage:
        stage.wait_active("eth0")
        stage.call()
        talk, lines = stage.talk(), len(stage.device.process.lines)
        stage.lab["eth0"].silence()
        decision = wait_decision(stage.device.process, lines)
        assert decision.uplink == "wlan0"
        talk.wait_live(since_s=decision.at_s)


def test_a_call_waits_where_the_only_other_uplink_does_not_lead_to_the_provider(tmp_path: Path) -> None:
    """The provider has an IPv4 address, the Wi-Fi IPv6 alone: the cable comes back after some seconds, and the call with it."""
    plans = (UplinkPlan("eth0"), UplinkPlan("wlan0", "wifi", 2, ipv4=False, ipv6=True))
    with Stage(tmp_path, plans) as stage:
        stage.wait_active("eth0")
        apart = "it works, but the provider has no address of its family"
        stage.wait_status(
            lambda status: row(status, "wlan0")["reason"] == apart, "did not see that the provider is out of reach", APART_S
        )
        stage.call()
        talk, lines = stage.talk(), len(stage.device.process.lines)
        stage.lab["eth0"].silence()
        stage.wait_status(lambda status: row(status, "eth0")["state"] == "down", "did not see the cable's death")
        stage.lab["eth0"].heal()
        healed_s = time.monotonic()
        talk.wait_live(since_s=healed_s)
        assert not decisions(stage.device.process, lines)


def test_the_same_subnet_on_both(tmp_path: Path) -> None:
    plans = (UplinkPlan("eth0", network=7), UplinkPlan("wlan0", "wifi", 2, network=7, metric=600))
    with Stage(tmp_path, plans) as stage:
        stage.call()
        talk, lines = stage.talk(), len(stage.device.process.lines)
        stage.lab["eth0"].silence()
        decision = wait_decision(stage.device.process, lines)
        assert decision.uplink == "wlan0"
        talk.wait_live(since_s=decision.at_s)


def test_another_program_rewrites_the_routes(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        device = stage.lab.device
        stage.call()
        talk = stage.talk()
        device.ip("route", "add", "198.18.0.0/15", "via", stage.lab["wlan0"].gateway, "metric", "77")
        for each in ("eth0", "wlan0"):
            device.ip("route", "flush", "default", "dev", each)
        device.ip("rule", "add", "to", "198.18.0.0/15", "lookup", "main", "priority", "99")
        done_s = time.monotonic()
        talk.wait_live(since_s=done_s + 1.0)
        for each, metric in (("wlan0", "5"), ("eth0", "6")):
            device.ip("route", "add", "default", "via", stage.lab[each].gateway, "dev", each, "metric", metric)
        talk.wait_live(since_s=time.monotonic() + 1.0)
        lines = len(stage.device.process.lines)
        device.ip("rule", "flush", "protocol", OWN_MARK)  # what is the device's own, too
        device.ip("route", "flush", "table", OWN_TABLE)
        stage.device.process.wait_for_line(r"of our routes and rules were taken away by another program", after=lines)
        talk.wait_live(since_s=time.monotonic() + 1.0)
        assert stage.active() == "eth0"
        assert "198.18.0.0/15 via" in device.ip("route")
        assert "198.18.0.0/15" in device.ip("rule")


@pytest.mark.parametrize("killed", [False, True])
def test_nothing_of_ours_stays_and_nothing_of_others_goes(tmp_path: Path, killed: bool) -> None:  # noqa: FBT001
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        words = [("rule",), ("-6", "rule"), ("route", "show", "table", "all"), ("-6", "route", "show", "table", "all")]
        during = [set(stage.lab.device.ip(*each).splitlines()) for each in words]
        stage.restart_device(kill=killed)
        stage.wait_active("eth0")
        stage.device.stop()
        after = [set(stage.lab.device.ip(*each).splitlines()) for each in words]
        assert after[0] == {"0:\tfrom all lookup local", "32766:\tfrom all lookup main", "32767:\tfrom all lookup default"}
        assert after[0] < during[0]
        assert not any("table" in route and "table local" not in route for route in after[2] | after[3])


def test_when_nothing_works_the_dial_tone_says_so_and_it_tries_on(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        for uplink in stage.lab.uplinks.values():
            uplink.silence()
        stage.wait_status(lambda status: not status["uplink"]["works"], "the end of everything", IDLE_S)
        assert heard_at_lifting(stage)[:2] == pytest.approx([660, 550], abs=15)
        stage.lab["wlan0"].heal()
        stage.wait_status(lambda status: status["uplink"]["works"], "one that works", 40)
        stage.device.wait_registered(timeout_s=30)
        stage.call()
        stage.talk()


def test_the_call_waits_while_nothing_works_and_goes_on(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        talk = stage.talk()
        for uplink in stage.lab.uplinks.values():
            uplink.silence()
        time.sleep(5)  # as long as a lift takes
        healed_s = stage.lab["wlan0"].heal()
        talk.wait_live(30.0, since_s=healed_s)


def test_without_the_right_to_change_routes_it_says_so_and_watches_on(tmp_path: Path) -> None:
    without = ("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", "--")
    with Stage(tmp_path, (ETHERNET, WIFI), enter=without) as stage:
        status = stage.wait_active("eth0")
        assert "CAP_NET_ADMIN" in status["uplink"]["trouble"] or any(
            "CAP_NET_ADMIN" in line for line in stage.device.process.lines
        )
        stage.call()
        stage.talk()
        stage.hang_up()
        stage.lab["eth0"].silence()
        stage.wait_active("wlan0", IDLE_S)
        assert not any("Traceback" in line for line in stage.device.process.lines)


def flap(stage: Stage, period_s: float, lasting_s: float) -> None:
    """Pull and plug the wire again and again: no minute sees more moves than are allowed, and a call works afterwards."""
    stage.wait_active("eth0")
    lines, began_s = len(stage.device.process.lines), time.monotonic()
    while time.monotonic() - began_s < lasting_s:
        stage.lab["eth0"].unplug()
        time.sleep(period_s / 2)
        stage.lab["eth0"].router.ip("link", "set", "lan", "up")
        time.sleep(period_s / 2)
    stage.lab["eth0"].plug()
    stage.call()
    stage.talk()
    moves = [each.at_s for each in decisions(stage.device.process, lines)]
    assert max(sum(0 <= other - each < 60 for other in moves) for each in (*moves, 0)) <= MOST_MOVES_A_MINUTE


@pytest.mark.parametrize("period_s", [0.2])
def test_flapping_settles(tmp_path: Path, period_s: float) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        flap(stage, period_s, FLAPS_S)


def test_back_to_the_wire_after_calm(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        stage.lab["eth0"].silence()
        stage.wait_active("wlan0")
        lines = len(stage.device.process.lines)
        healed_s = stage.lab["eth0"].heal()
        back = wait_decision(stage.device.process, lines, 90.0)
        assert back.uplink == "eth0"
        assert back.at_s - healed_s >= CALM_S


def test_a_poor_line_is_left_after_five_seconds_and_trusted_again_after_thirty(tmp_path: Path) -> None:
    """R falls below 65 as a queue fills up: 590 ms there and back. Nothing is lost, and nothing is dead."""
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        talk, lines, eth0 = stage.talk(), len(stage.device.process.lines), stage.lab["eth0"]
        fair_s = fill(eth0, 30, 250)
        fill(eth0, 250, 330)
        decision = wait_decision(stage.device.process, lines, 60.0)
        assert decision.uplink == "wlan0"
        assert re.match(r"eth0 is poor: R \d\d, below 65 for 5 s: .* ms round trip; wlan0 is good$", decision.reason)
        assert decision.at_s - fair_s > POOR_S
        talk.wait_live(since_s=decision.at_s)
        assert row(stage.device.ask("status"), "eth0")["state"] == "poor"
        stage.end_talk()
        stage.hang_up()
        lines, healed_s = len(stage.device.process.lines), time.monotonic()
        eth0.delay(eth0.plan.one_way_ms)
        back = wait_decision(stage.device.process, lines, 90.0)
        assert (back.uplink, back.at_s - healed_s > CALM_S) == ("eth0", True)


def fill(uplink: Uplink, from_ms: int, to_ms: int) -> float:
    """Make its way longer bit by bit, in each direction; returns when it was as long as that."""
    for one_way_ms in range(from_ms, to_ms, 10):
        uplink.delay(one_way_ms)
        time.sleep(0.5)  # a queue fills by the clock
    return time.monotonic()


def test_cellular_is_the_last_and_says_that_it_is_metered(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI, CELLULAR)) as stage:
        stage.wait_active("eth0")
        stage.lab["eth0"].unplug()
        stage.wait_active("wlan0")
        stage.device.wait(lambda status: status["panel"]["uplink"] == "lit", "the lamp of an uplink that costs nothing", 20)
        stage.lab["wlan0"].unplug()
        status = stage.wait_active("wwan0")
        assert row(status, "wwan0")["metered"]
        stage.device.wait_registered(timeout_s=20)
        stage.device.wait(lambda status: status["panel"]["uplink"] == "twice", "the lamp of the mobile network", 20)
        assert heard_at_lifting(stage)[:1] == pytest.approx([880], abs=15)
        stage.call()
        stage.talk()
