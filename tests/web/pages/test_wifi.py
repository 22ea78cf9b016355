"""Wi-Fi on the page: what is around, a passphrase that is wrong and one that is right, a network that hides, a name that would be HTML, and no radio at all."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from firmware.core.wifi_join import Outcome
from firmware.web.catalogue import words_of
from hal.sim.wifi import ADDRESS
from hal.sim.wifi_air import KEY, USUAL
from hal.wifi_socket import NO_RADIO
from tests.adapter import Adapter
from tests.web.client import Client
from tests.web.page_process import PageProcess
from tests.web.pages.axe import troubles
from tests.web.pages.conftest import PATIENCE_MS, Box, Provider
from tests.web.pages.test_first_run import GO_ON, choose_password, give_code, step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def connections(owned: Box, signed_in: Page) -> Iterator[Page]:
    signed_in.goto(f"{owned.url}/connections")
    yield signed_in
    for each in owned.device.ask("wifi.status")["kept"]:
        owned.device.ask("wifi.forget", ssid_hex=each["ssid_hex"])


def look(page: Page) -> Locator:
    """The networks that are found."""
    page.get_by_role("button", name="Look for Wi-Fi networks").click()
    found = page.locator(".wifi .items > li")
    expect(found.first).to_be_visible(timeout=PATIENCE_MS)
    return found


def join(network: Locator, passphrase: str) -> None:
    network.locator("summary").click()
    if passphrase:
        network.get_by_label("Passphrase").fill(passphrase)
    network.get_by_role("button", name="Join").click()


def outcome(page: Page, mood: str) -> Locator:
    return page.locator(f".wifi [role=status] .told-{mood}")


def test_networks_come_by_strength_and_a_name_stays_text(connections: Page) -> None:
    found = look(connections)
    heard = sorted((each for each in USUAL if not each.hidden), key=lambda each: -each.signal_dbm)
    assert found.locator("bdi").all_inner_texts() == [each.ssid.decode() for each in heard]
    assert connections.locator(".wifi img").count() == 0
    expect(found.filter(has_text="Cafe")).to_contain_text("Open")
    expect(found.filter(has_text="Keepline home")).to_contain_text("Protected")
    company = found.filter(has_text="Company")
    expect(company).to_contain_text("Cannot be joined")
    company.locator("summary").click()
    expect(company.get_by_role("button")).to_have_count(0)
    assert troubles(connections) == []


def test_a_wrong_passphrase_is_said_and_the_right_one_joins(owned: Box, connections: Page) -> None:
    network = look(connections).filter(has_text="Keepline home")
    join(network, "not the passphrase")
    expect(outcome(connections, "busy")).to_be_visible()
    expect(outcome(connections, "bad")).to_contain_text(Outcome.WRONG_KEY.value, timeout=PATIENCE_MS)
    assert owned.device.ask("wifi.status")["kept"] == []
    network.get_by_label("Passphrase").fill(KEY)
    connections.keyboard.press("Enter")
    expect(outcome(connections, "good")).to_contain_text(Outcome.JOINED.value, timeout=PATIENCE_MS)
    expect(connections.locator(".wifi .told-good").first).to_contain_text("Keepline home")
    expect(network.locator(".tag")).to_have_text("In use")
    assert owned.device.ask("wifi.status")["address"] == ADDRESS
    assert owned.device.ask("status")["wifi"]["phase"] == "joined"


def test_the_passphrase_stays_with_the_radio(owned: Box, connections: Page) -> None:
    join(look(connections).filter(has_text=EVIL), KEY)
    expect(outcome(connections, "good")).to_be_visible(timeout=PATIENCE_MS)
    told = [owned.device.ask(do) for do in ("status", "settings.show", "system.logs", "wifi.status")]
    written = [file.read_bytes() for file in owned.device.folder.rglob("*") if file.is_file()]
    assert KEY not in str(told)
    assert not any(KEY.encode() in content for content in written)


def test_a_hidden_network_is_joined_by_its_name_and_forgotten(owned: Box, connections: Page) -> None:
    look(connections)
    hidden = connections.locator(".wifi details", has_text="A network that is not listed")
    hidden.locator("summary").click()
    hidden.get_by_label("Name of the network").fill("Attic")
    hidden.get_by_label("Passphrase").fill("short")
    hidden.get_by_role("button", name="Join").click()
    expect(outcome(connections, "bad")).to_contain_text("8 to 63 characters")
    hidden.get_by_label("Passphrase").fill(KEY)
    hidden.get_by_role("button", name="Join").click()
    expect(outcome(connections, "good")).to_be_visible(timeout=PATIENCE_MS)
    connections.get_by_role("button", name="Forget", exact=True).click()
    connections.get_by_role("button", name="Forget it").click()
    expect(connections.locator(".wifi")).to_contain_text("In no Wi-Fi network.")
    assert owned.device.ask("wifi.status")["kept"] == []


@pytest.mark.parametrize("language", ["kk", "ru", "bn"])
def test_the_outcome_is_in_the_page_s_language(owned: Box, connections: Page, language: str) -> None:
    words = words_of(language)
    connections.goto(f"{owned.url}/language/{language}?then=/connections")
    connections.get_by_role("button", name=words("Look for Wi-Fi networks")).click()
    network = connections.locator(".wifi .items > li", has_text="Garden")
    network.locator("summary").click()
    network.get_by_label(words("Passphrase")).fill("not the passphrase")
    connections.keyboard.press("Enter")
    expect(outcome(connections, "bad")).to_contain_text(words(Outcome.WRONG_KEY.value), timeout=PATIENCE_MS)
    connections.goto(f"{owned.url}/language/en?then=/connections")


@pytest.fixture
def without_radio(tmp_path: Path, provider: Provider) -> Iterator[Box]:
    """A box whose radio was pulled out: the folder of its control sockets is empty."""
    with (
        Adapter(tmp_path / "device", "", environment={"TMPDIR": str(tmp_path)}) as device,
        PageProcess(tmp_path / "page", device.state) as page,
    ):
        assert device.ask("wifi.status")["radio"] == "wlan0"
        for folder in tmp_path.glob("keepline-wifi-*"):
            shutil.rmtree(folder)
        yield Box(provider, device, page)


def test_a_box_without_a_radio_says_so_in_the_first_set_up(without_radio: Box, tab: Page) -> None:
    tab.context.clear_cookies()
    tab.goto(f"{without_radio.url}/setup")
    tab.locator(GO_ON).click()
    give_code(without_radio, tab)
    choose_password(tab)
    step(tab, 3)
    tab.get_by_text("Join a Wi-Fi network").click()
    expect(tab.locator(".wifi")).to_have_text(f"·{NO_RADIO}")
    tab.locator(GO_ON).click()
    step(tab, 4)


def test_scripts_join_by_the_api(owned: Box) -> None:
    client = Client.of(owned.page)
    assert client.sign_in().status == 200
    assert client.post("/wifi/scan").json[0]["ssid"] == "Keepline home"
    assert client.new_token("read").post("/wifi/join", ssid="Cafe").status == 403
    refused = client.post("/wifi/join", ssid="Cafe", passphrase="needless of it")  # noqa: S106 - of no network
    assert (refused.status, refused.error) == (409, "This network is open: it takes no passphrase.")
    for passphrase in (12345678, "x" * 257):
        unclear = client.post("/wifi/join", ssid="Keepline home", passphrase=passphrase)
        assert (unclear.status, unclear.error) == (400, "Passphrase must be text of at most 256 characters.")
    assert client.post("/wifi/join", ssid="Cafe").json == {"joined": True, "reason": Outcome.JOINED.value}
    assert client.get("/wifi").json["ssid"] == "Cafe"
    assert client.post("/wifi/forget", ssid="Cafe").json["kept"] == []
