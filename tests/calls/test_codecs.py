"""Which codecs are offered, answered and heard, and which voice is encrypted: offers and answers on the wire, sound in the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.calls.conftest import FAR_HZ, NEAR_HZ, Trunk, loudest_of
from tests.calls.rtp_end import RtpEnd
from tests.peers.baresip import Baresip
from tests.peers.sound import loudest_dbm0, strongest_hz, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.peers.sip_wire import SipMessage

HEARD_DBM0 = -20.0
NAMES = {"PCMA": "PCMA/8000", "PCMU": "PCMU/8000", "G722": "G722/8000", "opus": "opus/48000/2"}


def talk(made: Trunk, far: Baresip) -> dict[str, object]:
    """One call to baresip, heard both ways; the call as the status showed it."""
    made.dial()
    made.device.wait_line("in call")
    far.wait_for("CALL_ESTABLISHED")
    heard = made.device.samples(0.8)[-4000:]
    assert abs(strongest_hz(heard) - FAR_HZ) < 5
    assert tone_level_dbm0(heard, FAR_HZ) > HEARD_DBM0
    made.device.say(tone(NEAR_HZ, 0.8))
    far.process.wait_until(lambda: loudest_dbm0(far.heard(), NEAR_HZ, 0.3) > HEARD_DBM0, f"never heard {NEAR_HZ} Hz")
    call: dict[str, object] = made.device.ask("status")["calls"][0]
    made.hang_up()
    return call


@pytest.fixture
def baresip(tmp_path: Path) -> object:
    """A direct far end; its account settings are the test's."""
    running: list[Baresip] = []

    def start(**how: object) -> Baresip:
        running.append(Baresip(tmp_path / "far", "600", source=FAR_HZ, **how))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.mark.parametrize("codec", ["PCMA", "PCMU", "G722", "opus"])
def test_each_codec_carries_sound_both_ways(trunk: Callable[..., Trunk], baresip: Callable[..., Baresip], codec: str) -> None:
    far = baresip(codecs=[codec])
    made = trunk(server=f"127.0.0.1:{far.port}", codecs=["PCMA", "PCMU", "G722", "opus"])
    call = talk(made, far)
    assert str(call["codec"]).split("/")[0].lower() == codec.lower()


def test_g729_between_two_devices(tmp_path: Path) -> None:
    with (
        Trunk(tmp_path / "near", codecs=["G729"]) as near,
        Trunk(tmp_path / "far", codecs=["G729", "PCMA"], server=near.server) as far,
    ):
        far.dial("600")
        near.device.wait_ringing()
        near.device.lift()
        near.device.wait_line("in call")
        far.device.wait_line("in call")
        assert near.device.ask("status")["calls"][0]["codec"].startswith("G729")
        assert loudest_of(far.device, near.device, NEAR_HZ) > HEARD_DBM0
        assert loudest_of(near.device, far.device, FAR_HZ) > HEARD_DBM0
        far.hang_up()
        near.device.wait_line("released")
        near.hang_up()


def test_an_accounts_codecs_are_its_offer_in_its_order(trunk: Callable[..., Trunk]) -> None:
    made = trunk(codecs=["G722", "PCMU"])
    with made.far("refuse") as far:
        made.dial()
        made.device.wait_line("released")
        far.wait_passed()
    assert _names(far.received("INVITE")[0]) == ["G722/8000", "PCMU/8000"]


def test_an_accounts_codecs_are_its_answer(trunk: Callable[..., Trunk]) -> None:
    made = trunk(codecs=["PCMU"])  # the caller offers PCMA first
    with made.caller("call_until_bye") as caller:
        made.device.wait_ringing()
        made.device.lift()
        made.device.wait_line("in call")
        made.hang_up()
        caller.wait_passed()
    answer = next(message for message in caller.received("INVITE") if message.status == 200)
    assert _names(answer) == ["PCMU/8000"]


