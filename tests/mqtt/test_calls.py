"""A subscriber hears what the telephone does: ringing, a call, the last calls, a message; and Home Assistant can read all of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.adapter import Adapter, account
from tests.mqtt import home_assistant
from tests.mqtt.broker import Broker, Listener
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from pathlib import Path

CONFIG, STATE, CALL, AVAILABILITY = "homeassistant/device/hall/config", "hall/state", "hall/call", "hall/availability"
NAME = 'Anna "{{ states }}" <b>'
MESSAGE_S = 60.0
"""The mailbox answers after 5 s, greets for some seconds, and takes a message of at least 2 s."""

Said = dict[str, str]


def state(said: Said) -> Any:  # noqa: ANN401 - JSON
    return json.loads(said.get(STATE) or "{}")


def outcome(said: Said) -> str:
    return str(json.loads(said[CALL])["outcome"])


def settings(broker: Broker, server: str) -> str:
    table = f'[mqtt]\nserver = "127.0.0.1:{broker.port}"\ntopic = "hall"\nnumbers = true\n'
    mine = account("home", server, user="alice", password="alicepw", mailbox="home")  # noqa: S106 - of this test's own registrar
    return table + mine + '[[mailbox]]\nname = "home"\nafter_s = 5\n'


def check(said: Said) -> None:
    """Home Assistant takes the discovery, and every entity makes sense of the state."""
    assert home_assistant.refused(CONFIG, said[CONFIG]) == []
    assert home_assistant.nonsense(said[CONFIG], said[STATE]) == []


def shown(said: Said) -> dict[str, str]:
    return home_assistant.shown(said[CONFIG], said[STATE])


def test_ring_call_missed_call_and_message_are_heard_as_they_happen(tmp_path: Path) -> None:
    with (
        Kamailio(tmp_path / "kamailio", {"alice": "alicepw", "601": "601pw"}) as kamailio,
        Baresip(tmp_path / "far", "601", "601pw", server=kamailio.server, source=700.0, display_name="Anna") as far,
        Broker(tmp_path / "broker") as broker,
        Listener(broker.port) as listener,
        Adapter(tmp_path / "device", settings(broker, kamailio.server)) as device,
        PageProcess(tmp_path / "page", device.state),
    ):
        far.wait_registered()
        device.wait_registered()
        said = listener.wait(lambda said: state(said).get("account_home") == "ON", "the registered number")
        check(said)
        assert (shown(said)["Line state"], shown(said)["Calls under way"], shown(said)["Signal"]) == ("idle", "0", "None")

        far.dial("alice")
        said = listener.wait(lambda said: state(said)["line_1_rings"] == "ON", "the bell")
        check(said)
        assert (shown(said)["Line state"], shown(said)["Calls under way"]) == ("ringing", "1")
        device.lift()
        said = listener.wait(lambda said: state(said)["line_1"] == "in call", "the call")
        assert (shown(said)["Line rings"], shown(said)["Line in use"]) == ("OFF", "ON")
        device.replace()
        said = listener.wait(lambda said: state(said)["calls"] == 0 and CALL in said, "the end of the call")
        row = json.loads(said[CALL])
        assert (row["direction"], row["outcome"], row["number"], row["name"]) == ("in", "answered", "601", "Anna")
        assert shown(said)["Last caller"] == "Anna"

        far.dial("alice")
        listener.wait(lambda said: state(said)["line_1_rings"] == "ON", "the bell again")
        far.hangup()
        listener.wait(lambda said: state(said)["missed"] == 1 and outcome(said) == "missed", "the missed call")

        far.dial("alice")
        far.wait_for("CALL_ESTABLISHED", 30)
        far.wait_heard(12, 40)  # the greeting, its tone, and some seconds for what is said after it
        far.hangup()
        said = listener.wait(lambda said: state(said)["messages"] == 1 and outcome(said) == "voicemail", "the message", MESSAGE_S)
        check(said)
        assert shown(said)["New messages"] == "1"


def test_what_a_caller_calls_himself_is_a_value_and_nothing_more(tmp_path: Path) -> None:
    with (
        Kamailio(tmp_path / "kamailio", {"alice": "alicepw"}) as kamailio,
        Broker(tmp_path / "broker") as broker,
        Listener(broker.port) as listener,
        Adapter(tmp_path / "device", settings(broker, kamailio.server)) as device,
        PageProcess(tmp_path / "page", device.state),
        Baresip(tmp_path / "far", "601", server=kamailio.server, display_name=NAME.replace('"', "'"), register=False) as far,
    ):
        device.wait_registered()
        listener.wait(lambda said: state(said).get("account_home") == "ON", "the registered number")
        far.dial("alice")
        device.wait_ringing()
        far.hangup()
        said = listener.wait(lambda said: state(said)["last_caller"], "the last caller")
        check(said)
        assert shown(said)["Last caller"] == NAME.replace('"', "'")
