"""The page in a real browser, with a real device behind it: what a person sees, hears and presses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.adapter import Adapter
from tests.peers.sound import strongest_hz, tone_level_dbm0
from tests.web.conftest import FAR_HZ
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.peers.sound import Samples
    from tests.web.conftest import Scene

DIAL_TONE_HZ = 425.0  # Kazakhstan, ITU-T E.180 supplement 2
PATIENCE_MS = 10_000

# The samples the page plays, once sound fills them: in every 64 ms of them there is some.
PLAYED = """async () => {
  const { phones } = await import('/static/phone.js');
  const loud = (samples) => Array.from({ length: 8 }, (_, part) => samples.slice(part * 512, (part + 1) * 512))
    .every((part) => part.some((sample) => Math.abs(sample) > 0.01));
  for (;;) {
    const samples = phones[0].receiver.samples();
    if (loud(samples)) return Array.from(samples);
    await new Promise(requestAnimationFrame);
  }
}"""


def played(view: Page) -> Samples:
    """Half a second of what goes to the loudspeaker."""
    return (np.array(view.evaluate(PLAYED)) * 32767).astype(np.int16)


def key(view: Page, digit: str) -> None:
    view.locator(f'button[data-key="{digit}"]').click()


def lift(view: Page) -> None:
    view.get_by_role("button", name="Lift the handset").click()
    expect(view.locator("#lines")).to_contain_text("Dial tone", timeout=PATIENCE_MS)


def test_lifting_in_the_browser_gives_dial_tone_in_its_samples(scene: Scene, view: Page) -> None:
    lift(view)
    samples = played(view)
    assert strongest_hz(samples) == pytest.approx(DIAL_TONE_HZ, abs=4)
    assert tone_level_dbm0(samples, DIAL_TONE_HZ) > -25
    assert scene.device.phone()["hook"] == "off"
    expect(view.get_by_role("button", name="Replace the handset")).to_be_visible()


def test_keys_pressed_quickly_become_an_invite_with_those_digits_in_order(scene: Scene, view: Page) -> None:
    seen = len(scene.kamailio.sip_trace)
    lift(view)
    for digit in "600#":
        key(view, digit)
    invite = scene.kamailio.wait_for_message(lambda m: m.message.method == "INVITE", after=seen)
    assert "sip:600@" in str(invite.message)
    expect(view.locator("#lines")).to_contain_text("In a call", timeout=PATIENCE_MS)
    expect(view.locator("#calls")).to_contain_text("To 600")
    expect(view.locator("#calls")).to_contain_text("not encrypted")
    scene.device.samples(0.6)  # no ringing is left in what is looked at
    assert strongest_hz(played(view)) == pytest.approx(FAR_HZ, abs=4)
    view.get_by_role("button", name="Replace the handset").click()
    expect(view.locator("#log li").first).to_contain_text("answered", timeout=PATIENCE_MS)
    expect(view.locator("#calls")).to_contain_text("No call at the moment")


def test_pulse_dialing_from_the_page(scene: Scene, view: Page) -> None:
    lift(view)
    view.get_by_label("Pulse dial").check()
    key(view, "3")
    expect(view.locator(".shown")).to_have_text("3", timeout=PATIENCE_MS)
    assert scene.device.wait_line("collecting")["lines"][0]["digits"] == "3"


def test_the_microphone_speaks_into_the_line(scene: Scene, view: Page) -> None:
    lift(view)
    for digit in "600#":
        key(view, digit)
    expect(view.locator("#lines")).to_contain_text("In a call", timeout=PATIENCE_MS)
    silent = scene.far.wait_heard(1)
    view.get_by_role("button", name="Use microphone").click()
    expect(view.get_by_text("Your microphone is the mouthpiece.")).to_be_visible()
    loud = scene.far.wait_heard(2.5)  # Chromium's false microphone beeps about once a second
    assert np.abs(loud).max() > 20 * max(1, np.abs(silent).max())
    view.get_by_role("button", name="Use microphone").click()
    expect(view.get_by_text("Without a microphone the far end hears nothing of you.")).to_be_visible()


def test_a_call_in_rings_the_bell_without_a_reload_and_shows_who_calls(scene: Scene, view: Page) -> None:
    view.evaluate("window.loaded = 'once'")
    scene.far.dial("alice")
    expect(view.locator(".phone")).to_have_attribute("data-ringing", "true", timeout=PATIENCE_MS)
    expect(view.locator(".phone")).to_have_attribute("data-sounding", "true")
    expect(view.locator(".shown")).to_have_text("600", timeout=PATIENCE_MS)
    expect(view.locator(".detail")).to_contain_text("is calling")
    assert view.evaluate("window.loaded") == "once"
    view.get_by_role("button", name="Answer").click()
    expect(view.locator("#lines")).to_contain_text("In a call", timeout=PATIENCE_MS)
    expect(view.locator(".phone")).to_have_attribute("data-ringing", "false")
    expect(view.locator("#calls")).to_contain_text("From 600")


def test_what_happens_elsewhere_is_on_the_page_within_300_ms(scene: Scene, view: Page) -> None:
    expect(view.locator("#lines")).to_contain_text("Ready")
    view.evaluate("""() => new MutationObserver(() => {
      if (document.getElementById('lines').textContent.includes('Dial tone')) window.seenAt ??= Date.now();
    }).observe(document.getElementById('lines'), { childList: true })""")
    before = time.time()
    scene.device.lift()
    seen_ms = view.evaluate(
        "async () => { while (!window.seenAt) await new Promise(requestAnimationFrame); return window.seenAt; }"
    )
    took_ms = seen_ms - before * 1000
    print(f"event to screen: {took_ms:.0f} ms")  # noqa: T201 - a figure for the reader of the log
    assert took_ms < 300


def test_a_restarting_device_is_told_and_come_back_to_without_a_reload(tab: Page, tmp_path: Path) -> None:
    with PageProcess(tmp_path / "page", tmp_path / "device" / "state", demo=True) as page:
        tab.goto(page.url)
        expect(tab.locator("#health")).to_contain_text("The adapter is not running")
        expect(tab.locator("#phones")).to_be_empty()
        for _ in range(2):
            with Adapter(tmp_path / "device", ""):
                expect(tab.get_by_role("button", name="Lift the handset")).to_be_visible(timeout=PATIENCE_MS)
                expect(tab.locator("#health")).to_contain_text("No account is set up")
            expect(tab.locator("#health")).to_contain_text("The adapter is not running", timeout=PATIENCE_MS)
            expect(tab.locator("#phones")).to_be_empty()


def test_two_lines_are_two_telephones(tab: Page, tmp_path: Path) -> None:
    with (
        Adapter(tmp_path / "device", "[[line]]\n[[line]]\n") as device,
        PageProcess(tmp_path / "page", device.state, demo=True) as page,
    ):
        tab.goto(page.url)
        second = tab.get_by_role("region", name="Simulated telephone 2")
        second.get_by_role("button", name="Lift the handset").click()
        device.wait_line("dial tone", line=2)
        expect(second.get_by_role("button", name="Replace the handset")).to_be_visible(timeout=PATIENCE_MS)
        assert device.phone(1)["hook"] == "on"
        tab.goto("about:blank")  # before the page goes: a browser complains when it cannot come back


def test_everything_goes_by_keyboard(scene: Scene, view: Page) -> None:
    view.keyboard.press("Tab")
    expect(view.get_by_role("link", name="Skip to the content")).to_be_focused()
    view.keyboard.press("Enter")
    while not view.evaluate("document.activeElement.matches('.hook')"):
        view.keyboard.press("Tab")
    view.keyboard.press("Enter")
    expect(view.get_by_role("button", name="Replace the handset")).to_be_focused()
    expect(view.locator("#lines")).to_contain_text("Dial tone", timeout=PATIENCE_MS)
    view.keyboard.type("49")
    expect(view.locator(".shown")).to_have_text("49", timeout=PATIENCE_MS)
    for digit in "1234567":
        view.keyboard.press("Tab")
        expect(view.locator(f'button[data-key="{digit}"]')).to_be_focused()
    view.keyboard.press("Space")
    expect(view.locator(".shown")).to_have_text("497", timeout=PATIENCE_MS)
    for _ in range(7):
        view.keyboard.press("Shift+Tab")
    view.keyboard.press("Enter")
    scene.device.wait_line("idle")


def test_a_press_that_cannot_be_is_explained(view: Page) -> None:
    view.get_by_role("button", name="Flash").click()
    expect(view.get_by_role("alert")).to_contain_text("Cannot flash: the handset is on hook")


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (1280, 900)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_or_scrolls_sideways(view: Page, width: int, height: int, scheme: Any, tmp_path: Path) -> None:  # noqa: ANN401
    view.emulate_media(color_scheme=scheme)
    view.set_viewport_size({"width": width, "height": height})
    lift(view)
    sizes = view.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert sizes[0] <= sizes[1]
    outside = view.evaluate("""[...document.querySelectorAll('body *')].filter(element => {
      const box = element.getBoundingClientRect();
      return box.width && (box.left < -2 || box.right > innerWidth + 2) && !element.closest('svg');
    }).map(element => element.outerHTML.slice(0, 80))""")
    assert outside == []
    assert view.screenshot(path=tmp_path / "page.png", full_page=True)


def test_people_who_want_no_motion_get_none(scene: Scene, view: Page) -> None:
    view.emulate_media(reduced_motion="reduce")
    scene.far.dial("alice")
    expect(view.locator(".phone")).to_have_attribute("data-sounding", "true", timeout=PATIENCE_MS)
    assert view.evaluate("document.getAnimations().length") == 0
    view.get_by_role("button", name="Answer").click()
    expect(view.locator("#lines")).to_contain_text("In a call", timeout=PATIENCE_MS)


def test_a_caller_who_gives_up_is_seen_to(scene: Scene, view: Page) -> None:
    scene.far.dial("alice")
    expect(view.locator(".phone")).to_have_attribute("data-ringing", "true", timeout=PATIENCE_MS)
    scene.far.hangup()
    expect(view.locator(".phone")).to_have_attribute("data-sounding", "false", timeout=PATIENCE_MS)
    expect(view.get_by_role("button", name="Lift the handset")).to_be_visible()
    expect(view.locator("#log li").first).to_contain_text("missed: the caller gave up")
    scene.device.wait_quiet()


def test_digits_typed_ahead_are_forgotten_when_the_handset_is_replaced(scene: Scene, view: Page) -> None:
    lift(view)
    view.locator(".phone").press("4")
    view.keyboard.type("44444444")
    view.get_by_role("button", name="Replace the handset").click()
    expect(view.locator("#lines")).to_contain_text("Ready", timeout=PATIENCE_MS)
    expect(view.locator(".keys .pressed")).to_have_count(0)
    expect(view.get_by_role("alert")).to_be_hidden()
    lift(view)
    assert scene.device.wait_line("dial tone")["lines"][0]["digits"] == ""


def test_every_control_has_a_name(view: Page) -> None:
    nameless = view.evaluate("""[...document.querySelectorAll('button, input, meter')].filter(element =>
      !(element.getAttribute('aria-label') || element.textContent.trim() || element.closest('label')?.textContent.trim())).length""")
    assert nameless == 0
