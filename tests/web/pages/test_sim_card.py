"""The SIM card in the first set-up: a PIN that is none is said; with a good one the box starts anew and tells how its modem is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.adapter import KEEPLINE, Adapter
from tests.web.page_process import PageProcess
from tests.web.pages.conftest import PATIENCE_MS, Box, Provider
from tests.web.pages.test_first_run import GO_ON, choose_password, give_code, step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

NO_MODEM = "No modem is on the USB"


@pytest.fixture
def secluded(tmp_path: Path, provider: Provider) -> Iterator[Box]:
    """A box that was never set up, in a network of its own: whatever it does to routes, it does there."""
    with (
        Adapter(tmp_path / "device", "", program=("unshare", "--net", KEEPLINE)) as device,
        PageProcess(tmp_path / "page", device.state) as page,
    ):
        yield Box(provider, device, page)


def test_a_sim_card_is_put_to_use(secluded: Box, tab: Page) -> None:
    tab.context.clear_cookies()
    tab.goto(f"{secluded.url}/setup")
    tab.locator(GO_ON).click()
    give_code(secluded, tab)
    choose_password(tab)
    card = tab.locator("details", has_text="There is a SIM card in the box")
    card.locator("summary").click()
    card.get_by_label("PIN of the card").fill("12")
    card.get_by_role("button", name="Use the SIM card").click()
    expect(tab.locator("#said")).to_contain_text("pin")
    assert secluded.device.ask("settings.show")["values"]["uplink"] == []
    card.get_by_label("PIN of the card").fill("1234")
    card.get_by_label("Access point (APN)").fill("internet")
    card.get_by_role("button", name="Use the SIM card").click()
    expect(card.locator(".told-busy")).to_contain_text("The box starts anew")
    expect(card.locator(".told-bad")).to_contain_text(NO_MODEM, timeout=PATIENCE_MS * 2)
    tab.locator(GO_ON).click()
    step(tab, 4)
    written = secluded.device.settings.read_text()
    assert 'pin = "1234"' in written
    assert 'apn = "internet"' in written
    uplinks = written.split("[[uplink]]")[1:]
    assert 'kind = "cellular"' in uplinks[-1]
    assert "metered = true" in uplinks[-1]
    assert written.count('kind = "cellular"') == 1
