"""The first set-up from the label to a real call, in each language, without knowing a word of it; and taken up again where it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from firmware.web.catalogue import LANGUAGES
from tests.peers.sound import tone_level_dbm0
from tests.web.client import PASSWORD
from tests.web.pages.conftest import FAR_HZ, PATIENCE_MS, Box, Provider, box

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

GO_ON = "#page button.main"


@pytest.fixture
def fresh(tmp_path: Path, provider: Provider) -> Iterator[Box]:
    with box(tmp_path, provider) as never_set_up:
        yield never_set_up


def step(page: Page, number: int) -> None:
    expect(page.locator(f".steps li:nth-child({number})")).to_have_attribute("aria-current", "step", timeout=PATIENCE_MS)


def give_code(fresh: Box, page: Page) -> None:
    page.locator("input.code").fill((fresh.device.state / "setup-code").read_text().strip())
    page.keyboard.press("Enter")
    page.locator('input[type="password"]').nth(1).wait_for()


def choose_password(page: Page) -> None:
    for place in range(2):
        page.locator('#page input[type="password"]').nth(place).fill(PASSWORD)
    page.keyboard.press("Enter")
    step(page, 3)


def give_number(fresh: Box, page: Page, password: str = "alicepw") -> None:  # noqa: S107 - of this test's own registrar
    given = {"server": fresh.provider.kamailio.server, "user": "alice", "password": password}
    for key, value in given.items():
        page.locator(f'[data-key="{key}"] input').first.fill(value)
    page.locator(GO_ON).click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_box_is_set_up_and_calls(fresh: Box, tab: Page, language: str) -> None:
    tab.goto(fresh.url)
    tab.wait_for_url(f"{fresh.url}/setup")
    tab.locator(f'#page a[lang="{language}"]').click()
    expect(tab.locator("html")).to_have_attribute("lang", language)
    tab.locator("#page select").select_option("KZ")
    tab.locator(GO_ON).click()
    give_code(fresh, tab)
    choose_password(tab)
    tab.locator(GO_ON).click()
    step(tab, 4)
    give_number(fresh, tab)
    step(tab, 5)
    fresh.device.wait_registered()
    device = fresh.device.ask("settings.show")["values"]["device"]
    assert (device["country"], device["language"]) == ("KZ", language)
    call_from_the_page(fresh, tab)
    tab.locator(GO_ON).click()
    step(tab, 6)
    ring_from_the_page(fresh, tab)
    tab.locator(GO_ON).click()
    step(tab, 7)
    tab.locator(GO_ON).click()
    tab.wait_for_url(f"{fresh.url}/")
    expect(tab.locator("#health .told-good")).to_be_visible()


def call_from_the_page(fresh: Box, page: Page) -> None:
    page.locator(".phone .hook").click()
    fresh.device.wait_line("dial tone")
    page.locator(".phone .hook").press("6")
    page.keyboard.type("00#")
    fresh.device.wait_line("in call")
    assert tone_level_dbm0(fresh.device.samples(1), FAR_HZ) > -25
    page.locator(".phone .hook").click()
    fresh.device.wait_line("idle")
    expect(page.locator("#page [role=status] .told-good").last).to_be_visible()


def ring_from_the_page(fresh: Box, page: Page) -> None:
    page.locator("#page button.ring").click()
    fresh.device.wait_ringing()
    expect(page.locator('.phone[data-ringing="true"]')).to_be_visible()
    expect(page.locator("#page [role=status] .told-busy")).to_be_visible()
    page.locator(".phone .hook").click()
    fresh.device.wait_line("dial tone")
    expect(page.locator("#page [role=status] .told-good")).to_be_visible()
    page.locator(".phone .hook").click()
    fresh.device.wait_line("idle")


def test_a_set_up_that_was_left_goes_on_where_it_was(fresh: Box, tab: Page) -> None:
    tab.goto(f"{fresh.url}/setup")
    tab.locator(GO_ON).click()
    give_code(fresh, tab)
    choose_password(tab)
    tab.context.clear_cookies(name="keepline")
    tab.goto(fresh.url)
    tab.locator('#page input[type="password"]').fill(PASSWORD)
    tab.keyboard.press("Enter")
    step(tab, 3)
    tab.reload()
    step(tab, 3)


def test_what_is_wrong_is_said_and_nothing_is_kept(fresh: Box, tab: Page) -> None:
    tab.context.clear_cookies()  # the language that another test chose
    tab.goto(f"{fresh.url}/setup")
    tab.locator(GO_ON).click()
    tab.locator("input.code").fill("0000-0000")
    tab.keyboard.press("Enter")
    expect(tab.locator("#said")).to_contain_text("That is not the code on the label.")
    give_code(fresh, tab)
    for place, word in enumerate(("korrekt horse", "other horse")):
        tab.locator('#page input[type="password"]').nth(place).fill(word)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("The two are not the same.")
    choose_password(tab)
    tab.locator(GO_ON).click()
    give_number(fresh, tab, password="wrong")  # noqa: S106
    expect(tab.locator("#page [role=status] .told-bad")).to_contain_text("It does not work: ", timeout=PATIENCE_MS * 2)
    assert fresh.device.ask("settings.show")["values"]["account"] == []
