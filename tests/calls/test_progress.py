"""What the caller hears until the far end answers or refuses, and what the call log says of it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hal.sim.rhythm import rhythm_of
from tests.calls.conftest import FAR_HZ, NEAR_HZ, Trunk
from tests.calls.rtp_end import RtpEnd
from tests.peers.sound import loudest_dbm0, strongest_hz, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEARD_DBM0 = -20.0
ABSENT_DBM0 = -45.0
GRAIN_MS = 25
"""Bursts are measured in steps of 5 ms, edges are ramped."""


@pytest.fixture(scope="module")
def british(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trunk]:
    """One device for all: its calls leave nothing behind. British, since its ringback has the shortest round."""
    with Trunk(tmp_path_factory.mktemp("progress"), country="GB") as made:
        yield made


@pytest.fixture
def line(british: Trunk) -> Iterator[Trunk]:
    yield british
    british.rest()


@pytest.mark.parametrize(
    ("status", "tone_name", "outcome", "sentence"),
    [
        (486, "busy", "busy", "busy"),
        (600, "busy", "busy", "busy everywhere"),
        (603, "busy", "rejected", "declined"),
        (404, "special", "failed", "the number does not exist"),
        (484, "special", "failed", "the number is incomplete"),
        (604, "special", "failed", "the number does not exist anywhere"),
        (503, "congestion", "failed", "the provider's server is overloaded or not reachable"),
        (480, "congestion", "no answer", "the far end is not available now"),
        (408, "congestion", "no answer", "the far end did not answer in time"),
        (488, "congestion", "failed", "the far end speaks none of our codecs"),
    ],
)
def test_a_refusal_is_heard_and_written_down(line: Trunk, status: int, tone_name: str, outcome: str, sentence: str) -> None:
    with line.far("refuse", keys={"code": str(status), "reason": "No"}) as far:
        line.dial()
        line.device.wait_line("released")
        assert line.device.hear(2.2).name == tone_name
        far.wait_passed()
        row = line.hang_up()
    assert (row["number"], row["status"], row["outcome"], row["reason"]) == ("600", status, outcome, sentence)


def test_a_server_that_is_not_there_is_congestion_and_a_sentence(trunk: Callable[..., Trunk]) -> None:
    made = trunk(transport="tcp")
    made.dial()
    made.device.wait_line("released")
    assert made.device.hear(2.2).name == "congestion"
    row = made.hang_up()
    assert (row["outcome"], row["status"]) == ("failed", 503)
    assert "Connection refused" in row["reason"]


def test_180_is_heard_as_the_countrys_ringback_and_hanging_up_sends_cancel(line: Trunk) -> None:
    with line.far("never_answers") as far:
        line.dial()
        line.device.wait_line("ringback")
        heard = line.device.samples(4.0)
        row = line.hang_up()
        far.wait_passed()  # the scenario ends with CANCEL, 487 and ACK
    bursts = rhythm_of(heard.astype(np.float64), -48.0).whole_bursts
    pauses = [(after.start - before.end) / 8 for before, after in pairwise(bursts)]
    assert bursts
    assert all(abs(burst.duration_ms - 400) < GRAIN_MS for burst in bursts)
    assert pauses
    assert all(min(abs(pause - 200), abs(pause - 2000)) < GRAIN_MS for pause in pauses)
    burst = bursts[0].cut(heard.astype(np.float64)).astype(np.int16)
    assert tone_level_dbm0(burst, 400) > HEARD_DBM0
    assert tone_level_dbm0(burst, 450) > HEARD_DBM0
    assert (row["outcome"], row["reason"], row["talk_s"]) == ("cancelled", "hung up before the far end answered", 0)


def test_early_media_is_the_far_ends_own_sound_and_180_after_it_changes_nothing(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice, line.far("ringing_after_early_media", pause_ms=500, keys=_media(voice)) as far:
        line.dial()
        line.device.wait_line("early media")
        first = line.device.samples(0.4)
        far.process.wait_until(lambda: any(m.message.status == 180 for m in far.messages()), "180 was never sent")
        after = line.device.samples(1.0)
        line.device.say(tone(NEAR_HZ, 1.0))
        assert loudest_dbm0(voice.heard(), NEAR_HZ) > HEARD_DBM0
        row = line.hang_up()
        far.wait_passed()
    for heard in (first[-2000:], after):
        assert abs(strongest_hz(heard) - FAR_HZ) < 5
        assert tone_level_dbm0(heard, FAR_HZ) > HEARD_DBM0
        assert tone_level_dbm0(heard, 400) < ABSENT_DBM0
    assert row["outcome"] == "cancelled"


def test_the_far_end_answers_after_early_media_without_a_hole(line: Trunk) -> None:
    with RtpEnd(FAR_HZ) as voice, line.far("early_media", pause_ms=1000, keys=_media(voice)) as far:
        line.dial()
        line.device.wait_line("early media")
        heard = line.device.samples(2.0)
        line.device.wait_line("in call")
        row = line.hang_up()
        far.wait_passed()
    pieces = heard[1600:].reshape(-1, 400)
    assert all(tone_level_dbm0(piece, FAR_HZ) > HEARD_DBM0 for piece in pieces)
    assert row["outcome"] == "answered"


def test_a_handset_replaced_before_any_answer_leaves_nothing_behind(trunk: Callable[..., Trunk]) -> None:
    made = trunk()
    with made.far("late_ringing", pause_ms=1500) as far:
        made.dial()
        far.wait_received(lambda message: message.method == "INVITE")
        row = made.hang_up()
        far.wait_passed()  # CANCEL may only follow a provisional answer (RFC 3261 section 9.1)
    assert row["outcome"] == "cancelled"


def _media(voice: RtpEnd) -> dict[str, str]:
    return {"media_port": str(voice.port)}
