"""Each sipp scenario goes through against a real other side: another sipp, or baresip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.peers.baresip import Baresip
from tests.peers.errors import PeerError
from tests.peers.sipp import Sipp
from tests.peers.sound import strongest_hz

OWN = Path(__file__).with_name("scenarios")  # callers that only these tests need
PAUSE_MS = 100

PAIRS: list[tuple[str, str | Path, dict[str, Any]]] = [
    ("answer", "call", {}),
    ("early_media", "call", {}),
    ("never_answers", "call_and_cancel", {}),
    ("ringing_after_early_media", "call_and_cancel", {}),
    ("late_ringing", "call_and_cancel", {}),
    ("hang_up", "call_until_bye", {}),
    ("vanish", OWN / "caller_is_left.xml", {}),
    ("reliable_progress", OWN / "caller_with_prack.xml", {}),
    ("session_timer", OWN / "caller_refreshes.xml", {"keys": {"session_expires_s": "1800"}}),
    ("session_refresh", OWN / "caller_is_refreshed.xml", {}),
    ("session_too_small", OWN / "caller_tries_longer.xml", {}),
    ("refuse", OWN / "caller_is_refused.xml", {}),
    ("refuse", OWN / "caller_is_refused.xml", {"keys": {"code": "404", "reason": "Not Found"}}),
    ("refuse", OWN / "caller_is_refused.xml", {"keys": {"code": "603", "reason": "Decline"}}),
    (
        "refuse",
        OWN / "caller_is_refused.xml",
        {"keys": {"code": "302", "reason": "Moved"}, "headers": {"Contact": "<sip:x@127.0.0.1>"}},
    ),
    ("registrar", OWN / "registers.xml", {"keys": {"code": "403", "reason": "Forbidden"}}),
    (
        "registrar",
        OWN / "registers.xml",
        {"keys": {"code": "401", "reason": "No"}, "headers": {"WWW-Authenticate": 'Digest realm="r", nonce="n"'}},
    ),
]


@pytest.mark.parametrize(
    ("called", "calling", "settings"), PAIRS, ids=lambda x: getattr(x, "stem", str(x)) if not isinstance(x, dict) else ""
)
def test_called_and_calling_scenarios_fit(tmp_path: Path, called: str, calling: str | Path, settings: dict[str, Any]) -> None:
    keys = {"code": "486"} | settings.get("keys", {})
    with (
        Sipp(tmp_path / "called", called, pause_ms=PAUSE_MS, **settings) as server,
        Sipp(tmp_path / "calling", calling, target=server.server, pause_ms=PAUSE_MS, keys=keys) as caller,
    ):
        caller.wait_passed()
        server.wait_passed()
        for name, value in settings.get("headers", {}).items():
            assert caller.received()[-1].headers[name] == value


def test_echo_sends_the_sound_back_and_messages_are_logged(tmp_path: Path) -> None:
    with Baresip(tmp_path / "b", "bob", source=440) as bob, Sipp(tmp_path / "s", "answer", echo=True) as sipp:
        bob.dial(sipp.sip_uri)
        bob.wait_for("CALL_ESTABLISHED")
        assert strongest_hz(bob.wait_heard(0.5)) == pytest.approx(440, abs=4)
        bob.hangup()
        sipp.wait_passed()
        assert [m.message.first_line.split(" ")[0] for m in sipp.messages()] == [
            "INVITE",
            "SIP/2.0",
            "SIP/2.0",
            "ACK",
            "BYE",
            "SIP/2.0",
        ]
        assert sipp.received("INVITE")[0].sdp.audio.codecs["8"] == "PCMA/8000"


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ({}, ("sendonly", "127.0.0.1")),
        ({"new_direction": "inactive"}, ("inactive", "127.0.0.1")),
        ({"new_direction": "sendrecv", "new_address": "0.0.0.0"}, ("sendrecv", "0.0.0.0")),
        ({"new_direction": "sendrecv", "new_address": "127.0.0.2", "new_port": "30002"}, ("sendrecv", "127.0.0.2")),
    ],
)
def test_the_far_end_can_hold_or_move_the_sound(tmp_path: Path, keys: dict[str, str], seen: tuple[str, str]) -> None:
    with Baresip(tmp_path / "b", "bob") as bob, Sipp(tmp_path / "s", "reinvite", keys=keys, pause_ms=PAUSE_MS) as sipp:
        bob.dial(sipp.sip_uri)
        sipp.wait_received(lambda m: m.status == 200 and m.headers["CSeq"] == "2 INVITE")
        bob.hangup()
        sipp.wait_passed()
        offer = next(m.message for m in sipp.messages() if m.direction == "sent" and m.message.headers["CSeq"] == "1 INVITE")
        assert (offer.sdp.audio.direction, offer.sdp.audio.connection) == seen


@pytest.mark.parametrize("scenario", ["call", "call_and_info", "call_with_unknown_codec", "options"])
def test_a_caller_reaches_baresip(tmp_path: Path, scenario: str) -> None:
    headers = {"P-Asserted-Identity": "<sip:+77010000000@127.0.0.1>", "Privacy": "id"} if scenario == "call" else {}
    caller = '"Anonymous" <sip:anonymous@anonymous.invalid>'
    with (
        Baresip(tmp_path / "b", "bob") as bob,
        Sipp(
            tmp_path / "s",
            scenario,
            target=f"127.0.0.1:{bob.port}",
            user="bob",
            pause_ms=PAUSE_MS,
            caller=caller,
            headers=headers,
            keys={"digit": "7"},
        ) as sipp,
    ):
        sipp.wait_passed()
        sent = sipp.messages()[0].message
        assert {name: sent.headers.get(name) for name in headers} == headers
        assert sent.headers["From"].startswith(caller)
        if scenario == "call_and_info":
            bob.wait_dtmf("7")


def test_a_broken_off_scenario_fails_with_the_story(tmp_path: Path) -> None:
    with (
        Sipp(tmp_path / "called", "hang_up") as server,
        Sipp(tmp_path / "calling", "call_with_unknown_codec", target=server.server) as caller,
        pytest.raises(PeerError, match=r"received SIP/2\.0 200 OK"),
    ):
        caller.wait_passed()


def test_an_unknown_scenario_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match="early_media"):
        Sipp(tmp_path, "no_such")
