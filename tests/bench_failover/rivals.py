"""What others would have decided about the same cuts: the published default rules of OpenWrt's mwan3 and of NetworkManager, run as small simulations.

Modelled, not run. A rule sees what the laboratory's uplink does: before the cut every question is answered, after it none. Where in its round a rule is
caught is spread evenly over the cuts. Neither re-invites a call: what they move is the default route.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench_failover.samples import Row

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Mwan3:
    """openwrt/packages net/mwan3 2.12.2, files/usr/sbin/mwan3track: the defaults of a tracked interface."""

    targets: int = 1
    reliability: int = 1
    count: int = 1
    timeout_s: float = 4.0
    interval_s: float = 10.0
    down: int = 5
    up: int = 5

    def decided_s(self, phase: float) -> float:
        """From a silent death to "offline", where the last good round ended `phase` (0 to 1) of an interval before."""
        score = self.down + self.up
        at_s = self.interval_s * (1 - phase)
        while True:
            answered = 0  # the uplink is dead: each target is asked in turn, each for the whole time allowed
            at_s += self.targets * self.count * self.timeout_s
            score -= answered < self.reliability
            if score == self.up:
                return at_s
            at_s += self.interval_s


@dataclass(frozen=True)
class NetworkManager:
    """NetworkManager: src/core/devices/nm-device.c (CARRIER_WAIT_TIME_MS), man/NetworkManager.conf.xml (connectivity: interval, timeout)."""

    carrier_wait_s: float = 6.0
    interval_s: float = 300.0
    timeout_s: float = 20.0

    def decided_s(self, phase: float) -> float:
        """From a silent death to the bad result that adds 20000 to the metric, with a check's address set (upstream sets none: then never)."""
        return self.interval_s * (1 - phase) + self.timeout_s


SAMPLE = Mwan3(targets=4, reliability=2)
"""The shipped sample configuration: four addresses, two of which must answer."""


def rows(kind: str, cuts: int) -> list[Row]:
    """For as many cuts of a kind."""
    phases = list(_phases(cuts))
    if kind == "cable":
        manager = NetworkManager()
        return [
            Row(
                "cable cut: mwan3, cut to offline",
                "ms",
                how="modelled",
                samples=[0.0] * cuts,
                note="a hotplug event removes its rules at once",
            ),
            Row(
                "cable cut: NetworkManager, cut to route gone",
                "ms",
                how="modelled",
                samples=[1000 * manager.carrier_wait_s] * cuts,
            ),
        ]
    return [
        Row("silent cut: mwan3, one address", "ms", how="modelled", samples=[1000 * Mwan3().decided_s(each) for each in phases]),
        Row(
            "silent cut: mwan3, its sample of four",
            "ms",
            how="modelled",
            samples=[1000 * SAMPLE.decided_s(each) for each in phases],
        ),
        Row(
            "silent cut: NetworkManager with a check set",
            "ms",
            how="modelled",
            samples=[1000 * NetworkManager().decided_s(each) for each in phases],
            note="without one, as upstream ships it, a silent death is never seen",
        ),
    ]


def _phases(count: int) -> Iterator[float]:
    yield from ((number + 0.5) / count for number in range(count))
