"""The cable and the Wi-Fi of one router: each uplink answers for its own address, and the interfaces' settings come back afterwards."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware.network.probes.ping import ping
from firmware.network.routes import Routes
from tests.lab.namespaces import connect
from tests.network.claimed import claimed
from tests.network.town import Town, rows, town
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
TRIES = 10


@pytest.fixture
def place() -> Iterator[Town]:
    """The device's wlan0 hangs on the same bridge as its eth0."""
    with town() as made:
        made.device.ip("link", "del", "wlan0")
        connect(made.device, "wlan0", made.wire, "air")
        made.wire.ip("addr", "flush", "dev", "lan")
        made.wire.ip("link", "add", "house", "type", "bridge")
        for port in ("lan", "air"):
            made.wire.ip("link", "set", port, "master", "house")
        made.wire.ip("link", "set", "house", "up")
        made.wire.ip("addr", "add", "10.1.0.1/24", "dev", "house")
        made.device.ip("addr", "add", "10.1.0.3/24", "dev", "wlan0")
        made.device.ip("route", "add", "default", "via", "10.1.0.1", "dev", "wlan0", "metric", "600")
        yield made


def settings(place: Town) -> list[str]:
    folder = Path("/proc/sys/net/ipv4/conf")
    with place.device.inside():
        return [(folder / name / key).read_text().strip() for name in ("eth0", "wlan0") for key in ("arp_ignore", "arp_announce")]


def hardware(place: Town, name: str) -> str:
    return str(rows(place.device, "link", "show", name)[0]["address"])


def test_the_router_learns_each_address_at_its_own_interface(place: Town) -> None:
    async def scenario() -> None:
        async with claimed() as (_, sight):
            for _ in range(TRIES):
                place.wire.ip("neigh", "flush", "dev", "house")
                for link in sight.watch.links:
                    await ping(link, "10.1.0.1", 5000)
                    known = rows(place.wire, "neigh", "show", link.address4)
                    assert [row["lladdr"] for row in known] == [hardware(place, link.name)]

    with place.device.inside():
        asyncio.run(scenario())


def test_the_settings_come_back_with_the_end_or_with_another_subnet(place: Town, tmp_path: Path) -> None:
    place.device.write("/proc/sys/net/ipv4/conf/eth0/arp_announce", "1")
    before = settings(place)
    assert before == ["0", "1", "0", "0"]

    async def scenario() -> None:
        async with claimed() as (held, sight):
            assert settings(place) == ["1", "2", "1", "2"]
            place.device.ip("addr", "add", "10.7.0.3/24", "dev", "wlan0")
            place.device.ip("addr", "del", "10.1.0.3/24", "dev", "wlan0")
            await sight.until(lambda link: link.address4 == "10.7.0.3", "wlan0")
            assert settings(place) == before
            held.routes.claim(sight.watch.link("eth0"))

    with place.device.inside():
        asyncio.run(scenario())
    assert settings(place) == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("note", ["", "{}", "[1]", '{"eth0": 3}', "\0"])
def test_a_killed_process_leaves_a_note_and_a_spoilt_note_does_no_harm(place: Town, tmp_path: Path, note: str) -> None:
    path = tmp_path / "note.json"
    before = settings(place)
    claimer = [*place.device.enter, sys.executable, "-m", "tests.network.claimer", "eth0", "wlan0"]
    environment = {"PYTHONPATH": str(ROOT), "NOTE": str(path)}
    with Process(claimer, tmp_path / "log", name="claimer", environment=environment, stop_signal=signal.SIGKILL) as process:
        process.wait_for_line("claimed")
    assert settings(place) != before
    if note:
        path.write_text(note)

    async def scenario() -> None:
        routes = Routes(note=path)
        routes.start()
        assert (settings(place) == before) is not bool(note)
        routes.release_all()

    with place.device.inside():
        asyncio.run(scenario())
