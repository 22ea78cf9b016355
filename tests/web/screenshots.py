"""`make screenshots`: every page of a box in use, on a laptop's screen and on a telephone's, into docs/screenshots. It looks; it checks nothing.

`python -m tests.web.screenshots FOLDER`.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from firmware.web.pages import MENU
from tests.adapter import account
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio
from tests.web.browser import browser
from tests.web.client import PASSWORD, Client
from tests.web.pages.conftest import FAR_HZ, PATIENCE_MS, PEOPLE, Box, Provider, box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page

WHOLE = {"evidence"}
"""Longer than a screen, and worth to be seen whole."""
GREETING_S = 9
"""And the first words after it."""

LATE = {"/line": "Ring the telephone"}
"""Buttons that come with the first news of the box."""

SIZES = {"laptop": (1280, 800), "phone": (390, 844)}


def main(words: Sequence[str]) -> int:
    """Draw them all; 2 for wrong use."""
    if len(words) != 1:
        sys.stderr.write("usage: python -m tests.web.screenshots FOLDER\n")
        return 2
    target = Path(words[0])
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="keepline-screenshots-") as folder, ExitStack() as running:
        provider = _provider(Path(folder), running)
        fresh = running.enter_context(box(Path(folder) / "fresh", provider))
        owned = running.enter_context(box(Path(folder) / "owned", provider, _settings(provider)))
        _live(owned, provider.far)
        context = running.enter_context(browser(Path(folder) / "browser"))
        for name in _drawn(context.new_page(), owned, fresh, target):
            sys.stdout.write(f"{name}\n")
    return 0


def _provider(folder: Path, running: ExitStack) -> Provider:
    kamailio = running.enter_context(Kamailio(folder / "kamailio", {"alice": "alicepw", "600": "600pw"}))
    far = running.enter_context(Baresip(folder / "far", "600", "600pw", server=kamailio.server, source=FAR_HZ))
    kamailio.wait_registered("600")
    return Provider(kamailio, far)


def _settings(provider: Provider) -> str:
    mine = account("home", provider.kamailio.server, user="alice", password="alicepw", number="87271234567", display_name="Home")  # noqa: S106
    shop = account("shop", provider.kamailio.server, register=False, number="87277654321", display_name="Shop")
    return mine + PEOPLE + MORE + shop


MORE = """[[contact]]
name = "Dr. Karim"
numbers = ["+8801711000000"]
vip = true
[[rule]]
prefix = ["+880"]
account = "shop"
"""


def _live(owned: Box, far: Baresip) -> None:
    """A call that is over, one that was missed, one that left a message, and one that goes on."""
    device = owned.device
    Client.of(owned.page).set_up(device.state)
    device.wait_registered("home")
    device.ask("services.block", number="87001112233")
    _call(owned)
    device.samples(4)
    device.replace()
    device.wait_line("idle")
    far.dial("alice")
    device.wait_ringing()
    far.hangup()
    device.wait_quiet()
    _leave_message(owned, far)
    _call(owned)


def _call(owned: Box) -> None:
    owned.device.lift()
    owned.device.wait_line("dial tone")
    owned.device.dial("600#")
    owned.device.wait_line("in call")


def _leave_message(owned: Box, far: Baresip) -> None:
    owned.device.ask("services.line", line=1, do_not_disturb=True)
    far.dial("alice")
    far.wait_for("CALL_ESTABLISHED")
    far.wait_heard(GREETING_S)
    far.hangup()
    owned.device.process.wait_until(lambda: owned.device.ask("voicemail.list"), "no message was left")
    owned.device.ask("services.line", line=1, do_not_disturb=False)


def _drawn(page: Page, owned: Box, fresh: Box, target: Path) -> Iterator[str]:
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.context.clear_cookies()
        for name in _of_one_size(page, owned, fresh):
            path = target / f"{name}-{size}.png"
            page.screenshot(path=path, full_page=name in WHOLE)
            yield path.name


def _of_one_size(page: Page, owned: Box, fresh: Box) -> Iterator[str]:
    """Each picture's name when the page stands as it is to be seen."""
    _open(page, f"{fresh.url}/setup")
    yield "setup"
    page.goto(f"{owned.url}/login")
    yield "login"
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{owned.url}/")
    for kind in MENU:
        _open(page, owned.url + kind.path)
        if kind.path in LATE:
            expect(page.get_by_role("button", name=LATE[kind.path])).to_be_visible(timeout=PATIENCE_MS)
        yield kind.path.strip("/") or "home"
    yield from _further(page, owned)


def _further(page: Page, owned: Box) -> Iterator[str]:
    """The evidence of the call that is over; the Wi-Fi networks around; home in the dark."""
    over = next(call["id"] for call in owned.device.calls() if call["outcome"] == "answered")
    _open(page, f"{owned.url}/calls/{over}")
    yield "evidence"
    _open(page, f"{owned.url}/connections")
    page.get_by_role("button", name="Look for Wi-Fi networks").click()
    page.locator(".wifi .items > li").first.wait_for()
    page.evaluate("scrollTo(0, document.querySelector('.wifi').closest('.card').offsetTop - 12)")
    yield "wifi"
    page.emulate_media(color_scheme="dark")
    _open(page, f"{owned.url}/")
    yield "home-dark"
    page.emulate_media(color_scheme="light")


def _open(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE_MS)
    if page.locator("#phones").count():
        page.locator(".phone").wait_for()
        expect(page.locator("#timeline")).not_to_contain_text("Loading", timeout=PATIENCE_MS)
        expect(page.locator(".sides .figures").last).to_contain_text("MOS", timeout=PATIENCE_MS)  # the far end's first report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
