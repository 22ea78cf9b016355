"""Every decision about the uplinks carries its reason in words: the same ones in the log, in the status and on the page, as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.adapter import KEEPLINE, Adapter
from tests.lab.decisions import Decision, wait_decision
from tests.lab.laboratory import ETHERNET, WIFI, Laboratory
from tests.lab.stage import uplink_tables
from tests.web.client import Client
from tests.web.page_process import PageProcess
from tests.web.pages.conftest import PATIENCE_MS, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

DECIDED_S = 30.0


def test_the_log_the_status_and_the_page_give_the_same_reason(tmp_path: Path, tab: Page) -> None:
    plans = (ETHERNET, WIFI)
    with (
        Laboratory(tmp_path / "lab", plans) as lab,
        Adapter(tmp_path / "device", uplink_tables(plans), program=[*lab.device.enter, KEEPLINE]) as device,
        PageProcess(tmp_path / "page", device.state) as page,
    ):
        wait_decision(device.process, 0, DECIDED_S)
        Client.of(page).set_up(device.state)
        sign_in(tab, page)
        tab.goto(f"{page.url}/connections")
        now = tab.get_by_role("region", name="Now")

        def told(cause: Callable[[], object]) -> Decision:
            lines = len(device.process.lines)
            cause()
            decision = wait_decision(device.process, lines, DECIDED_S)
            status = device.ask("status")["uplink"]
            assert (status["active"], status["reason"]) == (decision.uplink, decision.reason)
            words = f"In use: {decision.uplink}. {decision.reason}" if decision.uplink else decision.reason
            expect(now).to_contain_text(words, timeout=PATIENCE_MS)
            return decision

        assert told(lab["eth0"].unplug).reason == "eth0: the link is down; wlan0 works"
        assert told(lab["wlan0"].silence).reason.startswith("no uplink works; wlan0: nobody answers, not even the router")
        assert told(lab["wlan0"].heal).reason == "wlan0 works; eth0: the link is down"
