"""No page is heavy, and none asks anybody but the box: every answer of a cold load weighed as it came over the wire, in every language."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from firmware.web.catalogue import LANGUAGES
from firmware.web.pages import MENU
from tests.web.pages.conftest import PATIENCE_MS, Box, box

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.web.pages.conftest import Provider

MOST_BYTES = 150_000
LEAST_BYTES = 5_000  # less would mean that the weighing missed something


@dataclass
class Scales:
    """What came over the wire, headers included, by address; `asked` are all addresses asked for. Streams count as far as they came."""

    asked: set[str] = field(default_factory=set)
    bytes: dict[str, int] = field(default_factory=dict)
    _address: dict[str, str] = field(default_factory=dict)

    def note_request(self, event: dict[str, Any]) -> None:
        self._address[event["requestId"]] = event["request"]["url"]
        if not event["request"]["url"].startswith("data:"):
            self.asked.add(event["request"]["url"])

    def note_piece(self, event: dict[str, Any]) -> None:
        """Of an answer that has not ended."""
        self._add(event["requestId"], event["encodedDataLength"])

    def note_end(self, event: dict[str, Any]) -> None:
        """The whole of it; pieces counted before are a part of this. What the page before had asked for is not weighed."""
        if event["requestId"] in self._address:
            self.bytes[self._address[event["requestId"]]] = int(event["encodedDataLength"])

    def _add(self, request: str, more: int) -> None:
        address = self._address.get(request)
        if address:
            self.bytes[address] = self.bytes.get(address, 0) + more

    @property
    def total(self) -> int:
        return sum(self.bytes.values())


@contextmanager
def weighed(tab: Page) -> Iterator[Scales]:
    """Everything that the tab loads meanwhile, with nothing cached."""
    scales = Scales()
    protocol = tab.context.new_cdp_session(tab)
    protocol.on("Network.requestWillBeSent", scales.note_request)
    protocol.on("Network.dataReceived", scales.note_piece)
    protocol.on("Network.loadingFinished", scales.note_end)
    protocol.send("Network.enable")
    protocol.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield scales
    protocol.detach()


def load(tab: Page, url: str) -> None:
    tab.goto(url, wait_until="load")
    expect(tab.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)


def check(scales: Scales, url: str, page: str) -> None:
    heaviest = sorted(((size, address) for address, size in scales.bytes.items()), reverse=True)[:5]
    assert LEAST_BYTES < scales.total < MOST_BYTES, f"{page}: {scales.total} bytes; {heaviest}"
    foreign = {address for address in scales.asked if not address.startswith(f"{url}/")}
    assert not foreign, page


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_weighs_much_and_none_leaves_the_box(owned: Box, signed_in: Page, language: str) -> None:
    signed_in.goto(f"{owned.url}/language/{language}")
    for kind in MENU:
        signed_in.goto("about:blank")
        with weighed(signed_in) as scales:
            load(signed_in, owned.url + kind.path)
            if kind.path == "/":
                expect(signed_in.locator("#timeline")).not_to_contain_text("...", timeout=PATIENCE_MS)
                signed_in.locator(".phone").wait_for()
        check(scales, owned.url, kind.path)
        assert any(address.endswith(f"/static/{kind.name}.js") for address in scales.bytes), scales.bytes
    signed_in.goto(f"{owned.url}/language/en")


def test_one_call_with_its_evidence_weighs_little(owned: Box, signed_in: Page) -> None:
    owned.device.lift()
    owned.device.wait_line("dial tone")
    owned.device.dial("600#")
    owned.device.wait_line("in call")
    owned.device.samples(1)
    owned.device.replace()
    owned.device.wait_line("idle")
    call = owned.device.calls()[0]["id"]
    with weighed(signed_in) as scales:
        load(signed_in, f"{owned.url}/calls/{call}")
        signed_in.locator(".ladder li").first.wait_for()
    check(scales, owned.url, "one call")


def test_the_door_and_the_set_up_weigh_little(owned: Box, provider: Provider, tab: Page, tmp_path: Path) -> None:
    tab.context.clear_cookies()
    with weighed(tab) as scales:
        load(tab, f"{owned.url}/login")
    check(scales, owned.url, "/login")
    with box(tmp_path, provider) as fresh, weighed(tab) as scales:
        load(tab, f"{fresh.url}/setup")
    check(scales, fresh.url, "/setup")
    tab.goto("about:blank")
