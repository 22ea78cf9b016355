"""Calls that must not live on unseen, and provisional answers that must not get lost: session timers (RFC 4028), RTP silence, 100rel (RFC 3262)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.calls.conftest import FAR_HZ, Trunk
from tests.calls.rtp_end import RtpEnd
from tests.peers.sound import tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.peers.sipp import Sipp

HEARD_DBM0 = -20.0
SILENCE_S = 3


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trunk]:
    with Trunk(tmp_path_factory.mktemp("timers"), sip=f"rtp_silence_s = {SILENCE_S}") as made:
        yield made


@pytest.fixture
def line(standard: Trunk) -> Iterator[Trunk]:
    yield standard
    standard.rest()


@pytest.fixture(scope="module", autouse=True)
def long_call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Trunk, Sipp]]:
    """A call with the shortest session there is (RFC 4028 section 4: 90 s), begun before all others, since half of it must pass."""
    with ExitStack() as running:
        made = running.enter_context(Trunk(tmp_path_factory.mktemp("long"), sip="rtp_silence_s = 0"))
        far = running.enter_context(made.far("session_timer", keys={"session_expires_s": "90"}))
        made.dial()
        made.device.wait_line("in call")
        yield made, far


def test_the_far_end_refreshes_the_session(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice, line.far("session_refresh", pause_ms=500, keys={"media_port": str(voice.port)}) as far:
        line.dial()
        answer = far.wait_received(lambda message: message.method == "UPDATE" and message.status == 200)
        assert answer.headers["Session-Expires"].startswith("90")
        assert tone_level_dbm0(line.device.samples(0.5), FAR_HZ) > HEARD_DBM0
        line.hang_up()
        far.wait_passed()
    invite = far.received("INVITE")[0]
    assert "timer" in invite.headers["Supported"]
    assert invite.headers["Session-Expires"].startswith("1800")


def test_a_session_too_short_for_the_far_end_is_asked_for_longer(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice, line.far("session_too_small", keys={"media_port": str(voice.port), "min_se_s": "3600"}) as far:
        line.dial()
        line.device.wait_line("in call")
        line.hang_up()
        far.wait_passed()
    again = far.received("INVITE")[1]
    assert again.headers["Min-SE"] == "3600"
    assert int(again.headers["Session-Expires"].split(";")[0]) >= 3600


def test_session_timers_can_be_switched_off(trunk: Callable[..., Trunk]) -> None:
    made = trunk(session_timer="off")
    with made.far("never_answers") as far:
        made.dial()
        made.device.wait_line("ringback")
        made.hang_up()
        far.wait_passed()
    invite = far.received("INVITE")[0]
    assert "Session-Expires" not in invite.headers
    assert "timer" not in {word.strip() for word in invite.headers["Supported"].split(",")}


def test_a_far_end_that_fell_silent_is_hung_up_with_a_sentence(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice, line.far("answer_with", keys=_media(voice)) as far:
        line.dial()
        line.device.wait_line("in call")
        voice.wait_heard(0.2)
        voice.silent = True
        line.device.wait_line("released", SILENCE_S + 4)
        assert line.device.hear(1.5).name == "busy"
        far.wait_passed()  # it ends with our BYE
        row = line.hang_up()
    assert (row["outcome"], row["reason"]) == ("answered", f"no voice came from the far end for {SILENCE_S} s")


def test_a_far_end_that_is_gone_altogether_does_not_hold_the_line(line: Trunk) -> None:
    with line.far("vanish") as far:
        line.dial()
        line.device.wait_line("in call")
        far.wait_passed()
        line.device.wait_line("released", SILENCE_S + 4)
        row = line.hang_up()
    assert (row["outcome"], row["reason"]) == ("answered", f"no voice came from the far end for {SILENCE_S} s")
    assert row["talk_s"] < SILENCE_S + 4


def test_a_quiet_announcement_before_the_answer_does_not_end_the_call(line: Trunk) -> None:
    with RtpEnd() as voice, line.far("early_media", pause_ms=1000 * (SILENCE_S + 2), keys={"media_port": str(voice.port)}) as far:
        line.dial()
        line.device.wait_line("early media")
        line.device.wait_line("in call")
        line.hang_up()
        far.wait_passed()


def test_a_reliable_183_is_acknowledged(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice, line.far("reliable_progress", pause_ms=800, keys={"media_port": str(voice.port)}) as far:
        line.dial()
        line.device.wait_line("early media")
        assert tone_level_dbm0(line.device.samples(0.5)[-1600:], FAR_HZ) > HEARD_DBM0
        line.device.wait_line("in call")
        line.hang_up()
        far.wait_passed()
    assert "100rel" in far.received("INVITE")[0].headers["Supported"]
    assert len(far.received("PRACK")) == 1


def test_reliable_progress_can_be_required(trunk: Callable[..., Trunk]) -> None:
    made = trunk(prack="required", session_timer="required")
    with made.far("refuse", keys={"code": "420", "reason": "Bad Extension"}, headers={"Unsupported": "100rel"}) as far:
        made.dial()
        made.device.wait_line("released")
        row = made.hang_up()
        far.wait_passed()
    invite = far.received("INVITE")[0]
    assert {"100rel", "timer"} <= {word.strip() for value in invite.headers.all("Require") for word in value.split(",")}
    assert (row["status"], row["reason"]) == (420, "the far end cannot do what this account requires")


def test_we_refresh_the_session_when_half_of_it_is_over(long_call: tuple[Trunk, Sipp]) -> None:
    made, far = long_call
    refresh = far.wait_received(
        lambda message: message.is_request and "tag=" in message.headers["To"] and message.method in {"UPDATE", "INVITE"}, 50
    )
    assert refresh.headers["Session-Expires"] == "90;refresher=uac"
    row = made.hang_up()
    far.wait_passed()
    assert row["outcome"] == "answered"


def _media(voice: RtpEnd) -> dict[str, str]:
    return {"media_port": str(voice.port), "profile": "RTP/AVP", "payloads": "8", "attribute": "a=rtpmap:8 PCMA/8000"}
