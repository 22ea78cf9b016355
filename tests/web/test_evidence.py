"""The evidence of a real call: its SIP ladder, figures over time, events on one clock; without a secret; kept over a restart."""

from __future__ import annotations

import json
import re
import struct
from typing import TYPE_CHECKING, Any

from tests.adapter import Adapter, account
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio
from tests.web.conftest import FAR_HZ
from tests.web.page_process import PageProcess
from tests.web.test_settings_api import in_demo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.client import Client
    from tests.web.conftest import Scene


def evidence(client: Client, call: str) -> Any:  # noqa: ANN401 - JSON
    reply = client.get(f"/calls/{call}/evidence")
    return reply.json if reply.status == 200 else None


def newest(client: Client) -> str:
    call: str = client.get("/calls?limit=1").json[0]["id"]
    return call


def test_one_call_from_invite_to_bye(scene: Scene) -> None:
    client = in_demo(scene.page)
    scene.device.lift()
    scene.device.wait_line("dial tone")
    scene.device.dial("600#")
    scene.device.wait_line("in call")
    scene.device.samples(3.5)
    live = evidence(client, newest(client))
    assert live["rtp"]
    scene.device.replace()
    scene.device.wait_line("idle")
    call = newest(client)
    kept = scene.device.state / "evidence" / f"{call}.json.gz"
    scene.device.process.wait_until(kept.exists, "the evidence was never kept")
    told = evidence(client, call)
    methods = [(message["direction"], message["first_line"].split()[0], message["method"]) for message in told["sip"]]
    assert ("sent", "INVITE", "INVITE") in methods
    assert ("received", "SIP/2.0", "INVITE") in methods
    assert ("sent", "ACK", "ACK") in methods
    assert ("sent", "BYE", "BYE") in methods
    assert ("received", "SIP/2.0", "BYE") in methods
    text = json.dumps(told)
    assert "response=" not in text
    assert "alicepw" not in text
    assert all(figure["rx"]["packets"] > 40 and figure["rx"]["mos"] > 4 for figure in told["rtp"][1:-1])
    assert {"line", "call"} <= {event["event"] for event in told["events"]}
    times = [message["at_s"] for message in told["sip"]]
    assert times == sorted(times)
    capture = client.get(f"/calls/{call}/evidence.pcap")
    assert capture.headers["content-disposition"] == 'attachment; filename="call.pcap"'
    assert struct.unpack_from("<I", capture.content)[0] == 0xA1B2C3D4
    assert b"INVITE sip:600@" in capture.content
    assert [each["call"] for each in client.get("/timeline").json["calls"]][-1:] == [call]


def test_a_call_nobody_knows_has_none(scene: Scene) -> None:
    client = in_demo(scene.page)
    for call in ("0" * 32, "..%2f..%2fsetup-code", "x"):
        assert client.get(f"/calls/{call}").status == 404
        assert client.get(f"/calls/{call}/evidence").status == 404
        assert client.get(f"/calls/{call}/evidence.pcap").status == 404


def test_the_log_is_searched_filtered_and_given_to_a_spreadsheet(scene: Scene) -> None:
    client = in_demo(scene.page)
    scene.device.lift()
    scene.device.wait_line("dial tone")
    scene.device.dial("9999#")
    scene.device.wait_line("released")
    scene.device.replace()
    scene.device.wait_line("idle")
    assert client.get("/calls?search=9999&direction=out").json[0]["number"] == "9999"
    assert client.get("/calls?search=9999&direction=in").json == []
    row = client.get("/calls?limit=1").json[0]
    assert client.get(f"/calls/{row['id']}").json == row
    told = client.get("/calls.csv?search=9999")
    assert told.headers["content-type"].startswith("text/csv")
    assert b",9999," in told.content


def test_erased_calls_are_forgotten_with_their_evidence(scene: Scene) -> None:
    client = in_demo(scene.page)
    scene.device.lift()
    scene.device.wait_line("dial tone")
    scene.device.dial("600#")
    scene.device.wait_line("in call")
    scene.device.replace()
    scene.device.wait_line("idle")
    kept = scene.device.state / "evidence" / f"{newest(client)}.json.gz"
    scene.device.process.wait_until(kept.exists, "the evidence was never kept")
    assert client.post("/calls/erase").status == 200
    assert client.get("/calls?limit=10").json == []
    assert not list(kept.parent.iterdir())
    assert client.get("/timeline").json["calls"] == []


_HIDDEN = re.compile(r'(?:nonce|response|opaque|cnonce)="([^"]+)"|inline:([^\s|]+)')


def test_what_is_taken_away_holds_no_secret_of_the_call(tmp_path: Path) -> None:
    """A login asked for in the call, and keys of SRTP: each as it really was on the wire is looked for in both files."""
    with Kamailio(
        tmp_path / "kamailio", {"alice": "alicepw", "600": "600pw"}, challenge_invite=True, domains=["home.test"]
    ) as kamailio:
        keys = {"from_domain": "home.test", "srtp": "required", "srtp_keys": "sdes"}
        settings = account("home", kamailio.server, user="alice", password="alicepw", **keys)  # noqa: S106 - of this test's own registrar
        far = Baresip(tmp_path / "far", "600", "600pw", server=kamailio.server, source=FAR_HZ, mediaenc="srtp-mand")
        with (
            far,
            Adapter(tmp_path / "device", settings) as device,
            PageProcess(tmp_path / "page", device.state, demo=True) as page,
        ):
            kamailio.wait_registered("600")
            device.wait_registered()
            device.lift()
            device.wait_line("dial tone")
            device.dial("600#")
            device.wait_line("in call")
            device.samples(1.5)
            device.replace()
            device.wait_line("idle")
            client = in_demo(page)
            call = newest(client)
            device.process.wait_until((device.state / "evidence" / f"{call}.json.gz").exists, "the evidence was never kept")
            taken = client.get(f"/calls/{call}/evidence").content + client.get(f"/calls/{call}/evidence.pcap").content
            messages = [traced.message for traced in kamailio.sip_trace if traced.message.method != "REGISTER"]
    wire = "".join(f"{message.headers.fields}{message.body.decode()}" for message in messages)
    hidden = {one or other for one, other in _HIDDEN.findall(wire)}
    assert len(hidden) > 4, "a challenge, its answer and two keys at least"
    assert b"Proxy-Authorization: Digest ********" in taken
    assert b"inline:********" in taken
    for secret in {"alicepw", *hidden}:
        assert secret.encode() not in taken
        assert json.dumps(secret)[1:-1].encode() not in taken
