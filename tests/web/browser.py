"""The browser that looks at the page: Debian's own Chromium, without a window. It knows nothing of the page."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.peers.errors import PeerMissing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext

_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@contextmanager
def browser(folder: Path) -> Iterator[BrowserContext]:
    """Debian's Chromium with a fresh profile and a microphone that beeps."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise PeerMissing("chromium is not installed: apt-get install the packages of tests/web/packages.txt")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder), executable_path=chromium, args=list(_ARGUMENTS), locale="en-GB", viewport={"width": 1280, "height": 900}
        )
        try:
            yield context
        finally:
            context.close()
