"""Cuts in a call: from the cut to the decision, and to live sound at both ends. A call has two cuts, the second on the uplink the first moved it to.

One device for each call: a device that has just moved twice waits longer by design, and that is not what is asked here.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from tests.adapter import Never
from tests.bench_failover.samples import Row, Target
from tests.lab.decisions import wait_decision
from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.peers.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.uplink import Uplink

KINDS: dict[str, Callable[[Uplink], float]] = {"cable": lambda uplink: uplink.unplug(), "silent": lambda uplink: uplink.silence()}
DECIDED = {"cable": Target(worst=300.0), "silent": Target(worst=250.0)}
HEARD = Target(median=300.0, p95=500.0)
UPLINKS = ("eth0", "wlan0")
BACK_S = 8.0
TALKING_S = 3.0
"""Before a cut: the watch over missing voice learns from the first second of it how this far end sends."""
SETTLED_S = 2.0
"""An uplink that has failed once is taken again in need when it has held for a second: what is asked here is not that rule."""


@dataclass
class Series:
    """All cuts of one kind against one far end over one transport."""

    kind: str
    far: str
    transport: str
    rows: dict[str, Row] = field(init=False)
    lost: int = 0
    cuts: int = 0

    def __post_init__(self) -> None:
        where = f"{self.kind} cut, {self.far}, {'TLS+SRTP' if self.transport == 'tls' else self.transport.upper()}"
        heard = HEARD if self.transport == "udp" else Target()
        self.rows = {
            "decided": Row(f"{where}: cut to decided", "ms", DECIDED[self.kind]),
            "near": Row(f"{where}: cut to heard again here", "ms", heard),
            "far": Row(f"{where}: cut to heard again there", "ms", heard),
            "near hole": Row(f"{where}: hole here", "ms"),
            "far hole": Row(f"{where}: hole there", "ms"),
        }


def measure(folder: Path, series: Series, cuts: int) -> None:
    """`cuts` more cuts into the series, two a call."""
    plans = (ETHERNET, WIFI)
    with Stage(folder, plans, far=series.far, transport=series.transport) as stage:
        for number in range((cuts + 1) // 2):
            if number:
                stage.restart_device()
            try:
                _call(stage, series)
            except (Never, PeerError, DeviceAbsent, OrderRefused) as problem:
                sys.stderr.write(f"  a call was lost or never came up: {str(problem).splitlines()[0][:200]}\n")
                series.lost += 1
            _rest(stage)


def _call(stage: Stage, series: Series) -> None:
    stage.wait_active(UPLINKS[0])
    _wait_standby(stage, UPLINKS[1])
    stage.call()
    for interface in UPLINKS:
        series.cuts += 1
        cut(stage, series, interface)
        heal(stage, interface)
        if interface == UPLINKS[0]:
            _wait_standby(stage, interface)
            time.sleep(SETTLED_S)
    stage.hang_up()


def cut(stage: Stage, series: Series, interface: str) -> None:
    """One cut in a conversation; raises where the call does not go on."""
    talk = stage.talk()
    time.sleep(TALKING_S)
    try:
        lines, far_from = len(stage.device.process.lines), len(stage.far.heard())
        cut_s = KINDS[series.kind](stage.lab[interface])
        try:
            decision = wait_decision(stage.device.process, lines, BACK_S)
            talk.wait_live(BACK_S, since_s=decision.at_s)
        except PeerError:
            for row in series.rows.values():
                row.missing += 1
            raise
        near, far = talk.near_gap(cut_s), talk.far_gap(far_from)
        series.rows["decided"].samples.append(1000 * (decision.at_s - cut_s))
        series.rows["near"].samples.append(near.back_ms)
        series.rows["far"].samples.append(far.back_ms)
        series.rows["near hole"].samples.append(near.hole_ms)
        series.rows["far hole"].samples.append(far.hole_ms)
    finally:
        stage.end_talk()


def heal(stage: Stage, interface: str) -> None:
    uplink = stage.lab[interface]
    uplink.heal()
    if "NO-CARRIER" in stage.lab.device.ip("link", "show", interface):
        uplink.plug()


def _wait_standby(stage: Stage, interface: str) -> None:
    stage.wait_status(
        lambda status: any(
            each["name"] == interface and each["state"] in {"standby", "poor", "active"} for each in status["uplinks"]
        ),
        f"{interface} ready",
        60,
    )


def _rest(stage: Stage) -> None:
    """Whatever happened, the next call starts from a whole laboratory."""
    for interface in UPLINKS:
        heal(stage, interface)
