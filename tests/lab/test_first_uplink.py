"""A device in the laboratory calls through the first uplink, each kind of far end, and every hole of the line is found at both ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.peers.sound import RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_HOLE_MS = 60.0
CUT_S = 0.5


@pytest.mark.parametrize("transport", ["udp", "tls"])
@pytest.mark.parametrize("far", ["pjsua2", "baresip"])
def test_live_sound_both_ways(tmp_path: Path, far: str, transport: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), watched=False, far=far, transport=transport) as stage:
        stage.call()
        talk = stage.talk()
        assert "198.51.100.1" in stage.exchange.registered()[0]
        call = stage.device.ask("status")["calls"][0]
        assert bool(call["srtp"]) == (transport == "tls")
        from_s, far_from = time.monotonic(), len(stage.far.heard())
        talk.wait_live()
        assert talk.near_gap(from_s).hole_ms < LONGEST_HOLE_MS
        assert talk.far_gap(far_from).hole_ms < LONGEST_HOLE_MS
        assert stage.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize("far", ["pjsua2", "baresip"])
def test_a_break_of_the_line_is_found_at_both_ends(tmp_path: Path, far: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), watched=False, far=far) as stage:
        stage.call()
        talk = stage.talk()
        far_from = len(stage.far.heard())
        cut_s = stage.lab["eth0"].silence()
        time.sleep(CUT_S)  # the line is dead so long, by the clock
        healed_s = stage.lab["eth0"].heal()
        talk.wait_live(since_s=healed_s)
        least_ms = 1000 * (healed_s - cut_s) - 120  # what was under way, and what was kept for jitter, is still heard
        assert talk.near_gap(cut_s).hole_ms > least_ms
        assert talk.far_gap(far_from).hole_ms > least_ms


def test_the_far_end_calls_the_device_through_its_router(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), watched=False, far="pjsua2") as stage:
        stage.far.order(f"call sip:alice@{stage.exchange.server}")
        stage.device.wait_ringing()
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.talk()
        assert len(stage.far.heard()) > RATE_HZ
        stage.hang_up()
