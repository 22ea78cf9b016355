"""The uplink in use, told to a real MQTT broker as it changes, with the page outside the laboratory and the device in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.mqtt.broker import Broker, Listener
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from pathlib import Path

MOVE_S = 30.0


def uplink(said: dict[str, str]) -> str:
    return str(json.loads(said.get("hall/state") or "{}").get("uplink", ""))


def test_a_broker_hears_which_uplink_is_in_use_and_that_it_moved(tmp_path: Path) -> None:
    with Broker(tmp_path / "broker") as broker, Listener(broker.port) as listener:
        table = f'[mqtt]\nserver = "127.0.0.1:{broker.port}"\ntopic = "hall"\n'
        with Stage(tmp_path, (ETHERNET, WIFI), settings=table) as stage, PageProcess(tmp_path / "page", stage.device.state):
            stage.wait_active("eth0")
            listener.wait(lambda said: uplink(said) == "eth0", "the cable", MOVE_S)
            stage.lab["eth0"].unplug()
            stage.wait_active("wlan0")
            listener.wait(lambda said: uplink(said) == "wlan0", "the move", MOVE_S)
