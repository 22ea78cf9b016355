"""The card of the software: honest where the system has no updater; where it has one, found, asked, and its word shown."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from firmware import VERSION
from tests.web.client import Client
from tests.web.pages.conftest import PATIENCE_MS, Box

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Updater:
    """What an updater of the system does in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def say(self, state: str, **more: str) -> None:
        (self.folder / "status.json").write_text(json.dumps({"source": "https://updates.test/keepline", "state": state, **more}))

    def take(self) -> str:
        """What it is asked for, taken up."""
        wanted = self.folder / "wanted.json"
        word = str(json.loads(wanted.read_text())["do"])
        wanted.unlink()
        return word


@pytest.fixture
def updater(owned: Box) -> Iterator[Updater]:
    folder = owned.device.state / "update"
    yield Updater(folder)
    shutil.rmtree(folder)


@pytest.fixture
def client(owned: Box) -> Client:
    client = Client.of(owned.page)
    assert client.sign_in().status == 200
    return client


def card(page: Page, owned: Box) -> Page:
    page.goto(f"{owned.url}/system")
    expect(page.locator("#page")).not_to_have_attribute("aria-busy", "true", timeout=PATIENCE_MS)
    return page


def test_without_an_updater_the_card_says_so_and_offers_nothing(owned: Box, signed_in: Page) -> None:
    software = card(signed_in, owned).get_by_role("region", name="Software")
    expect(software).to_contain_text(VERSION)
    expect(software).to_contain_text("Updates are not set up on this system")
    expect(software.get_by_role("button")).to_have_count(0)


def test_an_update_is_looked_for_found_and_asked_for(owned: Box, signed_in: Page, updater: Updater) -> None:
    updater.say("idle")
    software = card(signed_in, owned).get_by_role("region", name="Software")
    expect(software).to_contain_text("https://updates.test/keepline")
    software.get_by_role("button", name="Look for updates").click()
    expect(software).to_contain_text("The updater was asked.")
    updater.say("idle", offered="99.1")
    assert updater.take() == "look"
    software.get_by_role("button", name="Install 99.1 ...").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Install", exact=True).click()
    expect(software).to_contain_text("The updater was asked.")
    updater.say("installing", offered="99.1")
    assert updater.take() == "install"
    expect(software).to_contain_text("The update is being installed.")
    updater.say("failed", offered="99.1", reason="the signature is not ours")
    expect(software).to_contain_text("The update did not work. the signature is not ours", timeout=PATIENCE_MS)


def test_what_cannot_be_done_is_a_sentence(owned: Box, client: Client) -> None:
    assert client.post("/system/update/look").error == "Updates are not set up on this system."
    assert client.get("/system/update").json == {"version": VERSION, "updater": None}
    updater = Updater(owned.device.state / "update")
    try:
        updater.say("idle")
        assert client.post("/system/update/install").error == "There is no newer version to install."
        updater.say("installing")
        assert client.post("/system/update/look").error == "The updater is at work already."
        for nonsense in ("{", "[]", '{"state": "sleeping", "source": ""}', '{"state": "idle"}', "[" * 100_000):
            (updater.folder / "status.json").write_text(nonsense)
            assert client.get("/system/update").error == "What the updater says cannot be read."
    finally:
        shutil.rmtree(updater.folder)
