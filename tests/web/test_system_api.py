"""Backup, restore, restart, factory reset, log and support bundle over the API, on a real device that starts anew."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.adapter import Adapter, account
from tests.web.client import PASSWORD, Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "a-secret-word"  # noqa: S105 - of this test's own account
PHRASE = "four plain words here"
SETTINGS = '[device]\nname = "Hall"\n' + account("home", "127.0.0.1:9", user="alice", password=SECRET, register=False)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Adapter, Client]]:
    with Adapter(tmp_path / "device", SETTINGS) as device, PageProcess(tmp_path / "page", device.state) as page:
        client = Client.of(page)
        client.set_up(device.state)
        yield device, client


def starts_anew(device: Adapter, client: Client, path: str, **given: object) -> Any:  # noqa: ANN401 - JSON
    """Give the order and wait until the device is back."""
    said = len(device.process.lines)
    reply = client.post(path, **given)
    assert reply.status == 200, reply.content
    device.process.wait_for_line("^ready$", after=said)
    return reply.json


def backup(client: Client, **how: object) -> str:
    reply = client.post("/system/backup", **how)
    assert reply.status == 200, reply.content
    text: str = reply.json["backup"]
    return text


def values(client: Client) -> Any:  # noqa: ANN401 - JSON
    return client.get("/settings").json["values"]


def test_backup_reset_and_restore_give_the_same_box(running: tuple[Adapter, Client]) -> None:
    device, client = running
    client.post("/services/forward", line=1, when="always", number="600")
    before, services = values(client), client.get("/services").json
    kept = backup(client, secrets=True, passphrase=PHRASE)
    assert SECRET not in kept
    assert client.post("/system/factory-reset", confirm="wrong").status == 409
    starts_anew(device, client, "/system/factory-reset", confirm="Hall")
    assert SECRET not in device.settings.read_text()
    assert not device.settings.with_name("keepline.toml.previous").exists()
    assert client.get("/session").json["setup"]["done"] is False
    client.cookies.clear()
    client.set_up(device.state)
    assert values(client)["account"] == []
    assert client.post("/system/restore", backup=kept, passphrase=PHRASE[:-1]).status == 409
    told = client.post("/system/restore", backup=kept, passphrase=PHRASE, check_only=True).json
    assert told["settings"]["device"]["name"] == "Hall"
    assert values(client)["account"] == []
    assert starts_anew(device, client, "/system/restore", backup=kept, passphrase=PHRASE)["missing"] == []
    assert values(client) == before
    assert client.get("/services").json == services
    assert SECRET in device.settings.read_text()


def test_a_backup_without_secrets_keeps_those_of_the_box_and_names_what_is_missing(running: tuple[Adapter, Client]) -> None:
    device, client = running
    kept = backup(client)
    assert SECRET not in kept
    other = kept.replace('id = \\"home\\"', 'id = \\"home2\\"')
    assert client.post("/system/restore", backup=other, check_only=True).json["missing"] == ["account home2: password"]
    assert starts_anew(device, client, "/system/restore", backup=kept)["missing"] == []
    assert SECRET in device.settings.read_text()
    assert client.sign_in(PASSWORD).status == 200


def test_secrets_leave_only_sealed(running: tuple[Adapter, Client]) -> None:
    reply = running[1].post("/system/backup", secrets=True)
    assert reply.status == 409
    assert "passphrase" in reply.error


OLD = json.dumps({"keepline_backup": 1, "settings": '[device]\nname = "Old box"\n'})


def test_a_backup_of_an_older_keepline_is_taken(running: tuple[Adapter, Client]) -> None:
    told = running[1].post("/system/restore", backup=OLD, check_only=True).json
    assert told["settings"]["device"]["name"] == "Old box"


FOREIGN = [
    ("", "This is no backup of a Keepline"),
    ("PK\x03\x04 a zip of something else", "This is no backup of a Keepline"),
    ('{"homeassistant": 1}', "This is no backup of a Keepline"),
    ("[" * 100_000, "This is no backup of a Keepline"),
    ('{"keepline_backup": 99}', "This backup comes from a newer Keepline; update this box first"),
    ('{"keepline_backup": true}', "This is no backup of a Keepline"),
    ('{"keepline_backup": 0}', "This backup has the unknown format 0"),
    ('{"keepline_backup": 2}', "This backup is damaged: it holds no settings"),
    ('{"keepline_backup": 2, "sealed": {}}', "This backup is sealed; give its passphrase"),
    ('{"keepline_backup": 1, "settings": "device = ["}', "The backup: is not TOML"),
    ('{"keepline_backup": 1, "settings": "[device]\\ncountry = \\"XX\\""}', 'The backup: [device] country: "XX" is not allowed'),
    (
        '{"keepline_backup": 2, "content": {"settings": "", "presets": {"../../etc/passwd.toml": "x"}}}',
        "This backup is damaged: what it holds beside the settings makes no sense",
    ),
]


def test_what_is_no_backup_of_ours_is_told_and_changes_nothing(running: tuple[Adapter, Client]) -> None:
    device, client = running
    before = device.settings.read_bytes()
    for text, sentence in FOREIGN:
        reply = client.post("/system/restore", backup=text)
        assert reply.status == 409
        assert reply.error.startswith(sentence)
    assert device.settings.read_bytes() == before
    assert not (device.state / "pending.json").exists()


def test_a_restart_brings_the_device_back_with_its_process(running: tuple[Adapter, Client]) -> None:
    device, client = running
    began, process = client.get("/status").json["started_at"], device.process.pid
    starts_anew(device, client, "/system/restart")
    assert client.get("/status").json["started_at"] > began
    assert device.process.pid == process


def test_a_large_upload_is_refused_before_it_is_read(running: tuple[Adapter, Client]) -> None:
    client = running[1]
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"origin": client.url, "cookie": cookie, "x-csrf-token": client.csrf, "content-length": str(2 * 1024**3)}
    for path in ("/system/restore", "/mailboxes/home/greeting", "/settings", "/session"):
        reply = client.send("POST", f"/api/v1{path}", b"{", headers)
        assert reply.status == 413
        assert reply.headers["connection"] == "close"


def test_a_caller_blocked_on_the_page_is_blocked_in_the_device_until_let_in_again(running: tuple[Adapter, Client]) -> None:
    device, client = running
    assert client.post("/people/block", number="+77271234567").json["blocked"] == ["+77271234567"]
    assert device.ask("services")["blocked"] == ["+77271234567"]
    assert client.post("/people/block", number="<b>").status == 409
    assert client.post("/services/unblock", number="+77271234567").json["blocked"] == []


def test_neither_log_nor_bundle_holds_a_secret(running: tuple[Adapter, Client]) -> None:
    device, client = running
    client.post("/settings/test-account", account={"id": "x", "server": "127.0.0.1:9", "user": "x", "password": SECRET})
    device.ask("reload")
    bundle = zipfile.ZipFile(io.BytesIO(client.get("/system/support-bundle").content))
    assert {"settings.json", "log.txt", "status.json", "calls.json", "about.txt"} <= set(bundle.namelist())
    for name in bundle.namelist():
        text = bundle.read(name).decode()
        assert SECRET not in text
        assert "argon2" not in text
    assert json.loads(bundle.read("settings.json"))["account"][0]["password"] == "*" * 8
    assert SECRET not in json.dumps(client.get("/system/logs?lines=2000").json)
