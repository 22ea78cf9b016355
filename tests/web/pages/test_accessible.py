"""Every page for every eye and hand: axe finds nothing serious, nothing is cut off from 320 px on, in four languages, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from firmware.web.catalogue import LANGUAGES
from firmware.web.pages import MENU
from tests.web.client import PASSWORD
from tests.web.pages.axe import troubles
from tests.web.pages.conftest import PATIENCE_MS, Box

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUTSIDE = """[...document.querySelectorAll('main *, footer *')].filter(element => {
  const box = element.getBoundingClientRect();
  return box.width && getComputedStyle(element).clipPath === 'none' && (box.left < -2 || box.right > innerWidth + 2)
    && !element.closest('svg, pre, .unseen, .skip, template, .scroll');
}).map(element => element.outerHTML.slice(0, 100))"""


def opened(page: Page, owned: Box, path: str) -> None:
    page.goto(owned.url + path)
    if path == "/":
        page.locator(".phone").wait_for()
        expect(page.locator("#timeline")).not_to_contain_text("...", timeout=PATIENCE_MS)
        return
    expect(page.locator("#page")).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE_MS)
    page.evaluate("for (const each of document.querySelectorAll('details:not(.tool-menu)')) each.open = true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [kind.path for kind in MENU])
def test_axe_finds_nothing_serious(owned: Box, signed_in: Page, path: str, scheme: Any) -> None:  # noqa: ANN401 - Playwright's
    signed_in.emulate_media(color_scheme=scheme)
    opened(signed_in, owned, path)
    assert troubles(signed_in) == []


def test_axe_finds_nothing_serious_at_the_door(owned: Box, tab: Page) -> None:
    tab.context.clear_cookies()
    tab.goto(f"{owned.url}/login")
    assert troubles(tab) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_cut_off_in_any_language(owned: Box, signed_in: Page, language: str, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 800})
    signed_in.goto(f"{owned.url}/language/{language}")
    for kind in MENU:
        opened(signed_in, owned, kind.path)
        assert signed_in.locator("html").get_attribute("lang") == language
        assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind.path
        assert signed_in.evaluate(OUTSIDE) == [], kind.path
    signed_in.goto(f"{owned.url}/language/en")


def test_the_menu_works_by_keyboard_on_a_phone(signed_in: Page) -> None:
    signed_in.set_viewport_size({"width": 390, "height": 800})
    expect(signed_in.locator("#menu")).to_be_hidden()
    signed_in.get_by_role("button", name="Menu").focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("link", name="Voicemail")).to_be_visible()
    signed_in.get_by_role("link", name="Contacts").focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", name="Contacts", level=1)).to_be_visible()
    signed_in.get_by_role("button", name="Menu").focus()
    signed_in.keyboard.press("Enter")
    signed_in.keyboard.press("Escape")
    expect(signed_in.locator("#menu")).to_be_hidden()


def test_signing_in_and_out_by_keyboard(owned: Box, tab: Page) -> None:
    tab.context.clear_cookies()
    tab.goto(f"{owned.url}/calls")
    tab.wait_for_url(f"{owned.url}/login")
    expect(tab.get_by_label("Password")).to_be_focused()
    tab.keyboard.type("wrong")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("That is not the password.")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{owned.url}/")
    tab.get_by_role("button", name="Sign out").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{owned.url}/login")
    tab.goto(f"{owned.url}/system")
    tab.wait_for_url(f"{owned.url}/login")
