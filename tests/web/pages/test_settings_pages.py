"""Settings as they are changed by hand: previewed, saved, refused with the sentence of `keepline check`, and never lost."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from firmware.web.pages import MENU
from tests.adapter import Adapter
from tests.peers.ports import free_port
from tests.peers.sound import tone_level_dbm0
from tests.web.client import PASSWORD
from tests.web.page_process import PageProcess
from tests.web.pages.conftest import EVIL, FAR_HZ, PATIENCE_MS, Box, call, hang_up

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_of_two_who_save_the_second_is_told_and_loses_nothing(owned: Box, signed_in: Page, second: Page) -> None:
    opened(signed_in, owned, "/system")
    opened(second, owned, "/people")
    second.get_by_role("button", name="Add a contact").click()
    second.locator(".items > li").last.locator('[data-key="name"] input').fill("Мой врач")
    second.locator(".items > li").last.locator('[data-key="numbers"] textarea').fill("87770001122")
    signed_in.get_by_label("Name", exact=True).fill("Saved first")
    save(signed_in)
    second.get_by_role("button", name="Save ...").click()
    expect(second.locator(".save-bar")).to_contain_text(
        "Somebody else saved the settings meanwhile; look at them again before you change them"
    )
    expect(second.locator(".items > li").last.locator('[data-key="name"] input')).to_have_value("Мой врач")
    second.get_by_role("button", name="Compare anew ...").click()
    expect(second.get_by_role("dialog")).to_contain_text("is added")
    expect(second.get_by_role("dialog")).not_to_contain_text("Saved first")
    second.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(second.locator("#said")).to_contain_text("Saved.", timeout=PATIENCE_MS)
    values = owned.device.ask("settings.show")["values"]
    assert values["device"]["name"] == "Saved first"
    assert [each["name"] for each in values["contact"]] == ["Айгүл", "Мой врач"]


@pytest.fixture
def second(owned: Box, signed_in: Page) -> Iterator[Page]:
    """A browser of its own, signed in too."""
    browser = signed_in.context.browser
    page = (browser.new_context(locale="en-GB") if browser else signed_in.context).new_page()
    page.goto(f"{owned.url}/login")
    if page.url.endswith("/login"):
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{owned.url}/")
    yield page
    page.close()


def test_a_page_says_that_the_device_is_gone_and_comes_back_by_itself(tmp_path: Path, tab: Page) -> None:
    state = tmp_path / "device" / "state"
    with PageProcess(tmp_path / "page", state, demo=True) as page:
        for path in ("/calls", "/people", "/system"):
            tab.goto(page.url + path)
            expect(tab.locator("#connection")).to_contain_text("The adapter is not running", timeout=PATIENCE_MS)
            with Adapter(tmp_path / "device", ""):
                expect(tab.locator("#connection")).to_be_hidden(timeout=PATIENCE_MS)
                expect(tab.locator("main .card").first).to_be_visible(timeout=PATIENCE_MS)
        with Adapter(tmp_path / "device", ""):
            expect(tab.locator("#connection")).to_be_hidden(timeout=PATIENCE_MS)
            tab.reload()
            tab.get_by_label("Name", exact=True).fill("Half typed")
        expect(tab.locator("#connection")).to_contain_text("The adapter is not running", timeout=PATIENCE_MS)
        tab.get_by_role("button", name="Save ...").click()
        expect(tab.locator(".save-bar")).to_contain_text("o device runs", timeout=PATIENCE_MS)
        with Adapter(tmp_path / "device", ""):
            expect(tab.locator("#connection")).to_be_hidden(timeout=PATIENCE_MS)
            expect(tab.get_by_label("Name", exact=True)).to_have_value("Half typed")
            save(tab)
            assert 'name = "Half typed"' in (tmp_path / "device" / "keepline.toml").read_text()
        tab.goto("about:blank")  # before the page goes: a browser complains when it cannot come back


def test_a_call_goes_on_while_settings_are_saved(owned: Box, signed_in: Page) -> None:
    call(owned)
    opened(signed_in, owned, "/system")
    signed_in.get_by_label("Name", exact=True).fill("In a call")
    save(signed_in)
    assert tone_level_dbm0(owned.device.samples(1), FAR_HZ) > -30
    assert owned.device.ask("status")["lines"][0]["state"] == "in call"
    signed_in.locator('[data-key="accept_unknown"] input').check()
    signed_in.get_by_role("button", name="Save ...").click()
    expect(signed_in.get_by_role("dialog")).to_contain_text("holds after a restart, which ends calls")
    signed_in.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(signed_in.locator("#said")).to_contain_text("Some of it holds after a restart of the box")
    assert tone_level_dbm0(owned.device.samples(1), FAR_HZ) > -30
    hang_up(owned)


def test_every_key_has_a_field_that_says_what_it_takes(owned: Box, signed_in: Page) -> None:
    told = owned.device.ask("settings.show")["sections"]
    shown: dict[str, dict[str, str]] = {}
    for kind in MENU[1:]:
        opened(signed_in, owned, kind.path)
        for adder in signed_in.locator("form[data-section] > button").all():
            adder.click()
        for place, label, text in signed_in.evaluate(FIELDS):
            shown[place] = {"label": label, "text": text}
    wanted = {f"{section['name']}.{key['name']}": key for section in told for key in section["fields"]}
    assert set(wanted) - set(shown) == {"web.password_hash"}, "the password has a card of its own"
    for place, key in wanted.items():
        if place in shown:
            assert missing(key, shown[place]["label"], shown[place]["text"]) == [], place


FIELDS = """[...document.querySelectorAll('form[data-section] [data-key]')].map(field => [
  `${field.closest('form').dataset.section}.${field.dataset.key}`,
  field.querySelector('label, legend').textContent,
  [field.textContent, ...[...field.querySelectorAll('option')].map(each => each.value)].join(' ')])"""


def missing(key: dict[str, Any], label: str, text: str) -> list[str]:
    """Of label, help, bounds, unit, what is allowed and what is usual: what the field does not tell."""
    wanted = [key["help"]] if label != key["help"] else []  # a star code's label is what it does
    if not key["many"] and key["least"] is not None:
        wanted += [plain(key["least"]), f"{plain(key['most'])} {key['unit']}".strip()]
    if key["kind"] in {"text", "secret"} and not key["many"]:
        wanted.append("Allowed: ")
    if isinstance(key["default"], (int, float)) and not isinstance(key["default"], bool):
        wanted.append(f"Usual: {plain(key['default'])}")
    if key["unit"]:
        wanted.append(key["unit"])
    words = {"contacts with vip = true": "important contacts", "false only for": "off only for"}
    told = [part for part in wanted if part not in text and not any(old in part for old in words)]
    return told if label.strip() else [*told, "a label"]


def plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


@pytest.mark.parametrize(("language", "sentence"), [("ru", "допускается: "), ("kk", "рұқсат етілгені: "), ("bn", "যা চলে: ")])
def test_a_mistake_is_told_in_the_language_of_the_page(owned: Box, signed_in: Page, language: str, sentence: str) -> None:
    signed_in.goto(f"{owned.url}/language/{language}?then=/line")
    expect(signed_in.locator("#page")).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE_MS)
    signed_in.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    field = signed_in.locator('[data-key="flash_max_ms"]')
    field.locator("input").fill("99999")
    signed_in.locator(".save-bar button").last.click()
    expect(field.locator(".mistake")).to_contain_text(sentence)
    expect(field.locator(".mistake")).to_contain_text("99999")
    assert "allowed" not in field.locator(".mistake").inner_text()
    signed_in.goto(f"{owned.url}/language/en?then=/")


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


@pytest.mark.parametrize(("language", "reason"), [("ru", "короткий номер"), ("kk", "қысқа нөмір"), ("bn", "ছোট নম্বর")])
def test_the_reasons_are_told_in_the_language_of_the_page(owned: Box, signed_in: Page, language: str, reason: str) -> None:
    signed_in.goto(f"{owned.url}/language/{language}?then=/rules")
    signed_in.locator("#explained").fill("600")
    signed_in.keyboard.press("Enter")
    reasons = signed_in.locator(".reasons li")
    expect(reasons.first).to_contain_text(reason)
    english = [told for told in reasons.all_text_contents() if re.search(r"\b(is|account|the|number)\b", told)]
    signed_in.goto(f"{owned.url}/language/en")
    assert english == []


def test_why_a_broker_hears_nothing_is_told_in_the_language_of_the_page(owned: Box, signed_in: Page) -> None:
    opened(signed_in, owned, "/system")
    broker = signed_in.locator(".card").filter(has_text="MQTT and Home Assistant")
    broker.get_by_label("Server").fill(f"127.0.0.1:{free_port()}")
    save(signed_in)
    told = f"{owned.url}/api/v1/mqtt"
    owned.device.process.wait_until(lambda: signed_in.request.get(told).json()["reason"], "nobody asked the broker", 30)
    signed_in.goto(f"{owned.url}/language/ru?then=/system")
    expect(signed_in.get_by_text("недоступен")).to_be_visible()
    signed_in.goto(f"{owned.url}/language/en?then=/system")
    broker.get_by_label("Server").fill("")
    save(signed_in)


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


def test_a_word_that_is_a_key_too_keeps_its_own_meaning(owned: Box, signed_in: Page) -> None:
    """ "Block" is a button, and the label of a list of those who are blocked."""
    opened(signed_in, owned, "/people")
    expect(signed_in.get_by_role("button", name="Block", exact=True)).to_be_visible()
    expect(signed_in.locator('[data-key="block"] label')).to_have_text("Blocked")
