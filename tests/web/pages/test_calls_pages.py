"""The call log, its callers and the evidence of one call, after real calls."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.peers.baresip import Baresip
from tests.web.pages.conftest import FAR_HZ, PATIENCE_MS, Box, call, hang_up

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


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


def test_a_caller_is_blocked_and_let_in_again(owned: Box, signed_in: Page, tmp_path: Path) -> None:
    kept = owned.device.settings.read_bytes()
    with Baresip(tmp_path, "601", "601pw", server=owned.provider.kamailio.server, source=FAR_HZ, register=False) as stranger:
        stranger.dial("alice")
        owned.device.wait_ringing()
        stranger.hangup()
        owned.device.wait_quiet()
        signed_in.goto(f"{owned.url}/calls")
        signed_in.locator("tbody summary").first.click()
        signed_in.get_by_role("button", name="Block this number").click()
        expect(signed_in.get_by_role("dialog")).to_contain_text("Block 601?")
        assert owned.device.ask("services")["blocked"] == [], "nothing before it was agreed to"
        signed_in.get_by_role("dialog").get_by_role("button", name="Block", exact=True).click()
        expect(signed_in.locator("#said")).to_contain_text("601 is blocked.")
        assert owned.device.ask("services")["blocked"] == ["601"]
        stranger.dial("alice")
        stranger.wait_for("CALL_CLOSED", parameter="603")
        expect(signed_in.locator("tbody tr").first).to_contain_text(
            "rejected: the caller is on the block list", timeout=PATIENCE_MS
        )
    assert owned.device.settings.read_bytes() == kept, "it is a service, and no setting"
    signed_in.goto(f"{owned.url}/people")
    signed_in.get_by_role("button", name="Let in again: 601").click()
    expect(signed_in.get_by_text("Nobody is blocked.")).to_be_visible()
    signed_in.get_by_label("Block a number").fill("+7 (727) 123-45-67")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("button", name="Let in again: +77271234567")).to_be_visible()
    signed_in.get_by_label("Block a number").fill("Anna")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("#said")).to_contain_text("That is no number")
    signed_in.get_by_role("button", name="Let in again").click()
    expect(signed_in.get_by_text("Nobody is blocked.")).to_be_visible()
    assert owned.device.ask("services")["blocked"] == []


def test_all_calls_are_erased_when_that_is_agreed_to(called: Box, signed_in: Page) -> None:
    call_id = called.device.calls()[0]["id"]
    signed_in.goto(f"{called.url}/calls")
    signed_in.get_by_role("button", name="Erase all calls ...").click()
    expect(signed_in.get_by_role("dialog")).to_contain_text("It cannot be undone.")
    signed_in.get_by_role("button", name="Go back").click()
    assert called.device.calls()
    signed_in.get_by_role("button", name="Erase all calls ...").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Erase", exact=True).click()
    expect(signed_in.get_by_text("No calls yet.")).to_be_visible()
    expect(signed_in.locator("#said")).to_contain_text("The calls are erased.")
    assert called.device.calls() == []
    signed_in.goto(f"{called.url}/calls/{call_id}")
    expect(signed_in.get_by_text("This call is not in the log.")).to_be_visible()
    expect(signed_in.get_by_text("The evidence of this call is not kept")).to_be_visible()


EVENTS = {
    "en": ("Waiting for the far end.", "The call is answered.", "In a call", "The call is over.", "The handset is on the hook."),
    "ru": ("На звонок ответили.", "Звонок завершён."),  # noqa: RUF001
    "kk": ("Қоңырауға жауап берілді.", "Қоңырау аяқталды."),
    "bn": ("কলের উত্তর দেওয়া হলো।", "কল শেষ।"),
}


def test_the_evidence_is_told_in_words_on_one_clock(called: Box, signed_in: Page) -> None:
    call_id = called.device.calls()[0]["id"]
    kept = called.device.state / "evidence" / f"{call_id}.json.gz"
    called.device.process.wait_until(kept.exists, "the evidence was never kept")
    asked: list[str] = []
    signed_in.on("request", lambda request: asked.append(request.url))
    for language, sentences in EVENTS.items():
        signed_in.goto(f"{called.url}/language/{language}?then=/calls/{call_id}")
        events = signed_in.locator(".events li")
        for sentence in sentences:
            expect(events.filter(has_text=sentence).first).to_be_visible(timeout=PATIENCE_MS)
        assert not re.search(r"CallEstablished|call-\d|\bstate\b", signed_in.locator(".events").inner_text())
    signed_in.goto(f"{called.url}/language/en?then=/calls/{call_id}")
    expect(signed_in.locator(".marks")).to_contain_text("The call is answered.")
    moments = signed_in.locator(".ladder time, .events time").evaluate_all("all => all.map(each => each.dateTime)")
    began, over = min(moments), max(moments)
    row = called.device.calls()[0]
    assert abs(seconds(began) - seconds(row["started_at"])) < 1
    assert abs(seconds(over) - seconds(row["started_at"]) - row["ring_s"] - row["talk_s"]) < 3, "SIP, line and log by one clock"
    assert not [url for url in asked if "limit=" in url], "one call is asked for, not the log"


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