def test_codecs_of_another_account_are_not_answered(trunk: Callable[..., Trunk]) -> None:
    made = trunk(codecs=["G729"], more='[[account]]\nid = "other"\nserver = "127.0.0.1:9"\nregister = false\ncodecs = ["PCMA"]\n')
    with made.caller("call_with_unknown_codec", keys={"NOBODY-KNOWS": "PCMA"}) as caller:
        caller.wait_passed()
    assert made.device.ask("status")["lines"][0]["state"] == "idle"


def test_a_caller_without_a_shared_codec_gets_488_and_no_bell_rings(trunk: Callable[..., Trunk]) -> None:
    made = trunk()
    with made.caller("call_with_unknown_codec") as caller:
        caller.wait_passed()
    status = made.device.wait(lambda found: not found["calls"], "no call")
    assert status["lines"][0]["state"] == "idle"
    assert not made.device.phone()["ringing"]
    with made.caller("call_until_bye") as caller:  # and the line is free for the next one
        made.device.wait_ringing()
        made.device.lift()
        made.device.wait_line("in call")
        made.hang_up()
        caller.wait_passed()


def test_a_far_end_without_a_shared_codec_is_congestion_and_a_sentence(
    trunk: Callable[..., Trunk], baresip: Callable[..., Baresip]
) -> None:
    far = baresip(codecs=["opus"])
    made = trunk(server=f"127.0.0.1:{far.port}", codecs=["PCMA"])
    made.dial()
    made.device.wait_line("released")
    assert made.device.hear(1.5).name == "congestion"
    row = made.hang_up()
    assert (row["status"], row["reason"]) == (488, "the far end speaks none of our codecs")


@pytest.mark.parametrize(("srtp", "mediaenc"), [("optional", "srtp"), ("required", "srtp-mand")])
def test_voice_is_encrypted_on_a_call_out(
    trunk: Callable[..., Trunk], baresip: Callable[..., Baresip], srtp: str, mediaenc: str
) -> None:
    far = baresip(mediaenc=mediaenc, codecs=["PCMA"])
    made = trunk(server=f"127.0.0.1:{far.port}", srtp=srtp)
    assert talk(made, far)["srtp"]


@pytest.mark.parametrize("mediaenc", ["srtp-mand", "dtls_srtp"])
def test_voice_is_encrypted_on_a_call_in(trunk: Callable[..., Trunk], baresip: Callable[..., Baresip], mediaenc: str) -> None:
    far = baresip(mediaenc=mediaenc, codecs=["PCMA"])
    made = trunk(server=f"127.0.0.1:{far.port}", srtp="required")
    far.dial(f"sip:alice@{made.server}")
    made.device.wait_ringing()
    made.device.lift()
    made.device.wait_line("in call")
    call = made.device.wait(lambda status: status["calls"] and status["calls"][0]["srtp"], "encrypted voice")["calls"][0]
    assert call["srtp"]
    assert tone_level_dbm0(made.device.samples(1.0)[-4000:], FAR_HZ) > HEARD_DBM0
    made.hang_up()


def test_plain_voice_is_refused_where_encryption_is_required(trunk: Callable[..., Trunk]) -> None:
    made = trunk(srtp="required")
    with RtpEnd() as voice, made.far("answer", keys={"media_port": str(voice.port)}) as far:
        made.dial()
        made.device.wait_line("released")
        row = made.hang_up()
        assert far.wait_received(lambda message: message.method == "BYE")  # the far end had answered already
    assert row["outcome"] == "failed"
    assert row["reason"] == "the far end does not encrypt its voice, and this account requires it"
    with made.caller("call_with_unknown_codec", keys={"NOBODY-KNOWS": "PCMA"}) as caller:
        caller.wait_passed()  # 488
    assert made.device.ask("status")["lines"][0]["state"] == "idle"


def _names(message: SipMessage) -> list[str]:
    """The codecs of an SDP in their order, without the companions."""
    audio = message.sdp.audio
    return [audio.codecs[payload] for payload in audio.formats if not audio.codecs[payload].startswith("telephone-event")]
