"""The page's process needs the control socket and nothing else; and whoever took it over may give orders there, each of which the device checks again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from firmware.client import Client as Socket
from firmware.orders import OrderRefused
from tests.adapter import Adapter, account
from tests.web.client import PASSWORD, Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "a-secret-word"  # noqa: S105 - of this test's own account
SETTINGS = (
    account("home", "127.0.0.1:9", user="alice", password=SECRET, register=False)
    + '[[mailbox]]\nname = "home"\npin = "4711"\n[modem]\npin = "9876"\n'
)
SECRETS = (SECRET, "4711", "9876", "$argon2id$", PASSWORD)


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    with Adapter(tmp_path_factory.mktemp("device"), SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, device: Adapter) -> Iterator[PageProcess]:
    """A page whose state folder holds the control socket and nothing more."""
    folder = tmp_path_factory.mktemp("nothing-else")
    (folder / "control.sock").symlink_to(device.state / "control.sock")
    with PageProcess(tmp_path_factory.mktemp("page"), folder, "0.0.0.0:0") as page:
        yield page
    assert [each.name for each in folder.iterdir()] == ["control.sock"]


@pytest.fixture(scope="module")
def owner(device: Adapter, alone: PageProcess) -> Client:
    """Set up, and signed in over TLS: the certificate comes by the socket too."""
    port = alone.address.rpartition(":")[2]
    Client(f"http://127.0.0.1:{port}").set_up(device.state)
    signed_in = Client(f"https://127.0.0.1:{port}")
    assert signed_in.sign_in().status == 200
    return signed_in


def test_the_page_does_all_it_does_by_the_control_socket_alone(device: Adapter, alone: PageProcess, owner: Client) -> None:
    for path in (
        "/status",
        "/calls",
        "/calls.csv",
        "/settings",
        "/timeline",
        "/system/logs",
        "/system/support-bundle",
        "/tokens",
    ):
        assert owner.get(path).status == 200, path
    assert owner.ask("PATCH", "/settings", {"changes": {"device": {"name": "Hall"}}}).status == 200
    assert owner.post("/system/backup", secrets=True, passphrase="four plain words").status == 200  # noqa: S106 - of this test
    assert owner.get("/session").json["name"] == "Hall"
    assert not [name for name in alone.open_files() if str(device.folder) in name]
    assert "Traceback" not in alone.process.log_tail


@pytest.fixture
def taken_over(device: Adapter, owner: Client) -> Iterator[Socket]:
    """What is left to somebody in the page's process: the socket, after the owner's set-up."""
    assert owner.csrf
    with Socket(device.state / "control.sock") as socket:
        yield socket


def test_no_look_by_the_socket_shows_a_secret(taken_over: Socket) -> None:
    for look in ("status", "settings.show", "access.state", "access.tokens", "system.logs", "system.support", "system.backup"):
        told = json.dumps(taken_over.ask(look, 60))
        for secret in SECRETS:
            assert secret not in told, look


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("access.set_password", {"new": "a new password"}, "That is not the present password."),
    ("access.set_password", {"new": "a new password", "old": "wrong"}, "That is not the present password."),
    ("access.login", {"password": "wrong"}, "That is not the password."),
    ("access.setup_code", {"code": "ANYTHING"}, "The box is set up already; sign in with its password."),
]


def test_passwords_are_judged_by_the_device(taken_over: Socket, device: Adapter) -> None:
    before = device.settings.read_bytes()
    for do, given, reason in REFUSED:
        assert taken_over.ask(do, 30, address="192.0.2.9", **given) == {"ok": False, "reason": reason, "wait_s": 0}
    assert device.settings.read_bytes() == before


SENSELESS: list[tuple[str, dict[str, Any]]] = [
    ("no.such.order", {}),
    ("status", {"extra": 1}),
    ("settings.save", {"changes": json.dumps({"web": {"password_hash": "$argon2id$mine"}})}),
    ("settings.save", {"changes": "{"}),
    ("settings.save", {}),
    ("access.token_new", {"name": "x", "scope": "everything"}),
    ("access.token_new", {"name": "\n", "scope": "read"}),
    ("access.setup_step", {"step": "anything"}),
    ("system.restore", {"backup": "{}"}),
    ("system.restore", {"backup": '{"keepline_backup": 2, "content": {"settings": "", "presets": {"../../x": "y"}}}'}),
    ("system.factory_reset", {"confirm": "wrong"}),
    ("system.backup", {"secrets": True}),
    ("system.logs", {"lines": 1_000_000}),
    ("voicemail.play", {"message": "../../../etc/passwd"}),
    ("voicemail.delete", {"message": "../device"}),
    ("voicemail.greeting", {"mailbox": "../../etc"}),
    ("voicemail.greeting", {"mailbox": "home", "wav": "no wav"}),
    ("evidence.show", {"call": 7}),
    ("services.line", {"line": 99}),
    ("services.block", {"number": "<b>"}),
    ("phone.lift", {"line": "1"}),
    ("phone.dial", {"digits": "x"}),
    ("uplinks.pin", {"uplink": "; reboot"}),
    ("modem.pin", {"pin": "1"}),
]


def refusal(socket: Socket, do: str, given: dict[str, Any]) -> str:
    """What stands against it; empty for what was done."""
    try:
        told = socket.ask(do, 60, **given)
    except OrderRefused as problem:
        return str(problem)
    return str(told["mistakes"][0]["sentence"]) if told.get("mistakes") else ""


@pytest.mark.parametrize(("do", "given"), SENSELESS, ids=[f"{do} {number}" for number, (do, _) in enumerate(SENSELESS)])
def test_an_order_the_page_would_not_give_is_refused_in_a_sentence(
    taken_over: Socket, device: Adapter, do: str, given: dict[str, Any]
) -> None:
    settings, services = device.settings.read_bytes(), device.ask("services")
    sentence = refusal(taken_over, do, given)
    assert sentence
    assert "unexpectedly" not in sentence
    assert device.settings.read_bytes() == settings
    assert device.ask("services") == services
    assert device.ask("status")["ready"]
    assert "failed unexpectedly" not in device.process.log_tail


def test_tries_are_counted_by_the_device_whatever_the_page_says(taken_over: Socket) -> None:
    """Addresses are the page's word: who invents one for each try runs into the count of all of them."""
    waits = []
    for number in range(60):
        place = f"2001:db8:{number:x}::1"
        first = taken_over.ask("access.login", 30, password="wrong", address=place)  # noqa: S106 - wrong on purpose
        again = taken_over.ask("access.login", 30, password="wrong", address=place)  # noqa: S106 - same
        waits.append(max(first["wait_s"], again["wait_s"]))
    assert waits[0] == 0
    assert waits[-1] > 0
