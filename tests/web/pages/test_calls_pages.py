"""The call log and the evidence of one call, after real calls, one of them by somebody with an evil name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.peers.baresip import Baresip
from tests.web.pages.conftest import FAR_HZ, PATIENCE_MS, Box

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def call(owned: Box, digits: str = "600#") -> None:
    owned.device.lift()
    owned.device.wait_line("dial tone")
    owned.device.dial(digits)
    owned.device.wait_line("in call")
    owned.device.hear(1)


def hang_up(owned: Box) -> None:
    owned.device.replace()
    owned.device.wait_quiet()


@pytest.fixture
def called(owned: Box) -> Box:
    call(owned)
    hang_up(owned)
    return owned


def test_a_call_is_found_filtered_and_taken_away(called: Box, signed_in: Page) -> None:
    signed_in.goto(f"{called.url}/calls")
    row = signed_in.locator("tbody tr").first
    expect(row).to_contain_text("600")
    expect(row).to_contain_text("answered")
    signed_in.get_by_role("searchbox").fill("600")
    expect(signed_in.locator("tbody tr")).not_to_have_count(0)
    signed_in.get_by_role("searchbox").fill("nobody at all")
    expect(signed_in.get_by_text("No call fits.")).to_be_visible()
    signed_in.reload()
    expect(signed_in.get_by_role("searchbox")).to_have_value("nobody at all")
    signed_in.get_by_role("searchbox").fill("")
    signed_in.get_by_label("Direction").select_option("out")
    expect(signed_in.locator("tbody tr")).not_to_have_count(0)
    with signed_in.expect_download() as taken:
        signed_in.get_by_role("link", name="As CSV").click()
    lines = taken.value.path().read_text().splitlines()
    assert lines[0].startswith("started_at,direction")
    assert all(",out," in line for line in lines[1:])


def test_a_call_shows_what_happened_on_the_wire(called: Box, signed_in: Page) -> None:
    signed_in.goto(f"{called.url}/calls")
    signed_in.locator("tbody th a").first.click()
    expect(signed_in.get_by_role("heading", level=1)).to_contain_text("Outgoing to 600")
    ladder = signed_in.locator(".ladder li")
    expect(ladder.first).to_contain_text("INVITE")
    expect(ladder.filter(has_text="200 OK").first).to_be_visible()
    expect(ladder.filter(has_text="BYE").first).to_be_visible()
    ladder.first.locator("summary").click()
    expect(ladder.first.locator("pre")).to_contain_text("INVITE sip:600@")
    assert "alicepw" not in signed_in.content()
    with signed_in.expect_download() as taken:
        signed_in.get_by_role("link", name="SIP for Wireshark (pcap)").click()
    assert taken.value.path().read_bytes()[:4] in {b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4"}
    with signed_in.expect_download() as everything:
        signed_in.get_by_role("button", name="Everything as JSON").click()
    assert '"sip"' in everything.value.path().read_text()


def test_a_call_under_way_tells_how_it_sounds(owned: Box, signed_in: Page) -> None:
    call(owned)
    expect(signed_in.locator("#calls")).to_contain_text("You hear", timeout=PATIENCE_MS)
    expect(signed_in.locator("#calls")).to_contain_text("Quality (MOS)", timeout=PATIENCE_MS)
    hang_up(owned)
    expect(signed_in.locator("#calls")).to_contain_text("No call at the moment.", timeout=PATIENCE_MS)
    expect(signed_in.locator("#log li").first).to_contain_text("answered")


def test_what_a_stranger_calls_himself_is_text_everywhere(owned: Box, signed_in: Page, tmp_path: Path) -> None:
    evil = "<b>x</b><img src=x>"
    server = owned.provider.kamailio.server
    with Baresip(tmp_path, "601", "601pw", server=server, source=FAR_HZ, display_name=evil, register=False) as stranger:
        stranger.dial("alice")
        expect(signed_in.locator(".phone .detail")).to_contain_text("<b>x</b>", timeout=PATIENCE_MS)
        stranger.hangup()
    owned.device.wait_quiet()
    for path in ("/", "/calls"):
        signed_in.goto(owned.url + path)
        expect(signed_in.locator("main")).to_contain_text("<b>x</b>", timeout=PATIENCE_MS)
        assert signed_in.locator("main img").count() == 0
    signed_in.locator("tbody th a").first.click()
    expect(signed_in.get_by_role("heading", level=1)).to_contain_text("<b>x</b>")
    assert signed_in.locator("main img").count() == 0
