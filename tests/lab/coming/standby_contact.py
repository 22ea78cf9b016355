"""Waits for the agent: the registrar knows the waiting uplink's contact beside the one in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.decisions import wait_decision
from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path


def test_a_call_placed_at_the_very_decision_rings_too(tmp_path: Path) -> None:
    """Before the new registration is there: only where the registrar has known the waiting uplink's contact all along."""
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.wait_contact("wlan0")
        lines = len(stage.device.process.lines)
        stage.lab["eth0"].unplug()
        wait_decision(stage.device.process, lines)
        stage.far.order(f"call sip:alice@{stage.exchange.server}")
        stage.device.wait_ringing(5.0)
