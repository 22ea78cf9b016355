"""Which codecs are offered, answered and heard: the media lines on the wire, the sound in the samples at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.calls.conftest import FAR_HZ, NEAR_HZ, Trunk, loudest_of
from tests.calls.rtp_end import RtpEnd
from tests.peers.baresip import Baresip
from tests.peers.ports import free_port_block
from tests.peers.sound import loudest_dbm0, strongest_hz, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.peers.sip_wire import Media, SipMessage

SAID_DBM0 = -10.0
HEARD_DBM0 = -20.0
EVERY = ["opus", "PCMA", "PCMU", "G722", "G729"]
MAPPED = {"opus": "opus/48000/2", "PCMA": "PCMA/8000", "PCMU": "PCMU/8000", "G722": "G722/8000", "G729": "G729/8000"}
PAYLOADS = {"opus": "96", "PCMA": "8", "PCMU": "0", "G722": "9", "G729": "18"}
CLOSE_DB = {"PCMA": 3, "PCMU": 3, "G722": 7, "opus": 3}
"""How far a level may be off. pjmedia's G.722 shifts 16-bit samples by two bits (PJMEDIA_G722_DEFAULT_PCM_SHIFT), spandsp's, which baresip has, by
one: 6 dB each way. Baresip speaks Opus in stereo."""


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Callable[..., Baresip]]:
    """A baresip that waits for direct calls."""
    running: list[Baresip] = []

    def start(*codecs: str) -> Baresip:
        running.append(Baresip(tmp_path / "far", "600", source=FAR_HZ, codecs=codecs))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.mark.parametrize("codec", ["PCMA", "PCMU", "G722", "opus"])
def test_each_codec_carries_sound_both_ways(trunk: Callable[..., Trunk], far: Callable[..., Baresip], codec: str) -> None:
    other = far(codec)
    made = trunk(server=f"127.0.0.1:{other.port}", codecs=EVERY)
    made.dial()
    made.device.wait_line("in call")
    other.wait_for("CALL_ESTABLISHED")
    heard = made.device.samples(0.8)[-4000:]
    assert abs(strongest_hz(heard) - FAR_HZ) < 5
    assert abs(tone_level_dbm0(heard, FAR_HZ) - SAID_DBM0) < CLOSE_DB[codec]
    made.device.say(tone(NEAR_HZ, 0.8, SAID_DBM0))
    other.process.wait_until(lambda: _close(other, CLOSE_DB[codec]), f"never heard {NEAR_HZ} Hz as loud as it was said")
    assert made.device.ask("status")["calls"][0]["codec"].split("/")[0].lower() == codec.lower()
    row = made.hang_up()
    assert row["codec"].split("/")[0].lower() == codec.lower()


@pytest.mark.parametrize("codec", ["G729", "G722", "opus"])
def test_each_codec_carries_sound_between_two_devices(tmp_path: Path, codec: str) -> None:
    port = free_port_block(2)
    with (
        Trunk(tmp_path / "near", codecs=[codec, "PCMA"], server=f"127.0.0.1:{port}") as near,
        Trunk(tmp_path / "far", codecs=["PCMU", codec], server=near.server, device_port=port) as other,
    ):
        near.dial()
        other.device.wait_ringing()
        other.device.lift()
        other.device.wait_line("in call")
        near.device.wait_line("in call")
        for each in (near, other):
            assert each.device.ask("status")["calls"][0]["codec"].split("/")[0].lower() == codec.lower()
        assert abs(loudest_of(near.device, other.device, NEAR_HZ) - SAID_DBM0) < 3
        assert abs(loudest_of(other.device, near.device, FAR_HZ) - SAID_DBM0) < 3
        other.hang_up()
        near.device.wait_line("released")
        assert near.hang_up()["codec"].split("/")[0].lower() == codec.lower()


@pytest.mark.parametrize("codecs", [*([each] for each in EVERY), EVERY, EVERY[::-1], ["G722", "PCMU"]], ids=",".join)
def test_an_accounts_codecs_are_its_offer_in_its_order(trunk: Callable[..., Trunk], codecs: list[str]) -> None:
    # Another account has them all, so that the engine knows more than this one may say.
    made = trunk(codecs=codecs, more=_another_account(EVERY))
    with made.far("refuse") as other:
        made.dial()
        made.device.wait_line("released")
        other.wait_passed()
    offer = other.received("INVITE")[0].sdp.audio
    assert _names(offer) == [MAPPED[codec] for codec in codecs]
    assert "telephone-event/8000" in offer.codecs.values()
    assert set(offer.codecs) == set(offer.formats)  # no words about codecs that are not offered


@pytest.mark.parametrize(
    ("ours", "offered", "answered"),
    [
        (["PCMU"], ["PCMA", "PCMU"], "PCMU"),
        (["PCMU", "PCMA"], ["PCMA", "PCMU"], "PCMU"),
        (["G722", "PCMA"], ["PCMA", "PCMU", "G722"], "G722"),
        (["opus", "G729", "PCMA"], ["G729", "PCMA"], "G729"),
        (EVERY, ["PCMU", "PCMA", "opus"], "opus"),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value),
)
def test_the_best_of_an_accounts_codecs_that_is_offered_is_its_answer(
    trunk: Callable[..., Trunk], ours: list[str], offered: list[str], answered: str
) -> None:
    made = trunk(codecs=ours, more=_another_account(EVERY))
    with made.caller("call_with", keys=_media(offered)) as caller:
        made.device.wait_ringing()
        made.device.lift()
        made.device.wait_line("in call")
        made.hang_up()
        caller.wait_passed()
    answer = _answer_of(caller.received("INVITE"))
    assert _names(answer) == [MAPPED[answered]]
    assert "telephone-event/8000" in answer.codecs.values()


def test_g722_written_with_its_true_clock_does_not_spoil_the_other_codecs(trunk: Callable[..., Trunk]) -> None:
    made = trunk(codecs=["G722", "PCMA"])
    media = _media(["PCMA"])
    wrong = {"payloads": f"{media['payloads']} 98", "attribute": media["attribute"] + "\na=rtpmap:98 G722/16000"}
    with made.caller("call_with", keys={**media, **wrong}) as caller:
        made.device.wait_ringing()
        made.device.lift()
        made.device.wait_line("in call")
        made.hang_up()
        caller.wait_passed()
    assert _names(_answer_of(caller.received("INVITE"))) == ["PCMA/8000"]


@pytest.mark.parametrize(
    ("ours", "offered"), [(["PCMA"], "NOBODY-KNOWS"), (["G729"], "PCMA")], ids=["nobody's", "another account's"]
)
def test_a_caller_without_a_shared_codec_gets_488_and_no_bell_rings(
    trunk: Callable[..., Trunk], ours: list[str], offered: str
) -> None:
    made = trunk(codecs=ours, more=_another_account(["PCMA"]))
    with made.caller("call_with_unknown_codec", keys={"NOBODY-KNOWS": offered}) as caller:
        caller.wait_passed()  # 488
    assert {message.status for message in caller.received("INVITE")} <= {100, 488}
    status = made.device.wait(lambda found: not found["calls"], "no call")
    assert status["lines"][0]["state"] == "idle"
    assert not made.device.phone()["ringing"]
    with made.caller("call_with", keys=_media(ours)):  # and the line is free for the next one
        made.device.wait_ringing()


def test_a_far_end_without_a_shared_codec_is_congestion_and_a_sentence(
    trunk: Callable[..., Trunk], far: Callable[..., Baresip]
) -> None:
    made = trunk(server=f"127.0.0.1:{far('opus').port}", codecs=["PCMA"])
    made.dial()
    made.device.wait_line("released")
    assert made.device.hear(1.5).name == "congestion"
    row = made.hang_up()
    assert (row["outcome"], row["status"], row["reason"]) == ("failed", 488, "the far end speaks none of our codecs")


def test_an_answer_without_a_shared_codec_is_congestion_and_a_sentence(trunk: Callable[..., Trunk]) -> None:
    made = trunk(codecs=["PCMA"])
    keys = _media(["PCMU"])
    with made.far("answer_with", keys=keys) as other:
        made.dial()
        made.device.wait_line("released")
        assert made.device.hear(1.5).name == "congestion"
        row = made.hang_up()
        other.wait_received(lambda message: message.method == "BYE")  # it had answered already
    assert (row["outcome"], row["reason"]) == ("failed", "the far end speaks none of our codecs")


def test_a_far_end_that_answers_with_several_codecs_is_brought_down_to_one(trunk: Callable[..., Trunk]) -> None:
    made = trunk(codecs=["PCMA", "PCMU", "G722"])
    with RtpEnd(FAR_HZ) as voice:
        keys = {**_media(["PCMA", "PCMU", "G722"]), "media_port": str(voice.port)}
        with made.far("answer_with_many", keys=keys) as other:
            made.dial()
            made.device.wait_line("in call")
            other.wait_received(lambda message: message.method == "ACK" and len(other.received("INVITE")) == 2)
            assert _names(other.received("INVITE")[1].sdp.audio) == ["PCMA/8000"]
            assert tone_level_dbm0(made.device.samples(0.8)[-4000:], FAR_HZ) > HEARD_DBM0
            made.device.say(tone(NEAR_HZ, 0.6))
            voice.wait_until(lambda: loudest_dbm0(voice.heard(), NEAR_HZ, 0.3) > HEARD_DBM0, f"never heard {NEAR_HZ} Hz")
            row = made.hang_up()
            other.wait_passed()
    assert (row["outcome"], row["codec"]) == ("answered", "PCMA/8000")


def _close(other: Baresip, within_db: float) -> bool:
    return abs(loudest_dbm0(other.heard(), NEAR_HZ, 0.3) - SAID_DBM0) < within_db


def _another_account(codecs: list[str]) -> str:
    named = ", ".join(f'"{codec}"' for codec in codecs)
    return f'[[account]]\nid = "other"\nserver = "127.0.0.1:9"\nregister = false\ncodecs = [{named}]\n'


def _media(codecs: list[str]) -> dict[str, str]:
    """The keys of a scenario for a media line with these codecs and keys."""
    maps = [f"a=rtpmap:{PAYLOADS[codec]} {MAPPED[codec]}" for codec in codecs]
    payloads = " ".join(PAYLOADS[codec] for codec in codecs)
    return {
        "profile": "RTP/AVP",
        "payloads": f"{payloads} 101",
        "attribute": "\n".join([*maps, "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"]),
    }


def _answer_of(messages: list[SipMessage]) -> Media:
    return next(message for message in messages if message.status == 200).sdp.audio


def _names(audio: Media) -> list[str]:
    """The codecs of a media line in their order, without the companions."""
    return [audio.codecs[payload] for payload in audio.formats if not audio.codecs[payload].startswith("telephone-event")]
