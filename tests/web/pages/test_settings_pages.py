"""Settings as they are changed by hand: previewed, saved, refused with the sentence of `keepline check`, and never lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.pages.conftest import EVIL, PATIENCE_MS, Box

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEEPLINE = Path(sys.executable).with_name("keepline")


def opened(page: Page, owned: Box, path: str) -> None:
    page.goto(owned.url + path)
    expect(page.locator("#page")).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE_MS)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save ...").click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#said")).to_contain_text("Saved.", timeout=PATIENCE_MS)


def test_a_change_is_shown_before_it_is_saved(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/system")
    signed_in.get_by_label("Name", exact=True).fill("Hallway")
    signed_in.get_by_role("button", name="Save ...").click()
    expect(signed_in.get_by_role("dialog")).to_contain_text("Box: Name Keepline → Hallway")
    expect(signed_in.get_by_role("dialog")).to_contain_text("All of it holds at once; calls go on.")
    signed_in.get_by_role("button", name="Go back").click()
    assert owned.device.ask("status")["name"] == "Keepline"
    save(signed_in)
    assert owned.device.ask("status")["name"] == "Hallway"
    assert 'name = "Hallway"' in owned.device.settings.read_text()


def test_what_needs_a_restart_says_so(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/system")
    signed_in.locator('[data-key="accept_unknown"] input').check()
    signed_in.get_by_role("button", name="Save ...").click()
    expect(signed_in.get_by_role("dialog")).to_contain_text("after a restart")


@pytest.mark.parametrize(
    ("path", "key", "wrong", "settings"),
    [
        ("/line", "flash_max_ms", "99999", "[[line]]\nflash_max_ms = 99999\n"),
        ("/line", "gain_rx_db", "loud", '[[line]]\ngain_rx_db = "loud"\n'),
        ("/people", "night", "22-7", '[screening]\nnight = "22-7"\n'),
    ],
)
def test_a_mistake_is_told_as_the_check_tells_it(  # noqa: PLR0913, PLR0917 (what is wrong, and where)
    owned: Box, signed_in: Page, tmp_path: Path, path: str, key: str, wrong: str, settings: str
) -> None:
    opened(signed_in, owned, path)
    signed_in.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    signed_in.locator(f'[data-key="{key}"] input').fill(wrong)
    signed_in.get_by_role("button", name="Save ...").click()
    shown = signed_in.locator(f'[data-key="{key}"] .mistake')
    expect(shown).to_be_visible()
    expect(signed_in.locator(f'[data-key="{key}"] input')).to_be_focused()
    file = tmp_path / "settings"
    file.write_text(settings)
    said = subprocess.run([KEEPLINE, "check", file], capture_output=True, text=True, check=False)
    assert shown.inner_text().removeprefix("! ") in said.stdout + said.stderr


def test_people_are_added_changed_put_in_order_and_removed(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, f"/people?add=87771234567&name={EVIL}")
    expect(signed_in.locator(".items > li").last.locator('[data-key="numbers"] textarea')).to_have_value("87771234567")
    assert signed_in.locator("main img").count() == 0
    signed_in.locator(".items > li").last.get_by_role("button", name="Move up").click()
    save(signed_in)
    book = owned.device.ask("settings.show")["values"]["contact"]
    assert [each["name"] for each in book] == [EVIL, "Айгүл"]
    signed_in.locator(".items > li summary").first.click()
    signed_in.locator(".items > li").first.get_by_role("button", name="Remove").click()
    save(signed_in)
    assert [each["name"] for each in owned.device.ask("settings.show")["values"]["contact"]] == ["Айгүл"]


def test_a_password_is_kept_unseen_and_tried(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/numbers")
    signed_in.locator(".items summary").first.click()
    password = signed_in.locator('[data-key="password"] input[type="password"]')
    expect(password).to_have_value("")
    assert "alicepw" not in signed_in.content()
    signed_in.get_by_role("button", name="Try it now").click()
    expect(signed_in.locator(".trial")).to_contain_text("It works", timeout=PATIENCE_MS * 2)
    password.fill("wrong")
    signed_in.get_by_role("button", name="Try it now").click()
    expect(signed_in.locator(".trial")).to_contain_text("It does not work: ", timeout=PATIENCE_MS * 2)
    password.fill("")
    signed_in.locator('[data-key="display_name"] input').fill("Алия")
    save(signed_in)
    assert 'password = "alicepw"' in owned.device.settings.read_text()


def test_a_save_over_somebody_else_s_is_refused(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/system")
    signed_in.get_by_label("Name", exact=True).fill("Mine")
    owned.device.settings.write_text(owned.device.settings.read_text() + "\n[sip]\nrtp_first = 12000\nrtp_last = 12999\n")
    signed_in.get_by_role("button", name="Save ...").click()
    expect(signed_in.locator(".save-bar")).to_contain_text("omebody else saved the settings meanwhile")
    expect(signed_in.get_by_label("Name", exact=True)).to_have_value("Mine")


def test_services_hold_at_once(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/features")
    signed_in.get_by_label("Do not disturb").check()
    expect(signed_in.locator("#said")).to_contain_text("Do not disturb is on.")
    assert owned.device.ask("services")["lines"]["1"]["do_not_disturb"] is True
    signed_in.get_by_label("When busy", exact=True).fill("600")
    signed_in.get_by_role("button", name="Set: When busy").click()
    expect(signed_in.locator("#said")).to_contain_text("Calls go on to 600.")
    assert owned.device.ask("services")["lines"]["1"]["forwards"] == {"busy": "600"}
    signed_in.get_by_label("Do not disturb").uncheck()
    signed_in.get_by_label("When busy", exact=True).fill("")
    signed_in.get_by_role("button", name="Set: When busy").click()
    expect(signed_in.locator("#said")).to_contain_text("Calls are forwarded no longer.")


def test_a_number_is_explained_before_it_is_called(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/rules")
    signed_in.get_by_label("A number as you would dial it").fill("600")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_text("This call would be made.")).to_be_visible()
    expect(signed_in.locator(".facts").first).to_contain_text("home")


def test_a_backup_comes_back(owned: Box, signed_in: Page, tmp_path: Path) -> None:
    opened(signed_in, owned, "/system")
    with signed_in.expect_download() as made:
        signed_in.get_by_role("button", name="Make a backup").click()
    made.value.save_as(tmp_path / "backup")
    assert "alicepw" not in (tmp_path / "backup").read_text()
    signed_in.get_by_label("The backup's file").set_input_files(tmp_path / "backup")
    signed_in.get_by_role("button", name="Look into it ...").click()
    expect(signed_in.get_by_role("dialog")).to_contain_text("Take this backup back?")
    signed_in.get_by_role("button", name="Go back").click()
    (tmp_path / "other").write_text("not a backup")
    signed_in.get_by_label("The backup's file").set_input_files(tmp_path / "other")
    signed_in.get_by_role("button", name="Look into it ...").click()
    expect(signed_in.locator(".told-bad").filter(visible=True)).not_to_be_empty()
