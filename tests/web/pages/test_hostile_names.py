"""What a stranger calls himself is text on every page where a name appears: no script of his runs, nothing is pushed aside, no direction turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.adapter import account
from tests.peers.ports import free_port
from tests.web.client import Client
from tests.web.pages.conftest import PATIENCE_MS, Box, Provider, box, sign_in
from tests.web.pages.hostile_caller import HostileCaller
from tests.web.pages.test_accessible import OUTSIDE, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

HTML = "<img src=x onerror=\"document.title='owned'\"></b>'&lt;"
"""Shorter than what a display takes, so that all of it is shown."""
TURNED = "שלום 🙂"
MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NAMES = {
    "html": (HTML.replace("\\", "\\\\").replace('"', '\\"').encode(), b"7001", HTML),
    "script": (
        b"<script>document.title='owned'</script>",
        b"%3Cimg%20src=x%20onerror=document.title=1%3E",
        "<script>document.title=",
    ),
    "turned": (f"\u202e{TURNED}{MARKS}".encode(), b"%0D%0A%E2%80%AE7003", TURNED),
    "long": ("Ш".encode() * 500, b"7" * 500, "Ш" * 64),
    "no text": (b"\xff\xfe\xe9Zoe\xe9\x80", b"7005", "Zoe"),
}
"""Of each: the bytes between the quotes, the user part, and what is to be read."""


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, provider: Provider, port: int) -> Iterator[Box]:
    direct = account("home", provider.kamailio.server, user="alice", register=False, accept_from=["127.0.0.1"], mailbox="home")
    settings = f'[sip]\nport = {port}\n[[mailbox]]\nname = "home"\n{direct}'
    with box(tmp_path_factory.mktemp("hostile"), provider, settings) as owned:
        Client.of(owned.page).set_up(owned.device.state)
        yield owned


def leave_message(owned: Box, caller: HostileCaller) -> None:
    owned.device.ask("services.line", line=1, do_not_disturb=True)
    before = len(owned.device.ask("voicemail.list"))
    caller.call()
    caller.wait_answered()
    caller.wait_heard(9)
    caller.hang_up()
    owned.device.process.wait_until(lambda: len(owned.device.ask("voicemail.list")) > before, "no message was left")
    owned.device.ask("services.line", line=1, do_not_disturb=False)


def ring(owned: Box, page: Page, caller: HostileCaller, shown: str) -> None:
    opened(page, owned, "/")
    caller.call()
    expect(page.locator("#calls")).to_contain_text(shown, timeout=PATIENCE_MS)
    expect(page.locator(".phone")).to_have_attribute("data-ringing", "true", timeout=PATIENCE_MS)
    harmless(page)
    caller.give_up()
    owned.device.wait_quiet()
    expect(page.locator("#log")).to_contain_text(shown, timeout=PATIENCE_MS)


def harmless(page: Page) -> None:
    assert page.title() != "owned"
    assert page.locator("main img, main script, dialog img, #said img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(f"[...document.body.innerText].filter(letter => {MARKS[:5]!r}.includes(letter)).length") == 0


def isolated(page: Page, shown: str) -> None:
    """Every text of the page that holds the name stands in an element, or between marks, of its own direction."""
    loose = page.evaluate(
        """shown => {
          const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), loose = [];
          while (walker.nextNode()) {
            const text = walker.currentNode, holder = text.parentElement;
            if (!text.data.includes(shown) || holder.closest('pre, script, textarea, .item-title')) continue;
            if (!getComputedStyle(holder).unicodeBidi.startsWith('isolate') && !text.data.includes('\\u2068')) loose.push(holder.outerHTML);
          }
          return loose;
        }""",
        shown,
    )
    assert loose == []


@pytest.mark.parametrize("which", NAMES)
def test_a_strangers_name_is_text_on_every_page(whole: Box, tab: Page, port: int, which: str) -> None:
    name, user, shown = NAMES[which]
    tab.set_viewport_size({"width": 390, "height": 844})
    sign_in(tab, whole)
    with HostileCaller(("127.0.0.1", port), "alice", name, user) as caller:
        ring(whole, tab, caller, shown)
    with HostileCaller(("127.0.0.1", port), "alice", name, user) as caller:
        leave_message(whole, caller)
    for path in ("/", "/calls", "/voicemail"):
        opened(tab, whole, path)
        expect(tab.locator("main")).to_contain_text(shown)
        harmless(tab)
        isolated(tab, shown)
    tab.get_by_role("button", name="Delete").first.click()
    expect(tab.get_by_role("dialog")).to_contain_text(shown)
    harmless(tab)
    tab.get_by_role("button", name="Go back").click()
    evidence(whole, tab, shown)
    contact(whole, tab, shown)


def evidence(whole: Box, page: Page, shown: str) -> None:
    call = whole.device.calls()[0]["id"]
    opened(page, whole, f"/calls/{call}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(shown)
    expect(page.locator(".ladder pre").first).to_contain_text("INVITE")
    harmless(page)
    isolated(page, shown)
    for kind in ("evidence", "evidence.pcap"):
        assert page.request.get(f"{whole.url}/api/v1/calls/{call}/{kind}").ok


def contact(whole: Box, page: Page, shown: str) -> None:
    """From the call log into the phone book, and on the block list where it is a number."""
    opened(page, whole, "/calls")
    page.locator("tbody summary").first.click()
    block = page.get_by_role("button", name="Block this number")
    if block.count():
        block.first.click()
        expect(page.get_by_role("dialog")).to_contain_text(shown)
        harmless(page)
        page.get_by_role("dialog").get_by_role("button", name="Block", exact=True).click()
        expect(page.locator("#said")).to_contain_text("is blocked")
        harmless(page)
    page.get_by_role("link", name="Add to contacts").first.click()
    expect(page.locator(".item-title")).to_contain_text(shown)
    harmless(page)
