"""The page of the line: the telephone rung from it, the dial learned on it, each step told while the handset is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.web.pages.conftest import PATIENCE_MS, Box

if TYPE_CHECKING:
    from collections.abc import Iterator

DIAL = {"pulse": True, "pps": 16, "break_ratio": 0.5}
RANG_OUT_MS = 20_000


@pytest.fixture
def page(owned: Box, signed_in: Page) -> Iterator[Page]:
    signed_in.goto(f"{owned.url}/line")
    expect(signed_in.locator("#page")).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE_MS)
    yield signed_in
    owned.device.ask("line.ring_test_stop")
    owned.device.ask("line.learn_dial_stop")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_the_telephone_is_rung_and_picked_up(owned: Box, page: Page) -> None:
    press(page, "Ring the telephone")
    owned.device.wait_ringing()
    expect(page.get_by_role("status").get_by_text("It rings. Lift the handset.")).to_be_visible()
    owned.device.lift()
    expect(page.get_by_role("status").get_by_text("Picked up: it works.")).to_be_visible()
    assert owned.device.hear(1.0).name == "dial"
    press(page, "Ring the telephone")
    expect(page.locator("#said")).to_contain_text("The handset is off the hook: put it back first.")


def test_a_ring_is_stopped_or_nobody_comes(owned: Box, page: Page) -> None:
    press(page, "Ring the telephone")
    owned.device.wait_ringing()
    press(page, "Stop ringing")
    expect(page.get_by_role("status").get_by_text("It rings no more.")).to_be_visible()
    press(page, "Ring the telephone")
    expect(page.get_by_role("status").get_by_text("Nobody picked up.")).to_be_visible(timeout=RANG_OUT_MS)
    expect(page.get_by_role("button", name="Stop ringing")).to_be_hidden()


def test_a_dial_is_measured_kept_and_forgotten(owned: Box, page: Page) -> None:
    press(page, "Measure my dial")
    expect(page.get_by_text("Lift the handset.", exact=True)).to_be_visible()
    owned.device.lift()
    expect(page.get_by_text("Dial 1, and let")).to_be_visible()
    owned.device.dial("123", **DIAL)
    expect(page.locator(".digits [aria-current]")).to_have_text("4")
    owned.device.dial("4567890", **DIAL)
    expect(page.get_by_text("The dial is measured.")).to_be_visible()
    expect(page.locator("[data-line] dd").first).to_have_text("16")
    press(page, "Keep it")
    expect(page.locator("#said")).to_contain_text("The dial is kept")
    assert owned.device.ask("services")["dials"]["1"]["dialing"] == "standard"
    page.reload()
    expect(page.get_by_text("This dial is kept:")).to_be_visible()
    press(page, "Forget it")
    expect(page.get_by_text("No dial was learned yet.")).to_be_visible()
    assert owned.device.ask("services")["dials"] == {}


def test_a_lesson_that_fails_says_why_and_can_be_repeated_or_cancelled(owned: Box, page: Page) -> None:
    press(page, "Measure my dial")
    expect(page.get_by_text("Lift the handset.", exact=True)).to_be_visible()
    owned.device.lift()
    expect(page.get_by_text("Dial 1, and let")).to_be_visible()
    owned.device.dial("1")
    expect(page.get_by_text("Tones came instead of pulses")).to_be_visible()
    owned.device.replace()
    owned.device.wait_line("idle")
    press(page, "Try again")
    expect(page.get_by_text("Lift the handset.", exact=True)).to_be_visible()
    press(page, "Cancel")
    expect(page.get_by_role("button", name="Measure my dial")).to_be_visible()
