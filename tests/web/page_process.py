"""The page in its own process, as its owner starts it, for tests and demos. It knows nothing of its inside."""

from __future__ import annotations

import http.client
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Iterator

KEEPLINE_WEB = Path(sys.executable).with_name("keepline-web")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class PageProcess:
    """One page on the state folder of a device, on a free port or the given one."""

    def __init__(self, folder: Path, state: Path, listen: str = "127.0.0.1:0", *, demo: bool = False) -> None:
        more = ["--demo"] if demo else []
        self.process = Process([KEEPLINE_WEB, "--state", state, "--listen", listen, *more], folder)
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

    def open_files(self) -> dict[str, int]:
        """The files it holds open, by name, with their sizes; what is closed meanwhile is left out."""
        found = {}
        for each in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found[str(each.readlink())] = each.stat().st_size
        return found

    @property
    def rss_kib(self) -> int:
        return int(Path(f"/proc/{self.process.pid}/status").read_text().partition("VmRSS:")[2].split()[0])
