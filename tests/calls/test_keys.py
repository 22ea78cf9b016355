"""Keys pressed in a call, out and in: RTP events (RFC 4733), SIP INFO, and tones in the voice. Measured in what the far end and the receiver heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hal.sim.ear import analyse
from tests.calls.conftest import NEAR_HZ, Exchange, Trunk
from tests.calls.rtp_end import RtpEnd
from tests.peers.sound import level_dbm0, loudest_dbm0, tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.peers.sound import Samples

ABSENT_DBM0 = -45.0
LEAK_MS = 10
HEARD_DBM0 = -20.0
ALL_KEYS = "159*0#"


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trunk]:
    with Trunk(tmp_path_factory.mktemp("keys")) as made:
        yield made


@pytest.fixture
def line(standard: Trunk) -> Iterator[Trunk]:
    yield standard
    standard.rest()


def test_keys_leave_as_rtp_events_and_not_in_the_voice(line: Trunk) -> None:
    with RtpEnd() as voice, line.far("answer_with", keys=_media(voice)) as far:
        _talk(line, voice)
        line.device.dial(ALL_KEYS)
        voice.wait_until(lambda: voice.keys() == ALL_KEYS, "all keys")
        voice.wait_heard(0.3)
        heard = voice.heard()
        line.device.say(tone(NEAR_HZ, 0.6))
        line.hang_up()
        far.wait_passed()
    assert all(40 <= held_ms <= 200 for held_ms in voice.key_ms())
    assert analyse(heard.tobytes()).dtmf == ""
    assert max(_loud_stretches_ms(heard)) <= LEAK_MS
    assert loudest_dbm0(voice.heard(), NEAR_HZ) > HEARD_DBM0  # the voice passes, only the keys do not


def test_baresip_hears_the_key(exchange: Callable[..., Exchange]) -> None:
    """One key only: baresip 1.1.0 throws packets with the timestamp of the one before away, and so every end of a key. Asterisk takes four."""
    made = exchange(settings='[[line]]\ndigit_map = "xxx"\n')
    made.device.lift()
    made.device.dial("600")
    made.device.wait_line("in call")
    made.far.wait_for("CALL_ESTABLISHED")
    made.device.dial("4")
    made.far.wait_for("CALL_DTMF_START", parameter="4")


def test_keys_in_early_media_reach_the_announcement(line: Trunk) -> None:
    with RtpEnd(1004.0) as voice, line.far("ringing_after_early_media", pause_ms=100, keys=_media(voice)) as far:
        line.dial()
        line.device.wait_line("early media")
        voice.wait_heard(0.1)
        line.device.dial("42")
        voice.wait_until(lambda: voice.keys() == "42", "both keys")
        line.hang_up()
        far.wait_passed()


def test_keys_leave_as_sip_info(trunk: Callable[..., Trunk]) -> None:
    made = trunk(dtmf="info")
    with RtpEnd() as voice, made.far("answer_and_info", keys=_media(voice)) as far:
        _talk(made, voice)
        made.device.dial("7#")
        made.device.wait(lambda _: len(far.received("INFO")) >= 2, "both INFOs")
        made.hang_up()
        far.wait_passed()
    bodies = [message.body.decode() for message in far.received("INFO")]
    assert [message.headers["Content-Type"] for message in far.received("INFO")] == ["application/dtmf-relay"] * 2
    assert ["Signal=7" in bodies[0].replace(" ", ""), "Signal=#" in bodies[1].replace(" ", "")] == [True, True]
    assert voice.keys() == ""
    assert max(_loud_stretches_ms(voice.heard())) <= LEAK_MS


def test_keys_pass_as_they_are_where_the_account_says_inband(trunk: Callable[..., Trunk]) -> None:
    made = trunk(dtmf="inband")
    with RtpEnd() as voice, made.far("answer_with", keys=_media(voice)) as far:
        _talk(made, voice)
        made.device.dial("123", on_ms=150, off_ms=100)
        voice.wait_heard(0.3)
        made.hang_up()
        far.wait_passed()
    assert analyse(voice.heard().tobytes()).dtmf == "123"
    _key_reaches_the_box(made)
    assert voice.keys() == ""
    assert max(_loud_stretches_ms(voice.heard())) >= 140  # the person's own tones, at their own length


def test_a_far_end_without_events_gets_tones_made_anew(line: Trunk) -> None:
    with RtpEnd() as voice, line.far("answer_with", keys=_media(voice, payloads="8", attribute="a=rtpmap:8 PCMA/8000")) as far:
        _talk(line, voice)
        line.device.dial("1", on_ms=250)
        line.device.dial("9")
        voice.wait_until(lambda: analyse(voice.heard().tobytes()).dtmf == "19", "both keys as tones")
        line.hang_up()
        far.wait_passed()
    assert max(_loud_stretches_ms(voice.heard())) <= 110  # ours last 100 ms: the 250 ms that were pressed do not pass


def test_rtp_events_of_the_far_end_are_heard_as_tones(line: Trunk) -> None:
    with RtpEnd() as voice, line.far("answer_with", keys=_media(voice)) as far:
        _talk(line, voice)
        voice.press("8")
        assert line.device.hear(0.8).dtmf == "8"
        voice.press("*")
        assert line.device.hear(0.8).dtmf == "*"
        line.hang_up()
        far.wait_passed()


def test_sip_info_of_the_far_end_is_heard_as_a_tone(line: Trunk) -> None:
    with line.caller("call_and_info", pause_ms=1500, keys={"digit": "6"}) as caller:
        line.device.wait_ringing()
        line.device.lift()
        line.device.wait_line("in call")
        assert line.device.hear(1.2).dtmf == "6"
        line.device.wait_line("released")
        caller.wait_passed()


def _talk(line: Trunk, voice: RtpEnd) -> None:
    line.dial()
    line.device.wait_line("in call")
    voice.wait_heard(0.1)


def _media(voice: RtpEnd, payloads: str = "8 101", attribute: str = "a=rtpmap:101 telephone-event/8000") -> dict[str, str]:
    return {"media_port": str(voice.port), "profile": "RTP/AVP", "payloads": payloads, "attribute": attribute}


def _loud_stretches_ms(samples: Samples) -> list[int]:
    """How long the sound was above ABSENT_DBM0 each time, a millisecond at a time; a stretch ends with 20 ms below."""
    loud = np.flatnonzero([level_dbm0(piece) > ABSENT_DBM0 for piece in samples[: len(samples) // 8 * 8].reshape(-1, 8)])
    stretches = np.split(loud, np.flatnonzero(np.diff(loud) > 20) + 1) if len(loud) else []
    return [0, *(int(stretch[-1] - stretch[0] + 1) for stretch in stretches)]


def _key_reaches_the_box(made: Trunk) -> None:
    """After a call whose keys were left in the voice, keys for the box itself are still taken: here by a lesson of the dial."""
    made.device.ask("line.learn_dial")
    made.device.lift()
    made.device.wait_line("service")
    made.device.dial("1")
    made.device.wait(lambda status: status["lines"][0]["dial_lesson"]["state"] == "failed", "the key's arrival")
    made.rest()
