"""Calls and states at a real broker: discovery, state as it happens, the birth message, last will, a broker that goes and comes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from firmware.mqtt.link import Broker as Settings
from tests.adapter import Adapter, account
from tests.mqtt.broker import Broker, Listener
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG, STATE, AVAILABILITY = "homeassistant/device/hall/config", "hall/state", "hall/availability"


def settings(broker: Broker, more: str = "") -> str:
    table = f'[mqtt]\nserver = "127.0.0.1:{broker.port}"\ntopic = "hall"\n{more}'
    return table + account("home", "127.0.0.1:9", user="alice", register=False)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker") as running:
        yield running


def state(said: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    return json.loads(said.get(STATE) or "{}")


def test_the_box_is_discovered_and_told_as_it_happens(tmp_path: Path, broker: Broker) -> None:
    with (
        Listener(broker.port) as listener,
        Adapter(tmp_path / "device", settings(broker)) as device,
        PageProcess(tmp_path / "page", device.state) as page,
    ):
        said = listener.wait(lambda said: said.get(AVAILABILITY) == "online", "that the box is there")
        config = json.loads(said[CONFIG])
        assert {"device", "origin", "components", "state_topic", "availability_topic"} <= config.keys()
        identities = [each["unique_id"] for each in config["components"].values()]
        assert len(set(identities)) == len(identities)
        told = state(said)
        for each in config["components"].values():
            assert each["platform"] in {"sensor", "binary_sensor"}
            assert each["value_template"].split("'")[1] in told
        assert told["line_1"] == "idle"
        assert told["account_home"] == "ON"
        assert "last_caller" not in told
        device.lift()
        listener.wait(lambda said: state(said)["line_1_in_use"] == "ON", "the lifted handset")
        device.replace()
        listener.wait(lambda said: state(said)["line_1_in_use"] == "OFF", "the replaced handset")
        listener.forget()
        listener.publish("homeassistant/status", "online")
        listener.wait(lambda said: {CONFIG, STATE, AVAILABILITY} <= said.keys(), "everything again after Home Assistant's birth")
        page.process.kill()
        listener.wait(lambda said: said[AVAILABILITY] == "offline", "the last will")


def test_a_device_that_stops_is_told_and_one_that_is_no_longer_wanted_taken_back(tmp_path: Path, broker: Broker) -> None:
    with Listener(broker.port) as listener, PageProcess(tmp_path / "page", tmp_path / "device" / "state"):
        with Adapter(tmp_path / "device", settings(broker)):
            listener.wait(lambda said: said.get(AVAILABILITY) == "online", "that the box is there", 40)
        listener.wait(lambda said: said[AVAILABILITY] == "offline", "that the device stopped")
        with Adapter(tmp_path / "device", settings(broker)) as device:
            listener.wait(lambda said: said[AVAILABILITY] == "online", "that it is back")
            device.settings.write_text("")
            device.ask("reload")
            listener.wait(lambda said: said[CONFIG] == "", "the removal", 40)


def test_a_broker_that_goes_and_comes_back_hears_everything_again(tmp_path: Path) -> None:
    with Broker(tmp_path / "one") as first:
        port = first.port
        with Adapter(tmp_path / "device", settings(first)) as device, PageProcess(tmp_path / "page", device.state) as page:
            with Listener(port) as listener:
                listener.wait(lambda said: said.get(AVAILABILITY) == "online", "that the box is there")
            first.process.stop()
            assert page.request("GET", "/api/v1/session").status == 200
            with Broker(tmp_path / "two", port), Listener(port) as listener:
                listener.wait(lambda said: said.get(AVAILABILITY) == "online", "that the box is there again", 60)
            assert "Traceback" not in page.process.log_tail


@pytest.mark.parametrize(
    ("server", "security", "place"),
    [
        ("broker.example.org", "none", ("broker.example.org", 1883)),
        ("broker.example.org", "tls", ("broker.example.org", 8883)),
        ("broker.example.org:18830", "tls", ("broker.example.org", 18830)),
        ("[2001:db8::1]:1884", "none", ("2001:db8::1", 1884)),
        ("[2001:db8::1]", "none", ("2001:db8::1", 1883)),
    ],
)
def test_a_server_is_read_as_the_settings_write_it(server: str, security: str, place: tuple[str, int]) -> None:
    assert Settings(server, security, "", "", "hall", "", numbers=False).place == place
