"""Every page there is, as it comes: under the strict policy, and with nothing in it that the policy would have to allow."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from firmware.web.catalogue import LANGUAGES
from firmware.web.pages import MENU
from tests.adapter import Adapter
from tests.web.client import Client
from tests.web.page_process import PageProcess

OURS = "'self'"
POLICY = {
    "default-src": "'none'",
    "script-src": OURS,
    "style-src": OURS,
    "img-src": OURS,
    "connect-src": OURS,
    "media-src": OURS,
    "base-uri": "'none'",
    "form-action": OURS,
    "frame-ancestors": "'none'",
}
ADDRESSES = {"src", "href", "action", "formaction", "poster", "data", "srcset"}


class Breaches(HTMLParser):
    """What in a page is script or style of its own, or comes from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            foreign = (name in ADDRESSES and not (value or "").startswith(("/", "#"))) or (value or "").startswith("//")
            if name.startswith("on") or name == "style" or foreign:
                self.found.append(f"<{tag} {name}={value}>")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, str], bytes]]:
    """Headers and content by path, in one language each in turn, so that all of them are seen."""
    folder = tmp_path_factory.mktemp("policy")
    found = {}
    with Adapter(folder / "device", "") as device, PageProcess(folder / "page", device.state) as page:
        owner = Client.of(page)
        reply = owner.send("GET", "/setup", b"", {})
        found["/setup"] = (reply.headers, reply.content)
        owner.set_up(device.state)
        languages = list(LANGUAGES)
        paths = ["/login", *(kind.path for kind in MENU), "/calls/anything", "/nowhere", "/api/v1/nowhere", "/static/none.js"]
        for number, path in enumerate(paths):
            cookie = f"keepline={owner.cookies['keepline']}; language={languages[number % len(languages)]}"
            reply = owner.send("GET", path, b"", {} if path == "/login" else {"cookie": cookie})
            found[path] = (reply.headers, reply.content)
    return found


def test_every_page_is_under_the_strict_policy(pages: dict[str, tuple[dict[str, str], bytes]]) -> None:
    assert len(pages) == len(MENU) + 6
    for path, (headers, _) in pages.items():
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy == POLICY, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cache-control"] == "no-store", path


def test_no_page_has_a_script_or_style_of_its_own_or_from_elsewhere(pages: dict[str, tuple[dict[str, str], bytes]]) -> None:
    for path, (headers, content) in pages.items():
        if "text/html" in headers["content-type"]:
            breaches = Breaches()
            breaches.feed(content.decode())
            assert breaches.found == [], path
            assert breaches.tags > 20, path
