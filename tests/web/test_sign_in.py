"""Who is let in: the code on the label, the password, sessions, csrf, tokens, and what a thousand wrong words bring."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from firmware.web.sessions import IDLE_S, LONGEST_S, MOST_SESSIONS, Sessions
from firmware.web.visitor import How
from tests.adapter import Adapter
from tests.web.client import API, PASSWORD, Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def box(folder: Path, settings: str = "") -> Iterator[tuple[Adapter, PageProcess]]:
    with Adapter(folder / "device", settings) as device, PageProcess(folder / "page", device.state) as page:
        yield device, page


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Adapter, PageProcess]]:
    """Not set up."""
    with box(tmp_path_factory.mktemp("fresh")) as running:
        yield running


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Adapter, PageProcess]]:
    """Set up, with the password of the tests."""
    with box(tmp_path_factory.mktemp("owned")) as running:
        Client.of(running[1]).set_up(running[0].state)
        yield running


@pytest.fixture
def owner(owned: tuple[Adapter, PageProcess]) -> Client:
    client = Client.of(owned[1])
    assert client.sign_in().status == 200
    return client


def test_a_new_box_shows_nothing_but_its_set_up(fresh: tuple[Adapter, PageProcess]) -> None:
    client = Client.of(fresh[1])
    assert fresh[1].request("GET", "/").headers["location"] == "/setup"
    assert client.get("/session").json["setup"] == {
        "done": False,
        "step": "language",
        "steps": ["language", "password", "uplink", "number", "test", "ring", "done"],
    }
    for path in ("/status", "/calls", "/settings", "/events", "/timeline", "/system/logs"):
        assert client.get(path).status == 401
    assert client.sign_in("").status == 403
    assert client.sign_in("anything").status == 403


def test_the_set_up_is_for_whoever_knows_the_label_and_can_be_resumed(tmp_path: Path) -> None:
    with box(tmp_path) as (device, page):
        client = Client.of(page)
        assert client.post("/setup/code", code="WRONG123").error == "That is not the code on the label."
        code = (device.state / "setup-code").read_text().strip()
        reply = client.post("/setup/code", code=f" {code[:4].lower()}-{code[4:]} ")
        assert reply.status == 200
        client.csrf = reply.json["csrf"]
        assert client.post("/setup/step", step="done").error == "The set-up cannot end before the page has a password"
        assert "too short" in client.post("/password", new="short").error
        assert "label" in client.post("/password", new=code).error
        assert client.post("/password", new=PASSWORD).status == 200
        assert client.post("/setup/step", step="number").status == 200
    with box(tmp_path, (tmp_path / "device" / "keepline.toml").read_text()) as (_, page):
        again = Client.of(page)
        assert again.post("/setup/code", code=code).status == 403
        assert again.sign_in().status == 200
        assert again.get("/session").json["setup"]["step"] == "number"


def test_the_password_is_kept_as_a_hash_that_only_its_owner_reads(tmp_path: Path) -> None:
    with box(tmp_path) as (device, page):
        client = Client.of(page)
        client.set_up(device.state)
        assert "$argon2id$" in device.settings.read_text()
        assert PASSWORD not in device.settings.read_text()
        assert device.settings.stat().st_mode & 0o777 == 0o600
        told = client.get("/settings").content + client.get("/system/logs").content + client.post("/system/backup").content
        assert b"argon2id" not in told
        assert client.post("/password", new="another word", old="wrong").error == "That is not the present password."
        assert client.post("/password", new="another word", old=PASSWORD).status == 200
        assert Client.of(page).sign_in().status == 403
        assert Client.of(page).sign_in("another word").status == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_pages(owned: tuple[Adapter, PageProcess]) -> None:
    told = Client.of(owned[1]).sign_in().headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert "path=/" in told


def test_a_new_session_with_every_sign_in(owner: Client) -> None:
    planted = dict(owner.cookies)
    owner.sign_in()
    assert owner.cookies != planted
    assert Client(owner.url, cookies=planted).get("/status").status == 401


def test_signing_out_ends_the_session(owner: Client) -> None:
    cookies = dict(owner.cookies)
    assert owner.ask("DELETE", "/session").status == 200
    assert Client(owner.url, cookies=cookies).get("/status").status == 401


def test_a_new_password_ends_all_other_sessions(tmp_path: Path) -> None:
    with box(tmp_path) as (device, page):
        one, other = Client.of(page), Client.of(page)
        one.set_up(device.state)
        other.sign_in()
        assert one.post("/password", new="another word", old=PASSWORD).status == 200
        assert one.get("/status").status == 200
        assert other.get("/status").status == 401


@pytest.mark.parametrize("word", ["", "wrong", "x" * 3000])
def test_an_order_without_this_pages_word_is_turned_away(owner: Client, word: str) -> None:
    forged = Client(owner.url, csrf=word, cookies=owner.cookies)
    assert forged.post("/reload").status == 403
    assert forged.ask("PATCH", "/settings", {"changes": {"device": {"name": "Owned"}}}).status == 403
    assert owner.get("/session").json["name"] != "Owned"


def test_a_form_of_another_page_reaches_nothing(owner: Client) -> None:
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in owner.cookies.items()), "x-csrf-token": owner.csrf}
    for origin in ("http://evil.example", "null"):
        reply = owner.send("POST", f"{API}/reload", b"{}", {**headers, "origin": origin, "content-type": "application/json"})
        assert reply.status == 403
    reply = owner.send("POST", f"{API}/reload", b"a=b", {**headers, "content-type": "application/x-www-form-urlencoded"})
    assert reply.status == 403


def test_a_name_of_somebody_else_that_leads_here_shows_nothing(owner: Client) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    assert owner.send("GET", f"{API}/status", b"", {"host": "evil.example", "cookie": cookie}).status == 403


def test_names_that_the_settings_add_are_ours(tmp_path: Path) -> None:
    with box(tmp_path, '[web]\nnames = ["phone.example.org"]\n') as (_, page):
        assert page.request("GET", f"{API}/session", host="phone.example.org").status == 200
        assert page.request("GET", f"{API}/session", host="evil.example.org").status == 403


def test_sound_takes_a_session(owned: tuple[Adapter, PageProcess]) -> None:
    page = owned[1]
    with pytest.raises(InvalidStatus) as refused, connect(f"ws://{page.address}/phone/sound", origin=page.url):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403


def test_tokens_do_what_they_are_for_and_no_more(owner: Client) -> None:
    reads, calls, administers = (owner.new_token(scope) for scope in ("read", "call", "admin"))
    assert [client.get("/status").status for client in (reads, calls, administers)] == [200, 200, 200]
    assert [client.get("/settings").status for client in (reads, calls, administers)] == [403, 403, 200]
    assert [client.post("/phone/replace").status for client in (reads, calls, administers)] == [403, 409, 409]
    drawn = [client.send("POST", "/phone/replace", b"{}", client.as_script).status for client in (reads, calls)]
    assert drawn == [403, 409]
    assert Client(owner.url, token="kl_" + "x" * 43).get("/status").status == 401
    assert reads.send("GET", "/metrics", b"", {"authorization": f"Bearer {reads.token}"}).status == 200
    kept = owner.get("/tokens").json
    assert reads.token not in json.dumps(kept)
    for token in kept:
        assert owner.ask("DELETE", f"/tokens/{token['id']}").status == 200
    assert reads.get("/status").status == 401


def test_a_thousand_wrong_words_get_nowhere_and_the_wait_outlives_both_processes(tmp_path: Path) -> None:
    with box(tmp_path) as (device, page):
        Client.of(page).set_up(device.state)
        replies = []

        def guess(first: int) -> None:
            client = Client.of(page)
            replies.extend(client.sign_in(f"guess {number}") for number in range(first, first + 125))

        guessing = [threading.Thread(target=guess, args=[first]) for first in range(0, 1000, 125)]
        for thread in guessing:
            thread.start()
        for thread in guessing:
            thread.join()
        statuses = [reply.status for reply in replies]
        assert len(statuses) == 1000
        assert statuses.count(403) == 5
        assert statuses.count(429) == 995
        assert Client.of(page).sign_in().status == 429  # the right word too
    with box(tmp_path, (tmp_path / "device" / "keepline.toml").read_text()) as (_, page):
        reply = Client.of(page).sign_in()
        assert reply.status == 429
        assert 0 < int(reply.headers["retry-after"]) <= 31
        assert "try again in" in reply.error


def test_a_session_ends_by_idleness_and_by_age() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    word = sessions.begin(How.SESSION, secure=False)
    now[0] += IDLE_S - 1
    assert sessions.visitor(word, secure=False) is not None
    now[0] += IDLE_S - 1
    assert sessions.visitor(word, secure=False, used=False) is not None
    now[0] += 2
    assert sessions.visitor(word, secure=False) is None
    word = sessions.begin(How.SESSION, secure=False)
    for _ in range(int(LONGEST_S / (IDLE_S - 1))):
        now[0] += IDLE_S - 1
        assert sessions.visitor(word, secure=False) is not None
    now[0] += IDLE_S - 1
    assert sessions.visitor(word, secure=False) is None


def test_sessions_are_bounded_and_the_longest_unused_goes() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    words = []
    for _ in range(MOST_SESSIONS + 1):
        now[0] += 1
        words.append(sessions.begin(How.SESSION, secure=False))
    assert sessions.visitor(words[0], secure=False) is None
    assert all(sessions.visitor(word, secure=False) for word in words[1:])
