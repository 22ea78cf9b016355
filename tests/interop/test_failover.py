"""The calls of tests/lab/test_call_survives.py with the other far ends and transports, Asterisk among them, and uplinks that flap slowly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.lab.decisions import decisions
from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.lab.test_call_survives import FAULTS, cut
from tests.lab.test_in_trouble import FLAPS_S, MOST_MOVES_A_MINUTE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("far", "fault"), [*(("asterisk", each) for each in FAULTS), ("baresip", "cable"), ("baresip", "internet")]
)
def test_over_udp(tmp_path: Path, far: str, fault: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far=far) as stage:
        stage.call()
        cut(stage, FAULTS[fault])
        assert len(stage.device.ask("status")["calls"]) == 1
        assert stage.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize(("far", "transport"), [("pjsua2", "tcp"), ("baresip", "tls"), ("asterisk", "tcp"), ("asterisk", "tls")])
def test_over_connections_and_encrypted(tmp_path: Path, far: str, transport: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far=far, transport=transport) as stage:
        stage.call()
        cut(stage, FAULTS["silence"])
        assert bool(stage.device.ask("status")["calls"][0]["srtp"]) == (transport == "tls")
        stage.hang_up()


@pytest.mark.parametrize("period_s", [1.0, 5.0])
def test_flapping_settles(tmp_path: Path, period_s: float) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        lines, began_s = len(stage.device.process.lines), time.monotonic()
        while time.monotonic() - began_s < FLAPS_S:
            stage.lab["eth0"].unplug()
            time.sleep(period_s / 2)
            stage.lab["eth0"].router.ip("link", "set", "lan", "up")
            time.sleep(period_s / 2)
        stage.lab["eth0"].plug()
        assert len(decisions(stage.device.process, lines)) <= MOST_MOVES_A_MINUTE
        stage.call()
        stage.talk()
