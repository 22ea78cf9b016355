"""The far end changes the sound of a running call: hold in its three notations, resume, and a move to another address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.calls.conftest import FAR_HZ, NEAR_HZ, Trunk
from tests.calls.rtp_end import RtpEnd
from tests.peers.sound import loudest_dbm0, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Iterator

HEARD_DBM0 = -20.0
MOVED_HZ = 1504.0
SILENCE_S = 1


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trunk]:
    """A device that ends calls after a second without voice packets."""
    with Trunk(tmp_path_factory.mktemp("hold"), sip=f"rtp_silence_s = {SILENCE_S}") as made:
        yield made


@pytest.fixture
def line(impatient: Trunk) -> Iterator[Trunk]:
    yield impatient
    impatient.rest()


@pytest.mark.parametrize(
    ("direction", "address", "answered"),
    [("sendonly", "127.0.0.1", "recvonly"), ("inactive", "127.0.0.1", "inactive"), ("sendrecv", "0.0.0.0", "sendrecv")],
    ids=["sendonly", "inactive", "0.0.0.0"],
)
def test_hold_is_shown_outlives_silence_and_ends(line: Trunk, direction: str, address: str, answered: str) -> None:
    with RtpEnd(FAR_HZ) as voice:
        keys = {"media_port": str(voice.port), "new_port": str(voice.port), "new_direction": direction, "new_address": address}
        with line.far("reinvite", pause_ms=4000, keys=keys) as far:
            line.dial()
            line.device.wait_line("in call")
            _wait_state(line, "held")
            voice.silent = True
            line.device.samples(1.5 * SILENCE_S)  # for longer than the device's patience, and over before the far end resumes
            voice.silent = False
            _wait_state(line, "in call")
            assert tone_level_dbm0(line.device.samples(0.6)[-1600:], FAR_HZ) > HEARD_DBM0
            line.device.say(tone(NEAR_HZ, 0.6))
            assert loudest_dbm0(voice.heard(), NEAR_HZ) > HEARD_DBM0
            row = line.hang_up()
            far.wait_passed()
    answers = [message.sdp.audio.direction for message in far.received("INVITE") if message.status == 200]
    assert answers == [answered, "sendrecv"]
    assert row["outcome"] == "answered"


def test_music_on_hold_is_heard(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice:
        keys = {"media_port": str(voice.port), "new_port": str(voice.port), "new_direction": "sendonly"}
        with line.far("reinvite", pause_ms=1000, keys=keys):
            line.dial()
            _wait_state(line, "held")
            assert tone_level_dbm0(line.device.samples(0.6)[-1600:], FAR_HZ) > HEARD_DBM0
            line.hang_up()


def test_sound_follows_the_far_end_to_another_address(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as first, RtpEnd(MOVED_HZ, address="127.0.0.2") as second:
        keys = {
            "media_port": str(first.port),
            "new_port": str(second.port),
            "new_address": second.address,
            "new_direction": "sendrecv",
        }
        with line.far("reinvite", pause_ms=2000, keys=keys) as far:
            line.dial()
            line.device.wait_line("in call")
            assert tone_level_dbm0(line.device.samples(0.5)[-1600:], FAR_HZ) > HEARD_DBM0
            moved = far.wait_received(lambda message: message.method == "INVITE" and message.status == 200)
            first.silent = True
            second.send_to(moved.sdp.audio.connection, moved.sdp.audio.port)
            second.wait_heard(0.1)
            line.device.say(tone(NEAR_HZ, 0.4))
            heard = line.device.samples(0.4)
            assert tone_level_dbm0(heard[-1600:], MOVED_HZ) > HEARD_DBM0
            assert loudest_dbm0(second.heard(), NEAR_HZ, 0.2) > HEARD_DBM0
            line.hang_up()


def _wait_state(line: Trunk, state: str) -> None:
    line.device.wait(lambda status: status["calls"] and status["calls"][0]["state"] == state, f"call {state}")
