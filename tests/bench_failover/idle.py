"""Cuts while nobody speaks: from the cut to the decision, and how soon a call placed at the decision rings. And how soon the wire is used again.

Before each cut the registrar knows the contact of the uplink that waits, as it does after a few seconds of calm.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from firmware.client import Client
from tests.adapter import Never
from tests.bench_failover.in_calls import KINDS, heal
from tests.bench_failover.samples import Row, Target
from tests.lab.decisions import wait_decision
from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.peers.errors import PeerError

if TYPE_CHECKING:
    from pathlib import Path

DECIDED = {"cable": Target(worst=300.0), "silent": Target(worst=3000.0)}
PATIENCE_S = 8.0
LOOK_S = 0.005


def measure(folder: Path, kind: str, cuts: int) -> list[Row]:
    decided = Row(f"{kind} cut, idle: cut to decided", "ms", DECIDED[kind])
    rings = Row(
        f"{kind} cut, idle: decided to the next call's ring",
        "ms",
        Target(worst=1000.0),
        note="placed once the registrar knows the new way alone",
    )
    at_once = Row(
        f"{kind} cut, idle: decided to the ring of a call placed at once",
        "ms",
        Target(worst=1000.0),
        note="before the new registration; one cut in five",
    )
    with Stage(folder, (ETHERNET, WIFI)) as stage:
        for number in range(cuts):
            if number:
                stage.restart_device()
            stage.wait_active("eth0")
            stage.wait_contacts("eth0", "wlan0")
            first = number % 5 == 4
            _cut(stage, kind, decided, at_once if first else rings, registered=not first)
            heal(stage, "eth0")
    return [decided, rings, at_once]


def _cut(stage: Stage, kind: str, decided: Row, rings: Row, *, registered: bool) -> None:
    lines = len(stage.device.process.lines)
    cut_s = KINDS[kind](stage.lab["eth0"])
    try:
        decision = wait_decision(stage.device.process, lines, PATIENCE_S)
    except PeerError:
        decided.missing += 1
        return
    decided.samples.append(1000 * (decision.at_s - cut_s))
    if registered:
        stage.wait_contacts("wlan0")
    stage.far.order(f"call sip:alice@{stage.exchange.server}")
    try:
        rings.samples.append(1000 * (_rung(stage) - decision.at_s))
    except Never:
        rings.missing += 1
    with contextlib.suppress(PeerError):
        stage.far.order("hang up")
    stage.device.wait_quiet()


def _rung(stage: Stage) -> float:
    """When the bell rang."""
    end = time.monotonic() + PATIENCE_S
    with Client(stage.device.state / "control.sock") as client:
        while not client.ask("phone.state")["ringing"]:
            if time.monotonic() > end:
                raise Never("the bell did not ring")
            time.sleep(LOOK_S)
    return time.monotonic()


def measure_return(folder: Path, times: int) -> list[Row]:
    back = Row("healed to back on the wire", "s", note="the rule asks for 30 s of calm")
    with Stage(folder, (ETHERNET, WIFI)) as stage:
        for number in range(times):
            if number:
                stage.restart_device()
            stage.wait_active("eth0")
            stage.lab["eth0"].silence()
            stage.wait_active("wlan0", PATIENCE_S)
            lines = len(stage.device.process.lines)
            healed_s = stage.lab["eth0"].heal()
            try:
                back.samples.append(wait_decision(stage.device.process, lines, 120).at_s - healed_s)
            except PeerError:
                back.missing += 1
    return [back]
