"""The month of a metered uplink on the page: what it carried, its limit, and the warning, counted by a real device from real packets."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.adapter import KEEPLINE, Adapter
from tests.lab.addresses import WEB
from tests.lab.laboratory import CELLULAR, ETHERNET, Laboratory
from tests.lab.stage import uplink_tables
from tests.web.client import Client
from tests.web.page_process import PageProcess
from tests.web.pages.conftest import PATIENCE_MS, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

PLANS = (ETHERNET, replace(CELLULAR, month_limit_mb=1))
LIMIT_BYTES = 1_000_000
PACKET_BYTES = 1400
HEADER_BYTES = 42  # of Ethernet, IPv4 and UDP
COUNTED_S = 20.0
"""The interfaces are looked at every 10 s."""
DISCARD = 9


class House:
    """A device with a cable and a mobile network of 1 MB a month, and its page outside."""

    def __init__(self, folder: Path, lab: Laboratory) -> None:
        self._folder, self._lab = folder, lab
        self.device = self._start()

    def _start(self) -> Adapter:
        program = [*self._lab.device.enter, KEEPLINE]
        device = Adapter(self._folder / "device", uplink_tables(PLANS), program=program)
        device.wait(lambda status: status["uplink"]["active"] == "eth0", "use of eth0", COUNTED_S)
        return device

    def start_again(self) -> None:
        self.device.stop()
        self.device = self._start()

    @property
    def month_bytes(self) -> int:
        row = next(each for each in self.device.ask("status")["uplinks"] if each["name"] == "wwan0")
        return int(row["month_bytes"])

    def carry(self, bytes_: int) -> None:
        """As another program in the box would, by the mobile network; return once the device has counted it."""
        before = self.month_bytes
        with self._lab.device.inside():
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sender:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"wwan0")
            for _ in range(bytes_ // (PACKET_BYTES + HEADER_BYTES) + 1):
                sender.sendto(bytes(PACKET_BYTES), (WEB, DISCARD))
        self.device.process.wait_until(lambda: self.month_bytes >= before + bytes_, "did not count the month", COUNTED_S)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Laboratory(tmp_path / "lab", PLANS) as lab:
        house = House(tmp_path, lab)
        yield house
        house.device.stop()


def shown(page: Page, url: str) -> Locator:
    """What the page tells of the mobile network."""
    page.goto(f"{url}/connections")
    expect(page.locator("#page")).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE_MS)
    return page.get_by_role("region", name="Now").get_by_role("listitem").filter(has_text="wwan0")


def percent(row: Locator) -> int:
    found = re.search(r"(\d+) %", row.locator(".meter").inner_text())
    assert found
    return int(found[1])


def test_a_metered_uplink_shows_its_month_its_limit_and_warns(house: House, tmp_path: Path, tab: Page) -> None:
    with PageProcess(tmp_path / "page", house.device.state) as page:
        Client.of(page).set_up(house.device.state)
        sign_in(tab, page)
        row = shown(tab, page.url)
        expect(row.locator(".meter")).to_contain_text("Of this month's budget: ", timeout=PATIENCE_MS)
        expect(row).not_to_contain_text("this month and")
        assert percent(row) < 80
        assert row.locator(".told-bad").count() == 0

        house.carry(850_000 - house.month_bytes)
        warned = row.locator(".told-bad")
        expect(warned).to_contain_text(re.compile(r"wwan0 has used 8\d % of its 1 MB this month$"), timeout=PATIENCE_MS)
        assert 85 <= percent(row) < 90
        expect(row).to_contain_text(re.compile(r"This month\s*8\d\d(\.\d)? kB / 1 MB"))

        house.carry(LIMIT_BYTES - house.month_bytes)
        reached = "wwan0 has reached its limit of 1 MB this month and is used only where nothing else works"
        expect(warned).to_contain_text(reached, timeout=PATIENCE_MS)
        expect(row.locator(".told-calm")).to_contain_text("and its month is used up")
        assert percent(row) == 100

        counted = house.month_bytes
        house.start_again()
        assert house.month_bytes >= counted
        expect(shown(tab, page.url).locator(".told-bad")).to_contain_text(reached, timeout=PATIENCE_MS)
