"""One registrar, far end, device, page process and browser for the page's tests; each test finds the telephone on its hook."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter, account
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio
from tests.web.browser import browser
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, ConsoleMessage, Page

FAR_HZ = 1004.0
"""What the far end says: ITU-T O.6's test frequency region, and no tone of any exchange."""


@dataclass
class Scene:
    """`far` is user 600 and answers by itself."""

    kamailio: Kamailio
    far: Baresip
    device: Adapter
    page: PageProcess


@pytest.fixture(scope="session")
def whole_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("web")
    with Kamailio(folder / "kamailio", {"alice": "alicepw", "600": "600pw"}) as kamailio:
        settings = account("home", kamailio.server, user="alice", password="alicepw")  # noqa: S106 - of this test's own registrar
        far = Baresip(folder / "far", "600", "600pw", server=kamailio.server, source=FAR_HZ)
        with far, Adapter(folder / "device", settings) as device, PageProcess(folder / "page", device.state, demo=True) as page:
            kamailio.wait_registered("600")
            device.wait_registered()
            yield Scene(kamailio, far, device, page)


@pytest.fixture
def scene(whole_scene: Scene) -> Iterator[Scene]:
    yield whole_scene
    if whole_scene.device.phone()["hook"] == "off":
        whole_scene.device.replace()
    whole_scene.device.wait_line("idle")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with browser(tmp_path_factory.mktemp("browser")) as context:
        yield context


@pytest.fixture
def tab(chromium: BrowserContext) -> Iterator[Page]:
    """An empty tab. Whatever the browser complains of, a breach of the content policy too, fails the test; an order refused does not."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        refused = "/api/v1/" in message.location.get("url", "") or "409 (Conflict)" in message.text
        if message.type in {"error", "warning"} and not refused:
            complaints.append(message.text)

    page = chromium.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def view(scene: Scene, tab: Page) -> Page:
    """The page, loaded, with its telephone drawn."""
    tab.goto(scene.page.url)
    tab.get_by_role("button", name="Lift the handset").wait_for()
    return tab


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
