"""What a page that is open is told as it happens: only what changed, that the device is gone and back, and that the session has ended."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.adapter import Adapter
from tests.web.client import API, Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Follower:
    """One stream; `wait` merges what comes until it holds."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.answer = answer
        self.seen: dict[str, Any] = {}
        self.ended = False

    def wait(self, holds: Any) -> dict[str, Any]:  # noqa: ANN401 - a condition
        while not (self.seen and holds(self.seen)):
            self.step()
        return self.seen

    def step(self) -> dict[str, Any] | None:
        line = self.answer.readline().decode()
        assert line, "the stream ended"
        if line.startswith("event: signed-out"):
            self.ended = True
        if not line.startswith("data: "):
            return None
        told: dict[str, Any] = json.loads(line[6:])
        self.seen |= told
        return told


@contextmanager
def following(client: Client) -> Iterator[Follower]:
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=30)
    try:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        headers = client.as_script if client.token else {"cookie": cookie} if cookie else {}
        connection.request("GET", f"{API}/events", headers=headers)
        yield Follower(connection.getresponse())
    finally:
        connection.close()


def test_a_lifted_handset_is_told_at_once_and_nothing_else_with_it(tmp_path: Path) -> None:
    with (
        Adapter(tmp_path / "device", "") as device,
        PageProcess(tmp_path / "page", device.state, demo=True) as page,
        following(Client.of(page)) as follower,
    ):
        follower.wait(lambda seen: seen["status"])
        device.lift()
        told: dict[str, Any] | None = None
        while not (told and told.get("status") and told["status"]["lines"][0]["state"] == "dial tone"):
            told = follower.step()
        assert "calls" not in told


def test_the_device_goes_and_comes_back_under_an_open_page(tmp_path: Path) -> None:
    with PageProcess(tmp_path / "page", tmp_path / "device" / "state", demo=True) as page:
        client = Client.of(page)
        with following(client) as follower:
            assert "no device runs" in follower.wait(lambda seen: seen["trouble"])["trouble"]
            assert client.get("/status").status == 503
            with Adapter(tmp_path / "device", ""):
                follower.wait(lambda seen: not seen["trouble"] and seen["status"]["ready"])
                assert client.get("/status").status == 200
            follower.wait(lambda seen: seen["trouble"])
            assert client.get("/status").error.startswith("No device runs")
            with Adapter(tmp_path / "device", ""):
                follower.wait(lambda seen: not seen["trouble"])
        assert "Traceback" not in page.process.log_tail


def test_a_page_left_open_is_told_when_its_session_has_ended(tmp_path: Path) -> None:
    with Adapter(tmp_path / "device", "") as device, PageProcess(tmp_path / "page", device.state) as page:
        client = Client.of(page)
        client.set_up(device.state)
        with following(client) as follower:
            follower.wait(lambda seen: seen["status"])
            assert client.ask("DELETE", "/session").status == 200
            device.lift()
            while not follower.ended:
                follower.step()


def test_a_stream_ends_with_its_token(tmp_path: Path) -> None:
    with Adapter(tmp_path / "device", "") as device, PageProcess(tmp_path / "page", device.state) as page:
        owner = Client.of(page)
        owner.set_up(device.state)
        script = owner.new_token("read")
        with following(script) as follower:
            follower.wait(lambda seen: seen["status"])
            owner.ask("DELETE", f"/tokens/{owner.get('/tokens').json[0]['id']}")
            device.lift()
            while not follower.ended:
                follower.step()


def test_figures_for_prometheus_say_when_the_device_is_gone(tmp_path: Path) -> None:
    with PageProcess(tmp_path / "page", tmp_path / "device" / "state") as page:
        assert "keepline_up 0.0" in page.request("GET", "/metrics").text
        with Adapter(tmp_path / "device", "") as device:
            device.lift()
            device.wait_line("dial tone")
            told = page.request("GET", "/metrics").text
            assert "keepline_up 1.0" in told
            assert 'keepline_line_in_use{line="1"} 1.0' in told
        assert page.request("GET", "/metrics", x_forwarded_for="192.0.2.1").status == 401
