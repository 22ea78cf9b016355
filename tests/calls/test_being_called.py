"""Being called: the bell's cadence, who calls on the telephone's display, callers who give up, second callers, and lifting at any moment."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hal.sim.bell import same_cadence
from hal.sim.ear import analyse
from tests.calls.conftest import FAR_HZ, NEAR_HZ, Trunk
from tests.calls.rtp_end import RtpEnd
from tests.peers.sound import loudest_dbm0, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFUSED = Path(__file__).parents[1] / "peers_selftest" / "scenarios" / "caller_is_refused.xml"
HEARD_DBM0 = -20.0
CALLER = '"Aigerim" <sip:77011234567@provider.test>'
STAMP = re.compile(r"^-+ (\S+ \S+)$\n^\w+ message (sent|received).*?\n\n(.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def kazakh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trunk]:
    with Trunk(tmp_path_factory.mktemp("called")) as made:
        yield made


@pytest.fixture
def line(kazakh: Trunk) -> Iterator[Trunk]:
    yield kazakh
    kazakh.rest()


@pytest.mark.parametrize(("country", "cadence_ms"), [("KZ", [1000, 4000]), ("GB", [400, 200, 400, 2000])])
def test_the_bell_rings_as_the_country_does(trunk: Callable[..., Trunk], country: str, cadence_ms: list[int]) -> None:
    made = trunk(country=country)
    with made.caller("call_and_cancel", pause_ms=7000) as caller:
        made.device.wait_phone(lambda phone: same_cadence(phone["cadence_ms"], cadence_ms), f"cadence {cadence_ms}", 9)
        made.device.lift()  # answered before the caller gives up: the scenario fails, the device must not
        made.device.wait_line("in call")
        caller.stop()


@pytest.mark.parametrize(
    ("country", "setting", "signalling", "name"),
    [("US", "auto", "bell202", "Aigerim"), ("KZ", "auto", "v23", "Aigerim"), ("KZ", "dtmf", "dtmf", "")],
)
def test_number_and_name_are_shown(trunk: Callable[..., Trunk], country: str, setting: str, signalling: str, name: str) -> None:
    made = trunk(country=country, line=f'caller_id = "{setting}"')
    with made.caller("call_until_bye", caller=CALLER) as caller:
        shown = made.device.wait_phone(lambda phone: phone["caller_id"], "caller ID")["caller_id"]
        made.device.wait_ringing()
        made.device.lift()
        made.device.wait_line("in call")
        row = made.hang_up()
        caller.wait_passed()
    assert (shown["number"], shown["name"], shown["signalling"]) == ("77011234567", name, signalling)
    assert (row["number"], row["name"], row["direction"], row["outcome"]) == ("77011234567", "Aigerim", "in", "answered")


@pytest.mark.parametrize(
    ("caller", "headers", "number", "name", "absent"),
    [
        (CALLER, {"Privacy": "id"}, "", "", "private"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', {}, "", "", "private"),
        (CALLER, {"P-Asserted-Identity": '"Post office" <sip:77029998877@provider.test>'}, "77029998877", "Post office", ""),
        (
            '"Anonymous" <sip:anonymous@anonymous.invalid>',
            {"P-Asserted-Identity": "<tel:+77029998877>", "Privacy": "id"},
            "",
            "",
            "private",
        ),
    ],
    ids=["privacy id", "anonymous", "asserted identity", "asserted but private"],
)
def test_withheld_and_asserted_identities(  # noqa: PLR0913, PLR0917 - one argument a column
    trunk: Callable[..., Trunk], caller: str, headers: dict[str, str], number: str, name: str, absent: str
) -> None:
    line = trunk()  # a new one: its display shows no earlier caller
    with line.caller("call_until_bye", caller=caller, headers=headers) as far:
        line.device.wait_line("ringing")
        shown = line.device.wait_phone(lambda phone: phone["caller_id"], "caller ID")["caller_id"]
        line.device.lift()
        line.device.wait_line("in call")
        row = line.hang_up()
        far.wait_passed()
    assert (shown["number"], shown["name"], shown["number_absent"]) == (number, name, absent)
    assert (row["number"], row["name"]) == (number, name)


def test_a_second_caller_while_it_rings_is_told_busy(line: Trunk) -> None:
    with line.caller("call_until_bye") as first:
        line.device.wait_ringing()
        with line.caller(REFUSED, keys={"code": "486"}) as second:
            second.wait_passed()
        assert line.device.phone()["ringing"]
        line.device.lift()
        line.device.wait_line("in call")
        line.hang_up()
        first.wait_passed()
    assert [(row["outcome"], row["reason"]) for row in line.device.calls()[:2]] == [
        ("rejected", "the line was busy"),
        ("answered", "hung up here"),
    ]


def test_a_second_caller_is_told_busy_and_not_heard_without_call_waiting(trunk: Callable[..., Trunk]) -> None:
    line = trunk(line="call_waiting = false")
    with RtpEnd(FAR_HZ) as voice, line.caller("call_until_bye", keys={"media_port": str(voice.port)}) as first:
        line.device.wait_ringing()
        line.device.lift()
        line.device.wait_line("in call")
        line.device.samples(0.3)
        with line.caller(REFUSED, keys={"code": "486"}) as second:
            heard = line.device.samples(1.0)
            second.wait_passed()
        line.hang_up()
        first.wait_passed()
    assert all(tone_level_dbm0(piece, FAR_HZ) > HEARD_DBM0 for piece in heard.reshape(-1, 400))


def test_lifting_at_the_first_ring_answers_and_both_hear_each_other(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice, line.caller("call_until_bye", keys={"media_port": str(voice.port)}) as caller:
        line.device.wait_ringing()
        line.device.lift()
        line.device.wait_line("in call")
        _both_hear(line, voice)
        line.hang_up()
        caller.wait_passed()


def test_lifting_while_the_caller_id_is_sent_cuts_it_short_and_the_voice_is_clean(trunk: Callable[..., Trunk]) -> None:
    made = trunk(line='caller_id = "dtmf"')  # which is sent before the first ring and lasts more than a second
    with RtpEnd(FAR_HZ) as voice, made.caller("call_until_bye", keys={"media_port": str(voice.port)}, caller=CALLER) as caller:
        made.device.wait_line("ringing")
        made.device.lift()
        made.device.wait_line("in call")
        _both_hear(made, voice)
        assert made.device.hear(0.5).dtmf == ""
        assert made.device.phone()["caller_id"] is None
        made.hang_up()
        caller.wait_passed()
    assert voice.keys() == ""
    assert analyse(voice.heard().tobytes()).dtmf == ""


def test_cancel_stops_the_bell_at_once_and_the_call_is_missed(trunk: Callable[..., Trunk]) -> None:
    line = trunk()
    with line.caller("call_and_cancel", pause_ms=400) as caller:
        line.device.wait_ringing()
        row = line.last_call()
        caller.wait_passed()
        cadence_ms = line.device.phone()["cadence_ms"]
    assert (row["outcome"], row["reason"], row["status"]) == ("missed", "the caller gave up", 487)
    rang_for_ms = _at(caller.process.log_path.parent, "CANCEL") - _at(caller.process.log_path.parent, "SIP/2.0 180")
    assert len(cadence_ms) == 1
    assert cadence_ms[0] < rang_for_ms + 200


def test_a_caller_who_hangs_up_leaves_a_busy_tone(line: Trunk) -> None:
    with line.caller("call", pause_ms=300) as caller:
        line.device.wait_ringing()
        line.device.lift()
        line.device.wait_line("released")
        caller.wait_passed()
        assert line.device.hear(1.6).name == "busy"
        row = line.hang_up()
    assert (row["outcome"], row["reason"]) == ("answered", "the far end hung up")


def _both_hear(line: Trunk, voice: RtpEnd) -> None:
    line.device.say(tone(NEAR_HZ, 0.6))
    voice.wait_until(lambda: loudest_dbm0(voice.heard(), NEAR_HZ) > HEARD_DBM0, "the near tone")
    assert tone_level_dbm0(line.device.samples(0.5), FAR_HZ) > HEARD_DBM0


def _at(folder: Path, first_words: str) -> float:
    """When sipp sent or received a message, in milliseconds, by its own log."""
    for when, _, first_line in STAMP.findall((folder / "messages.log").read_text(errors="replace").replace("\r", "")):
        if first_line.startswith(first_words):
            return datetime.fromisoformat(when).timestamp() * 1000
    raise AssertionError(f"sipp's log has no {first_words}")
