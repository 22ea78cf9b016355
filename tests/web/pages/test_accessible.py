"""Every page for every eye and hand: axe finds nothing serious, keys alone suffice, nothing is cut off from 320 px on, in four languages, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from firmware.web.catalogue import LANGUAGES
from firmware.web.pages import MENU
from tests.web.client import PASSWORD
from tests.web.pages.axe import troubles
from tests.web.pages.conftest import PATIENCE_MS, Box, Provider, box
from tests.web.pages.test_first_run import GO_ON, choose_password, give_code, give_number, step

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
SIZES = ((1280, 800), (390, 844))

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


def troubles_at_both_sizes(page: Page) -> list[str]:
    """As it stands, in light and dark, on a laptop and a phone."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            found += [f"{scheme}, {width} px: {trouble}" for trouble in troubles(page)]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (scheme, width)
    return found


@pytest.mark.parametrize("path", [kind.path for kind in MENU])
def test_axe_finds_nothing_serious(owned: Box, signed_in: Page, path: str) -> None:
    opened(signed_in, owned, path)
    assert troubles_at_both_sizes(signed_in) == []


def test_axe_finds_nothing_serious_at_the_door(owned: Box, tab: Page) -> None:
    tab.context.clear_cookies()
    tab.goto(f"{owned.url}/login")
    assert troubles_at_both_sizes(tab) == []


def test_axe_finds_nothing_serious_in_the_evidence_of_a_call(called: Box, signed_in: Page) -> None:
    opened(signed_in, called, f"/calls/{called.device.calls()[0]['id']}")
    expect(signed_in.locator(".ladder li")).not_to_have_count(0)
    expect(signed_in.locator(".curve")).not_to_have_count(0)
    assert troubles_at_both_sizes(signed_in) == []


def test_axe_finds_nothing_serious_in_any_step_of_the_set_up(tmp_path: Path, provider: Provider, tab: Page) -> None:
    with box(tmp_path, provider) as fresh:
        tab.context.clear_cookies()
        tab.goto(f"{fresh.url}/setup")
        expect(tab.locator("#page select")).to_be_visible()
        assert troubles_at_both_sizes(tab) == [], "language and country"
        tab.locator(GO_ON).click()
        expect(tab.locator("input.code")).to_be_visible()
        assert troubles_at_both_sizes(tab) == [], "code"
        give_code(fresh, tab)
        assert troubles_at_both_sizes(tab) == [], "password"
        choose_password(tab)
        assert troubles_at_both_sizes(tab) == [], "uplink"
        tab.locator(GO_ON).click()
        step(tab, 4)
        assert troubles_at_both_sizes(tab) == [], "number"
        give_number(fresh, tab)
        step(tab, 5)
        tab.locator(".phone").wait_for()
        assert troubles_at_both_sizes(tab) == [], "test call"
        tab.locator(GO_ON).click()
        step(tab, 6)
        tab.locator("button.ring").wait_for()
        assert troubles_at_both_sizes(tab) == [], "ring"
        tab.locator(GO_ON).click()
        step(tab, 7)
        assert troubles_at_both_sizes(tab) == [], "done"


def test_axe_finds_nothing_serious_in_a_question(called: Box, signed_in: Page) -> None:
    opened(signed_in, called, "/calls")
    signed_in.get_by_role("button", name="Erase all calls ...").click()
    expect(signed_in.get_by_role("dialog")).to_be_visible()
    assert troubles_at_both_sizes(signed_in) == []


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
    expect(tab.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)  # the button is the script's
    tab.get_by_role("button", name="Sign out").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{owned.url}/login")
    tab.goto(f"{owned.url}/system")
    tab.wait_for_url(f"{owned.url}/login")


def test_a_setting_is_changed_by_keyboard(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/system")
    tab_to(signed_in, "document.activeElement.closest('[data-key=name]')")
    signed_in.keyboard.press("Control+A")
    signed_in.keyboard.type("Hallway")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("dialog")).to_contain_text("Box: Name Keepline → Hallway")
    expect(signed_in.get_by_role("button", name="Go back")).to_be_focused()
    signed_in.keyboard.press("Escape")
    expect(signed_in.get_by_role("dialog")).to_have_count(0)
    expect(signed_in.get_by_label("Name", exact=True)).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("button", name="Go back")).to_be_focused()
    signed_in.keyboard.press("Tab")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("#said")).to_contain_text("Saved.", timeout=PATIENCE_MS)
    assert owned.device.ask("status")["name"] == "Hallway"


def test_a_call_is_found_and_its_evidence_read_by_keyboard(called: Box, signed_in: Page) -> None:
    opened(signed_in, called, "/calls")
    tab_to(signed_in, "document.activeElement.matches('#search')")
    signed_in.keyboard.type("600")
    tab_to(signed_in, "document.activeElement.matches('tbody summary')")
    signed_in.keyboard.press("Enter")
    signed_in.keyboard.press("Tab")
    expect(signed_in.get_by_role("link", name="Add to contacts").first).to_be_focused()
    signed_in.keyboard.press("Escape")
    expect(signed_in.get_by_role("link", name="Add to contacts").first).to_be_hidden()
    expect(signed_in.locator("tbody summary").first).to_be_focused()
    signed_in.keyboard.press("Shift+Tab")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", level=1)).to_contain_text("600")
    tab_to(signed_in, "document.activeElement.matches('.ladder summary')")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator(".ladder pre").first).to_contain_text("INVITE")


def tab_to(page: Page, holds: str) -> None:
    """Tab until it holds; every stop on the way is seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.activeElement.matches(':focus-visible')")
        if page.evaluate(f"Boolean({holds})"):
            return
    pytest.fail(f"no Tab leads to {holds}")


@pytest.mark.parametrize("path", ["/", "/calls", "/voicemail", "/connections"])
def test_nothing_moves_for_people_who_want_no_motion(owned: Box, signed_in: Page, path: str) -> None:
    signed_in.emulate_media(reduced_motion="reduce")
    owned.device.ask("panel.identify")
    opened(signed_in, owned, path)
    assert signed_in.evaluate("document.getAnimations().filter(each => each.playState === 'running').length") == 0
    moving = (
        "[...document.querySelectorAll('*')].filter(each => parseFloat(getComputedStyle(each).transitionDuration) > 0).length"
    )
    assert signed_in.evaluate(moving) == 0
