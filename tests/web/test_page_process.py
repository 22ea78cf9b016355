"""The page's process by hand: who is let in, what every answer says of itself, how it starts and ends, and that its end is no end of a call."""

from __future__ import annotations

import collections
import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.peers.sound import tone_level_dbm0
from tests.web.conftest import FAR_HZ
from tests.web.page_process import KEEPLINE_WEB, PageProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.conftest import Scene

JSON = "application/json"


def csrf_of(scene: Scene) -> str:
    word: str = json.loads(scene.page.request("GET", "/api/v1/session").text)["csrf"]
    return word


def press(scene: Scene, verb: str, body: str = '{"line": 1}', **headers: str) -> tuple[int, str]:
    given = {"origin": scene.page.url, "content_type": JSON, "x_csrf_token": csrf_of(scene)} | headers
    answer = scene.page.request("POST", f"/phone/{verb}", body, **{name: value for name, value in given.items() if value})
    return answer.status, answer.text


def start(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KEEPLINE_WEB, *words], capture_output=True, text=True, timeout=30, check=False)


def test_the_page_is_readable_without_a_script(scene: Scene) -> None:
    page = scene.page.request("GET", "/")
    assert page.status == 200
    assert "Everything works. Lift the handset to call." in page.text
    assert "<b>alice</b>" in page.text
    assert "alicepw" not in page.text


@pytest.mark.parametrize("path", ["/", "/static/page.css", "/static/phone.js", "/nowhere", "/static/..%2fpage.html"])
def test_every_answer_carries_the_policy(scene: Scene, path: str) -> None:
    headers = scene.page.request("GET", path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("no-cache" if path in {"/static/page.css", "/static/phone.js"} else "no-store")
    assert "server" not in headers


def test_no_path_leads_out_of_the_static_files(scene: Scene) -> None:
    for path in ("/static/../page.html", "/static/..%2fpage.html", "/static/__init__.py", "/static//etc/passwd"):
        assert scene.page.request("GET", path).status == 404


def test_an_unchanged_file_is_not_sent_again(scene: Scene) -> None:
    tag = scene.page.request("GET", "/static/page.css").headers["etag"]
    again = scene.page.request("GET", "/static/page.css", if_none_match=tag)
    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost@evil.example", "", "10.0.0.1"]
)
def test_a_name_of_somebody_else_is_turned_away(scene: Scene, host: str) -> None:
    assert scene.page.request("GET", "/", host=host).status in {400, 403}


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1", "[::1]:80", "LOCALHOST"])
def test_our_own_names_are_let_in(scene: Scene, host: str) -> None:
    assert scene.page.request("GET", "/", host=host).status == 200


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:1"])
def test_orders_of_other_pages_are_turned_away(scene: Scene, origin: str) -> None:
    assert press(scene, "lift", origin=origin) == (403, '{"error":"Only this page itself may give orders."}')
    assert scene.device.phone()["hook"] == "on"


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
def test_sound_is_not_for_other_pages(scene: Scene, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"ws://{scene.page.address}/phone/sound", origin=origin):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("verb", "body", "status", "sentence"),
    [
        ("lift", "{", 400, "The order is not JSON."),
        ("lift", "[]", 400, "Lift takes an object with: line."),
        ("lift", '{"digits": "1"}', 400, "Lift takes an object with: line."),
        ("dial", '{"digits": 6}', 409, "Phone.dial: digits must be text"),
        ("dial", '{"digits": "6"}', 409, "Cannot dial: the handset is on hook."),
        ("lift", '{"line": 9}', 409, "There is no line 9; allowed: 1 to 1"),
        ("burn", "{}", 400, "There is no such button"),
        ("lift", "x" * 5000, 413, "That is longer than the 4096 bytes"),
    ],
)
def test_a_senseless_order_is_explained(scene: Scene, verb: str, body: str, status: int, sentence: str) -> None:
    got, text = press(scene, verb, body)
    assert got == status
    assert sentence in text
    assert scene.device.phone()["hook"] == "on"


