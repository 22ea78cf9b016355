"""The controller in a world in memory: what the agent, the routes and the page are told, and when."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from firmware.orders import OrderRefused, read_orders
from firmware.sip.news import Quality
from tests.uplinks.world import MODEM, WIFI, WIRE, Box

if TYPE_CHECKING:
    from pathlib import Path


def row(box: Box, name: str) -> dict[str, object]:
    return next(each for each in box.controller.status() if each["name"] == name)


def test_it_starts_on_the_wire_keeps_the_next_two_warm_and_the_modem_attached(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    assert box.line.bearers == ["", "eth0"]
    assert ("connect",) in box.line.told
    _, active, standby = [told for told in box.line.told if told[0] == "use"][-1]
    assert (active.name, active.address4, active.nameservers) == ("eth0", "192.0.2.10", ("192.0.2.1",))  # type: ignore[attr-defined]
    assert [(each.name, each.metered) for each in standby] == [("wlan0", False), ("wwan0", True)]  # type: ignore[attr-defined]
    assert box.controller.bearer_kind == "ethernet"


def test_a_cut_moves_the_route_of_the_voice_before_the_agent_and_at_once(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    box.line.told.clear()
    box.network.cut("eth0")
    kinds = [told[0] for told in box.line.told]
    assert box.line.told[0] == ("voice", "wlan0", 10_000, 10_999)
    assert kinds[1] == "use"
    assert box.line.bearers == ["wlan0"]
    assert box.controller.bearer_kind == "wifi"


def test_it_returns_after_thirty_seconds_of_calm_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    box = Box(tmp_path).start()
    box.network.cut("eth0")
    box.run(5000)
    box.network.plug("eth0")
    box.run(29_000)
    assert "30 s of calm" in str(row(box, "eth0")["reason"])
    assert box.controller.bearer_kind == "wifi"
    box.run(2000)
    assert box.controller.active()["active"] == "eth0"
    assert "calls go by eth0 now: eth0 comes before wlan0 and has been calm for 30 s" in caplog.text
    assert box.controller.active()["reason"] == "eth0 comes before wlan0 and has been calm for 30 s"


def test_silent_death_in_three_seconds(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    box.network.dead.add("eth0")
    box.run(2999)
    assert box.controller.active()["active"] == "wlan0"
    assert row(box, "eth0")["state"] == "down"


def test_missing_voice_with_silent_probes_in_a_quarter_of_a_second(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    box.controller.call_started("c1")
    assert ("watch", True) in box.line.told
    box.run(5000)
    box.network.dead.add("eth0")
    box.run(150)
    box.controller.voice_stalled("c1", 140)
    box.run(80)
    assert box.controller.bearer_kind == "wifi"
    box.controller.call_ended("c1")
    assert ("watch", False) in box.line.told


def test_missing_voice_with_answering_probes_moves_nothing_while_another_call_is_heard(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    for handle in ("c1", "c2"):
        box.controller.call_started(handle)
    for second in range(12):
        box.line.quality_of["c2"] = Quality(rx_packets=50 * second, jitter_ms=2, rtt_ms=20)
        box.run(1000)
        if second == 3:
            box.controller.voice_stalled("c1", 140)
    assert box.controller.active()["active"] == "eth0"
    assert row(box, "eth0")["r_factor"] >= 91


def test_a_bad_call_moves_onwards(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    box.controller.call_started("c1")
    for second in range(12):
        box.line.quality_of["c1"] = Quality(rx_packets=40 * second, rx_lost=10 * second, jitter_ms=10, rtt_ms=80)
        box.run(1000)
    assert box.controller.active()["active"] == "wlan0"
    assert "20 % loss" in str(box.controller.active()["reason"])


def test_all_dead_is_said_at_once_and_the_agent_waits(tmp_path: Path) -> None:
    box = Box(tmp_path, WIRE, WIFI).start()
    box.network.cut("wlan0")
    box.network.cut("eth0")
    assert box.controller.bearer_kind == "none"
    assert box.controller.active()["works"] is False
    assert "the link is down" in str(box.controller.active()["reason"])
    box.run(20_000)
    assert box.line.bearers[-1] == ""
    box.network.plug("wlan0")
    box.run(1500)
    assert box.line.bearers[-1] == "wlan0"


@pytest.mark.parametrize("later", [False, True])
def test_a_portal_is_not_the_internet(tmp_path: Path, later: bool) -> None:  # noqa: FBT001
    box = Box(tmp_path, WIFI, MODEM)
    if later:
        box.start()
        assert box.controller.bearer_kind == "wifi"
    else:
        box.controller.start()
        box.network.plug("wlan0", "wwan0")
    box.network.portals.add("wlan0")
    box.run(10_000)
    assert row(box, "wlan0")["state"] == "portal"
    assert "login page" in str(row(box, "wlan0")["reason"])
    assert box.controller.bearer_kind == "cellular"
    box.network.portals.clear()
    box.run(70_000)
    assert box.controller.bearer_kind == "wifi"


def test_a_modem_that_carries_nothing_is_told_so(tmp_path: Path) -> None:
    box = Box(tmp_path, MODEM).start()
    box.network.dead.add("wwan0")
    box.run(60_000)
    assert any(told[0] == "lost" for told in box.line.told)
    box.network.dead.clear()
    box.run(20_000)
    known = sum(told[0] == "lost" for told in box.line.told)
    box.run(60_000)
    assert sum(told[0] == "lost" for told in box.line.told) == known


def test_a_new_address_is_claimed_and_told(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    box.controller.call_started("c1")
    box.line.told.clear()
    box.network.change("eth0", address4="192.0.2.99")
    assert box.line.told[0] == ("claim", "eth0", "192.0.2.99")
    used = [told[1].address4 for told in box.line.told if told[0] == "use"]  # type: ignore[attr-defined]
    assert used == ["192.0.2.99"]


def test_without_the_right_to_route_it_watches_on_and_says_so(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.line.refuses = True
    box.start()
    box.network.cut("eth0")
    assert box.line.bearers[-1] == "wlan0"
    assert box.controller.active()["trouble"] == "routes cannot be changed without CAP_NET_ADMIN"


def test_interfaces_nobody_named_are_none_of_its_business(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    known = len(box.line.told)
    box.network.on_link(replace(box.network.states["eth0"], name="docker0"))
    box.run(1000)
    assert len(box.line.told) == known


def test_the_pin_is_an_order_and_outlives_a_restart(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    order = read_orders(box.controller.orders())["uplinks.pin"]
    asyncio.run(order.handler("wwan0"))  # type: ignore[arg-type]
    assert box.controller.bearer_kind == "cellular"
    box.controller.close()
    again = Box(tmp_path).start()
    assert again.controller.active()["pin"] == "wwan0"
    assert again.controller.bearer_kind == "cellular"
    asyncio.run(again.controller.pin(""))
    again.run(2000)
    assert again.controller.bearer_kind == "ethernet"


def test_a_pin_on_nothing_is_refused_in_words(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    with pytest.raises(OrderRefused, match=r'no uplink "eth7"; it is one of eth0, wlan0, wwan0, or "" for the best'):
        asyncio.run(box.controller.pin("eth7"))


def test_the_status_has_every_key_the_page_shows(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    first = box.controller.status()[0]
    assert first["name"] == "eth0"
    assert {"name", "kind", "state", "address", "gateway", "rtt_ms", "loss_percent", "jitter_ms", "r_factor"} <= set(first)
    assert {"reason", "metered", "month_bytes", "signal_dbm"} <= set(first)
    assert [each["state"] for each in box.controller.status()] == ["active", "standby", "standby"]
    assert first["rtt_ms"] == 20


def test_the_far_probe_rounds_are_as_often_as_ordered(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    box.network.asked.clear()
    box.run(60_000)
    rounds = {name: sum(asked[1:] == (name, "internet-1") for asked in box.network.asked) for name in box.network.states}
    assert 60 <= rounds["eth0"] <= 76  # each second, or a little sooner
    assert 6 <= rounds["wlan0"] <= 8
    assert rounds["wwan0"] <= 1


def test_after_close_everything_is_let_go_and_nothing_runs(tmp_path: Path) -> None:
    box = Box(tmp_path).start()
    box.controller.close()
    assert box.line.told[-2:] == [("disconnect",), ("release",)]
    told, asked = len(box.line.told), len(box.network.asked)
    box.network.cut("eth0")
    box.run(60_000)
    assert (len(box.line.told), len(box.network.asked)) == (told, asked)
