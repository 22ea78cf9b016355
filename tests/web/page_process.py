"""The page in its own process, as its owner starts it, and the browser that looks at it. It knows nothing of the inside of either."""

from __future__ import annotations

import http.client
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from tests.peers.errors import PeerMissing
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

KEEPLINE_WEB = Path(sys.executable).with_name("keepline-web")
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


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class PageProcess:
    """One page on the state folder of a device, on a free port or the given one."""

    def __init__(self, folder: Path, state: Path, listen: str = "127.0.0.1:0") -> None:
        self.process = Process([KEEPLINE_WEB, "--state", state, "--listen", listen], folder)
        try:
            self.url = self.process.wait_for_line(r"^ready (http://\S+)$")[1]
        except BaseException:
            self.process.stop()
            raise
        self.address = urlsplit(self.url).netloc

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()

    def request(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        """By hand, with exactly these headers (`content_type` for content-type) besides Host, which may be given too."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, given)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read().decode())
        finally:
            connection.close()

    def request_in_chunks(self, method: str, path: str, chunks: list[bytes], **headers: str) -> Answer:
        """The same with a body whose length is not told first."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, iter(chunks), {**given, "transfer-encoding": "chunked"}, encode_chunked=True)
            answer = connection.getresponse()
            return Answer(answer.status, {}, answer.read().decode())
        finally:
            connection.close()

    @contextmanager
    def follow(self, path: str) -> Iterator[http.client.HTTPResponse]:
        """An answer that does not end."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request("GET", path)
            yield connection.getresponse()
        finally:
            connection.close()

    @property
    def rss_kib(self) -> int:
        return int(Path(f"/proc/{self.process.pid}/status").read_text().partition("VmRSS:")[2].split()[0])


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