def test_a_form_of_another_page_is_no_order(scene: Scene) -> None:
    assert press(scene, "lift", content_type="text/plain")[0] == 400


def test_a_long_body_without_its_length_is_cut_off(scene: Scene) -> None:
    given = {"origin": scene.page.url, "content_type": JSON, "x_csrf_token": csrf_of(scene)}
    answer = scene.page.request_in_chunks("POST", "/phone/lift", [b"x" * 1000] * 20, **given)
    assert answer.status == 413


def test_sound_goes_both_ways_over_the_socket(scene: Scene) -> None:
    scene.device.lift()
    scene.device.wait_line("dial tone")
    with connect(f"ws://{scene.page.address}/phone/sound", origin=scene.page.url) as sound:  # type: ignore[arg-type]
        frames = [sound.recv(timeout=5) for _ in range(10)]
        assert {len(frame) for frame in frames} == {320}
        sound.send(b"\0" * 321)  # torn
        sound.send("words")
        with pytest.raises(ConnectionClosed):
            collections.deque(sound, maxlen=0)
    assert scene.page.request("GET", "/").status == 200


def test_the_end_of_the_page_is_no_end_of_a_call(scene: Scene, tmp_path: Path) -> None:
    page = PageProcess(tmp_path, scene.device.state, demo=True)
    scene.device.lift()
    scene.device.wait_line("dial tone")
    scene.device.dial("600#")
    scene.device.wait_line("in call")
    with connect(f"ws://{page.address}/phone/sound", origin=page.url) as sound:  # type: ignore[arg-type]
        sound.recv(timeout=5)
        page.process.kill()
        assert tone_level_dbm0(scene.device.samples(1), FAR_HZ) > -30
    assert scene.device.ask("status")["lines"][0]["state"] == "in call"
    scene.device.replace()
    scene.device.wait_line("idle")


def test_a_broken_page_does_not_hold_up_the_device(scene: Scene, tmp_path: Path) -> None:
    with PageProcess(tmp_path, scene.device.state, demo=True) as page:
        scene.device.lift()
        with connect(f"ws://{page.address}/phone/sound", origin=page.url, max_queue=None) as sound:  # type: ignore[arg-type]
            sound.recv(timeout=5)
            os.kill(page.process.pid, signal.SIGSTOP)
            assert tone_level_dbm0(scene.device.samples(1), 425) > -30
            os.kill(page.process.pid, signal.SIGCONT)
            sound.recv(timeout=5)


def test_sigterm_ends_it_quickly_also_while_browsers_watch(scene: Scene, tmp_path: Path) -> None:
    page = PageProcess(tmp_path, scene.device.state, demo=True)
    with connect(f"ws://{page.address}/phone/sound", origin=page.url), page.follow("/events") as events:  # type: ignore[arg-type]
        assert events.readline().startswith(b"retry")
        began = time.monotonic()
        assert page.process.stop() == 0
        assert time.monotonic() - began < 3
    assert "Traceback" not in page.process.log_tail


@pytest.mark.parametrize("listen", ["8080", "nowhere:80", "127.0.0.1:99999", "127.0.0.1", "::1:80", "1.2.3:80", ""])
def test_a_wrong_address_is_one_sentence(listen: str) -> None:
    ended = start("--listen", listen)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"--listen {listen!r}")
    assert ended.stderr.count("\n") == 1


def test_a_taken_port_is_one_sentence(taken_port: int) -> None:
    ended = start("--listen", f"127.0.0.1:{taken_port}")
    assert ended.returncode == 1
    assert f"something else already listens on 127.0.0.1:{taken_port}" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_demo_is_for_this_machine_only() -> None:
    ended = start("--demo", "--listen", "0.0.0.0:0")
    assert ended.returncode == 2
    assert "--demo lets everybody in without a password" in ended.stderr
    assert ended.stderr.count("\n") == 1
