"""What watching costs while nothing happens: bytes on a metered standby uplink, processor time; and false alarms in a call on a poor line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.bench.usage import cpu_s
from tests.bench_failover.samples import Row, Target
from tests.lab.decisions import decisions
from tests.lab.laboratory import ETHERNET, USUAL, WIFI
from tests.lab.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

MONTH_S = 30 * 86400
SETTLE_S = 10.0


def carried(stage: Stage, interface: str) -> int:
    """Bytes in and out so far, as the kernel counts them."""
    names = ("rx_bytes", "tx_bytes")
    said = stage.lab.device.run("cat", *(f"/sys/class/net/{interface}/statistics/{name}" for name in names))
    return sum(map(int, said.split()))


def measure(folder: Path, minutes: float) -> list[Row]:
    """Three uplinks watched for so long, and the same device with none to watch."""
    window_s = 60 * minutes
    watched_s, month_mb = _watch(folder / "watched", window_s, watched=True)
    bare_s, _ = _watch(folder / "bare", min(window_s, 60.0), watched=False)
    return [
        Row("standby of a metered uplink", "MB/month", Target(worst=5.0), samples=[month_mb], note=f"from {minutes:g} minutes"),
        Row("watching three uplinks", "% of a core", Target(worst=1.0), samples=[100 * max(0.0, watched_s - bare_s)]),
        Row("the idle device with three uplinks", "% of a core", samples=[100 * watched_s]),
    ]


def _watch(folder: Path, window_s: float, *, watched: bool) -> tuple[float, float]:
    """Seconds of processor a second, and MB a month of the last uplink."""
    with Stage(folder, USUAL, watched=watched) as stage:
        # The kernel asks for routers a dozen times in the first hour and then once an hour: ten minutes of that are no month.
        stage.lab.device.write("/proc/sys/net/ipv6/conf/wwan0/disable_ipv6", "1")
        time.sleep(SETTLE_S)
        began_s, used_s, bytes_ = time.monotonic(), cpu_s(stage.device.process.pid), carried(stage, "wwan0")
        time.sleep(window_s)
        passed_s = time.monotonic() - began_s
        month_mb = (carried(stage, "wwan0") - bytes_) * MONTH_S / passed_s / 1e6
        return (cpu_s(stage.device.process.pid) - used_s) / passed_s, month_mb


def measure_calm(folder: Path, minutes: float) -> list[Row]:
    """A call on a line that loses 5 % and trembles by 40 ms must move nowhere, when the other line is no better."""
    with Stage(folder, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        for uplink in stage.lab.uplinks.values():
            uplink.lose(5)
            uplink.delay(uplink.plan.one_way_ms, 40)
        stage.call()
        stage.talk()
        lines = len(stage.device.process.lines)
        time.sleep(60 * minutes)
        alarms = decisions(stage.device.process, lines)
        words = "; ".join(each.reason for each in alarms)
        return [
            Row(
                f"moves in {minutes:g} min of 5 % loss and 40 ms jitter", "", Target(worst=0.5), samples=[len(alarms)], note=words
            )
        ]
