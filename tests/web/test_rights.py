"""Who may do what: every operation there is, asked by nobody, by each token and by a page without its word; and what is none, page for page."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from firmware.web.app import Web
from firmware.web.feed import Feed
from firmware.web.pages import MENU
from tests.adapter import Adapter, account
from tests.web.api_table import operations
from tests.web.client import Client, Reply
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

HELD = {"read": {"read"}, "call": {"read", "call"}, "admin": {"read", "call", "admin"}}
OPEN = {("GET", "/session"), ("POST", "/session"), ("DELETE", "/session"), ("POST", "/setup/code")}
SETTINGS = account("home", "127.0.0.1:9", user="alice", password="alicepw", register=False)  # noqa: S106 - of this test's own account
OPERATIONS = [(method, path, described.get("x-scope", "")) for method, path, described in operations()]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Adapter, PageProcess, Client]]:
    folder = tmp_path_factory.mktemp("rights")
    with Adapter(folder / "device", SETTINGS) as device, PageProcess(folder / "page", device.state) as page:
        owner = Client.of(page)
        owner.set_up(device.state)
        yield device, page, owner


def ask(client: Client, method: str, path: str) -> Reply:
    """With an empty order: whoever may is told what is missing, or does what harms nobody."""
    return client.ask(method, path.replace("{", "").replace("}", ""), {} if method in {"POST", "PATCH"} else None)


def seen(device: Adapter) -> tuple[bytes, Any, str]:
    """Everything that an order might have changed."""
    status = device.ask("status")
    return device.settings.read_bytes(), device.ask("services"), status["started_at"] + status["lines"][0]["state"]


def test_every_operation_has_a_scope_but_those_of_the_door() -> None:
    assert {(method, path) for method, path, scope in OPERATIONS if not scope} == OPEN
    assert {scope for _, _, scope in OPERATIONS} - {""} == HELD.keys()


def test_nobody_gets_anywhere(running: tuple[Adapter, PageProcess, Client]) -> None:
    device, page, _ = running
    before = seen(device)
    for method, path, scope in OPERATIONS:
        if scope:
            assert ask(Client.of(page), method, path).status == 401, f"{method} {path}"
            assert ask(Client(page.url, token="kl_" + "x" * 43), method, path).status == 401, f"{method} {path}"
    assert seen(device) == before


@pytest.mark.parametrize("scope", ["read", "call"])
def test_a_token_is_refused_all_that_it_is_not_for(running: tuple[Adapter, PageProcess, Client], scope: str) -> None:
    device, _, owner = running
    before, token, refused = seen(device), owner.new_token(scope), 0
    for method, path, needed in OPERATIONS:
        if needed and needed not in HELD[scope]:
            reply = ask(token, method, path)
            assert reply.status == 403, f"{method} {path}: {reply.content!r}"
            assert reply.error == f"This takes the right to {needed}, which you do not have here."
            refused += 1
    assert refused >= 20
    assert seen(device) == before


def test_a_token_may_all_that_it_is_for(running: tuple[Adapter, PageProcess, Client]) -> None:
    owner = running[2]
    for scope, held in HELD.items():
        token = owner.new_token(scope)
        for method, path, needed in OPERATIONS:
            if method == "GET" and needed in held and path != "/events":
                assert ask(token, method, path).status not in {401, 403, 500}, f"{scope}: {method} {path}"


def test_no_order_of_a_session_goes_without_the_pages_word(running: tuple[Adapter, PageProcess, Client]) -> None:
    device, page, owner = running
    before = seen(device)
    forged = Client(page.url, csrf="", cookies=owner.cookies)
    for method, path, _ in OPERATIONS:
        if method != "GET":
            assert ask(forged, method, path).status == 403, f"{method} {path}"
    assert owner.get("/status").status == 200
    assert seen(device) == before


def test_what_is_no_operation_is_closed_too(running: tuple[Adapter, PageProcess, Client]) -> None:
    page = running[1]
    for kind in MENU:
        answer = page.request("GET", kind.path)
        assert (answer.status, answer.headers.get("location")) == (303, "/login"), kind.path
    assert page.request("GET", "/events").status == 401
    assert page.request("POST", "/phone/lift", "{}", origin=page.url, content_type="application/json").status == 401
    assert page.request("GET", "/nowhere").status == 303
    with pytest.raises(InvalidStatus) as refused, connect(f"ws://{page.address}/phone/sound", origin=page.url):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("client", "forwarded", "status"),
    [
        ("127.0.0.1", False, 200),
        ("::1", False, 200),
        ("::ffff:127.0.0.1", False, 200),
        ("192.0.2.7", False, 401),
        ("2001:db8::7", False, 401),
        ("::ffff:192.0.2.7", False, 401),
        ("", False, 401),
        ("127.0.0.1", True, 401),
    ],
)
def test_figures_are_for_this_machine_or_a_token(client: str, forwarded: bool, status: int) -> None:  # noqa: FBT001 (a parameter)
    """Asked as the server asks, so that it can come from anywhere."""
    web = Web(Path("nowhere.sock"), Feed(Path("nowhere.sock")), (), private=True)
    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's
        sent.append(message)

    async def receive() -> Any:  # noqa: ANN401 - ASGI's
        return {"type": "http.request"}

    headers = [(b"host", b"localhost"), *([(b"x-forwarded-for", b"192.0.2.1")] if forwarded else [])]
    scope = {"type": "http", "method": "GET", "path": "/metrics", "query_string": b"", "headers": headers, "scheme": "http"}
    asyncio.run(web.asgi({**scope, "client": (client, 1), "server": ("127.0.0.1", 80)}, receive, send))
    assert sent[0]["status"] == status
