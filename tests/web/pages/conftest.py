"""A box that was never set up, one that is owned, and a browser that is signed in to it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter, account
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio
from tests.web.client import PASSWORD, Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

FAR_HZ = 1004.0
PATIENCE_MS = 10_000
EVIL = '<img src=x onerror="document.title=1">'
"""A display name that would be HTML."""

PEOPLE = """mailbox = "home"
[[mailbox]]
name = "home"
[[contact]]
name = "Айгүл"
numbers = ["600"]
"""


@dataclass
class Provider:
    """A registrar with three users: alice for the box, 600 who answers by itself, 601 for strangers."""

    kamailio: Kamailio
    far: Baresip


@dataclass
class Box:
    provider: Provider
    device: Adapter
    page: PageProcess

    @property
    def url(self) -> str:
        return self.page.url


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("provider")
    with (
        Kamailio(folder / "kamailio", {"alice": "alicepw", "600": "600pw", "601": "601pw"}) as kamailio,
        Baresip(folder / "far", "600", "600pw", server=kamailio.server, source=FAR_HZ) as far,
    ):
        kamailio.wait_registered("600")
        yield Provider(kamailio, far)


@contextmanager
def box(folder: Path, provider: Provider, settings: str = "") -> Iterator[Box]:
    with Adapter(folder / "device", settings) as device, PageProcess(folder / "page", device.state) as page:
        yield Box(provider, device, page)


@pytest.fixture(scope="session")
def whole_owned(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Box]:
    settings = account("home", provider.kamailio.server, user="alice", password="alicepw") + PEOPLE  # noqa: S106 - of this test's own registrar
    with box(tmp_path_factory.mktemp("owned"), provider, settings) as owned:
        Client.of(owned.page).set_up(owned.device.state)
        owned.device.wait_registered()
        yield owned


@pytest.fixture
def owned(whole_owned: Box) -> Iterator[Box]:
    """The same box for all tests: each leaves the telephone on its hook, and the settings as they were."""
    kept = whole_owned.device.settings.read_bytes()
    yield whole_owned
    if whole_owned.device.phone()["hook"] == "off":
        whole_owned.device.replace()
    whole_owned.device.wait_line("idle")
    if whole_owned.device.settings.read_bytes() != kept:
        whole_owned.device.settings.write_bytes(kept)
        whole_owned.device.ask("reload")
        whole_owned.device.wait_registered()


@pytest.fixture
def signed_in(owned: Box, tab: Page) -> Page:
    sign_in(tab, owned)
    return tab


def sign_in(page: Page, owned: Box | PageProcess) -> None:
    page.context.clear_cookies()
    page.goto(f"{owned.url}/login")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{owned.url}/")


def call(owned: Box, digits: str = "600#") -> None:
    owned.device.lift()
    owned.device.wait_line("dial tone")
    owned.device.dial(digits)
    owned.device.wait_line("in call")
    owned.device.hear(1)


def hang_up(owned: Box) -> None:
    owned.device.replace()
    owned.device.wait_quiet()


@pytest.fixture
def called(owned: Box) -> Box:
    call(owned)
    hang_up(owned)
    return owned
