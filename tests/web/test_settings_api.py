"""Settings over the API: shown without secrets, previewed, saved whole or not at all, with the sentences of `keepline check`, and calls go on."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from tests.adapter import KEEPLINE, Adapter, account
from tests.peers.kamailio import Kamailio
from tests.peers.sound import tone_level_dbm0
from tests.web.client import Client
from tests.web.conftest import FAR_HZ
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.web.conftest import Scene

SECRET = "a-secret-word"  # noqa: S105 - of this test's own account
OTHER = "other-word"
MASK = "*" * 8
SETTINGS = account("home", "127.0.0.1:9", user="alice", password=SECRET, register=False) + account(
    "work", "127.0.0.1:9", user="bob", password=OTHER, register=False
)


def in_demo(page: PageProcess) -> Client:
    client = Client.of(page)
    client.csrf = client.get("/session").json["csrf"]
    return client


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Adapter, Client]]:
    with Adapter(tmp_path / "device", SETTINGS) as device, PageProcess(tmp_path / "page", device.state, demo=True) as page:
        yield device, in_demo(page)


def test_every_key_is_described_and_no_secret_shown(running: tuple[Adapter, Client]) -> None:
    reply = running[1].get("/settings")
    assert SECRET.encode() not in reply.content
    told = reply.json
    sections = {section["name"]: section for section in told["sections"]}
    for name, section in sections.items():
        for key in section["fields"]:
            assert key["help"].endswith("."), f"{name}.{key['name']}"
            assert key["label"]
            assert key["allowed"]
    sip = {key["name"]: key for key in sections["sip"]["fields"]}
    assert (sip["rtp_first"]["least"], sip["rtp_first"]["most"], sip["rtp_first"]["restart"]) == (1024, 65534, True)
    assert sip["rtp_silence_s"]["unit"] == "s"
    assert told["values"]["account"][0]["password"] == MASK


MISTAKES: dict[str, tuple[dict[str, object], str]] = {
    "a choice": ({"device": {"country": "XX"}}, '[device]\ncountry = "XX"\n'),
    "a bound": ({"sip": {"rtp_first": 70000}}, "[sip]\nrtp_first = 70000\n"),
    "two keys": (
        {"line": [{"flash_min_ms": 700, "flash_max_ms": 100}]},
        "[[line]]\nflash_min_ms = 700\nflash_max_ms = 100\n",
    ),
    "a reference": ({"rule": [{"account": "nobody"}]}, '[[rule]]\naccount = "nobody"\n'),
    "a table": ({"nonsense": {"a": 1}}, "[nonsense]\na = 1\n"),
    "a key": ({"device": {"nme": "x"}}, '[device]\nnme = "x"\n'),
    "no table": ({"device": 5}, "device = 5\n"),
    "no list": ({"contact": "x"}, 'contact = "x"\n'),
    "no tables": ({"contact": [5]}, "contact = [5]\n"),
}


@pytest.mark.parametrize("which", MISTAKES)
def test_a_mistake_is_told_as_keepline_check_tells_it_and_nothing_is_saved(
    running: tuple[Adapter, Client], tmp_path: Path, which: str
) -> None:
    device, client = running
    changes, same_by_hand = MISTAKES[which]
    before = device.settings.read_bytes()
    previewed = client.post("/settings/preview", changes=changes).json
    reply = client.ask("PATCH", "/settings", {"changes": changes})
    assert reply.status == 422
    assert reply.json["mistakes"] == previewed["mistakes"]
    assert device.settings.read_bytes() == before
    by_hand = tmp_path / "by-hand.toml"
    by_hand.write_text(same_by_hand + SETTINGS)
    checked = subprocess.run([KEEPLINE, "check", by_hand], capture_output=True, text=True, check=False)
    assert checked.returncode == 2
    told = checked.stdout + checked.stderr
    assert reply.json["mistakes"]
    for mistake in reply.json["mistakes"]:
        assert mistake["sentence"].removeprefix("settings: ") in told


def test_a_preview_says_what_would_change_and_changes_nothing(running: tuple[Adapter, Client]) -> None:
    device, client = running
    before = device.settings.read_bytes()
    told = client.post("/settings/preview", changes={"device": {"name": "Hall"}, "sip": {"port": 5070}}).json
    assert told["changed"] == [
        {"key": "device.name", "old": "Keepline", "new": "Hall", "restart": False},
        {"key": "sip.port", "old": 0, "new": 5070, "restart": True},
    ]
    assert told["after_restart"] == ["sip.port"]
    assert device.settings.read_bytes() == before


def test_the_page_and_the_device_agree_on_what_waits_for_a_restart(running: tuple[Adapter, Client]) -> None:
    device, client = running
    changes = {"sip": {"port": 5070}, "device": {"name": "Hall"}, "line": [{}, {}]}
    told = client.ask("PATCH", "/settings", {"changes": changes}).json
    text = device.settings.read_text()
    assert sorted(told["after_restart"]) == sorted(device.ask("reload")["after_restart"])
    assert 'name = "Hall"' in text


def test_a_masked_secret_stays_what_it_was_whatever_the_order(running: tuple[Adapter, Client]) -> None:
    device, client = running
    accounts = client.get("/settings").json["values"]["account"]
    reply = client.ask("PATCH", "/settings", {"changes": {"account": [accounts[1], accounts[0] | {"display_name": "Anna"}]}})
    assert reply.status == 200, reply.content
    text = device.settings.read_text()
    assert text.index(OTHER) < text.index(SECRET)
    assert 'display_name = "Anna"' in text
    assert SECRET.encode() not in reply.content
    stranger = {"id": "new", "server": "127.0.0.1:9", "user": "x", "password": MASK}
    reply = client.ask("PATCH", "/settings", {"changes": {"account": [*accounts, stranger]}})
    assert reply.status == 422
    assert "masked" in reply.error


def test_null_is_the_default(running: tuple[Adapter, Client]) -> None:
    client = running[1]
    client.ask("PATCH", "/settings", {"changes": {"device": {"name": "Hall"}}})
    client.ask("PATCH", "/settings", {"changes": {"device": {"name": None}}})
    assert client.get("/settings").json["values"]["device"]["name"] == "Keepline"


@pytest.mark.parametrize("web", [{"password_hash": "$argon2id$mine"}, None, 7])
def test_the_password_is_not_changed_by_the_settings_door(running: tuple[Adapter, Client], web: object) -> None:
    assert running[1].ask("PATCH", "/settings", {"changes": {"web": web}}).status == 422


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(running: tuple[Adapter, Client]) -> None:
    client = running[1]
    revision = client.get("/settings").json["revision"]
    assert client.ask("PATCH", "/settings", {"changes": {"device": {"name": "One"}}, "revision": revision}).status == 200
    reply = client.ask("PATCH", "/settings", {"changes": {"device": {"name": "Two"}}, "revision": revision})
    assert reply.status == 409
    assert reply.error.startswith("Somebody else saved")
    assert client.get("/settings").json["values"]["device"]["name"] == "One"


def test_saves_at_the_same_time_leave_one_whole_file(running: tuple[Adapter, Client]) -> None:
    device, client = running
    replies = []

    def save(number: int) -> None:
        mine = Client(client.url, csrf=client.csrf)
        people = [{"name": f"Person {number}", "numbers": [f"+7727000{number:04}"]}]
        changes = {"device": {"name": f"Box {number}"}, "contact": people}
        replies.append(mine.ask("PATCH", "/settings", {"changes": changes}).status)

    saving = [threading.Thread(target=save, args=[number]) for number in range(12)]
    for thread in saving:
        thread.start()
    for thread in saving:
        thread.join()
    assert replies == [200] * 12
    values = client.get("/settings").json["values"]
    number = values["device"]["name"].removeprefix("Box ")
    assert values["contact"][0]["name"] == f"Person {number}"
    assert values["account"][0]["password"] == MASK
    assert device.ask("status")["name"] == values["device"]["name"]


def test_a_save_drops_no_call(scene: Scene) -> None:
    client = in_demo(scene.page)
    scene.device.lift()
    scene.device.wait_line("dial tone")
    scene.device.dial("600#")
    scene.device.wait_line("in call")
    reply = client.ask("PATCH", "/settings", {"changes": {"device": {"name": "Renamed", "language": "ru"}, "contact": []}})
    assert reply.json["after_restart"] == []
    assert scene.device.ask("status")["name"] == "Renamed"
    assert tone_level_dbm0(scene.device.samples(1), FAR_HZ) > -30
    assert client.ask("PATCH", "/settings", {"changes": {"device": {"name": None, "language": None}}}).status == 200


def test_a_trial_tells_in_words_how_an_account_would_fare(tmp_path: Path, scene: Scene) -> None:
    client = in_demo(scene.page)
    with Kamailio(tmp_path, {"carol": "carolpw"}) as registrar:
        right = {"id": "trial", "server": registrar.server, "user": "carol", "password": "carolpw"}
        told = client.post("/settings/test-account", account=right).json
        assert (told["ok"], told["reason"], told["status"]) == (True, "registered", 200)
        registrar.wait_unregistered("carol")
        told = client.post("/settings/test-account", account={**right, "password": "wrong"}).json
        assert told["ok"] is False
        assert told["reason"] == "the server did not accept the user or password"
    told = client.post("/settings/test-account", account={"id": "trial", "server": "", "user": "carol"}).json
    assert told["ok"] is False
    assert "server" in told["reason"]


def test_a_trial_of_an_account_that_runs_leaves_it_registered(scene: Scene) -> None:
    client = in_demo(scene.page)
    kept = client.get("/settings").json["values"]["account"][0]
    assert kept["password"] == MASK
    assert client.post("/settings/test-account", account=kept).json["ok"] is True
    assert len(scene.kamailio.registered("alice")) == 1
    assert scene.device.ask("status")["accounts"][0]["state"] == "registered"


def test_a_file_that_somebody_broke_by_hand_is_explained(running: tuple[Adapter, Client]) -> None:
    device, client = running
    device.settings.write_text("device = [")
    assert "is not TOML" in client.get("/settings").error
    assert client.ask("PATCH", "/settings", {"changes": {}}).status == 409
    assert device.ask("status")["ready"]
