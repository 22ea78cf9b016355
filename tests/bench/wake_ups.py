"""How often an idle device wakes: registered over UDP, on hook, keep-alive as it comes. Every wake-up is heat and battery."""

from __future__ import annotations

import time

from tests.adapter import Adapter, account
from tests.bench.figures import Bench, Figure, Target
from tests.bench.usage import switches
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio

NAME = "wake_ups"
SETTLED_S = 2.0
USERS = {"100": "device-bench", "200": "far-bench"}


def measure(bench: Bench) -> list[Figure]:
    figure = Figure(
        "wake-ups when idle",
        "/s",
        Target(),
        "context switches, asked for and suffered, of all threads, registered by UDP and on hook.",
        "the same at the same time, registered at the same Kamailio",
    )
    folder = bench.folder / NAME
    with Kamailio(folder / "kamailio", USERS) as kamailio:
        table = account("home", kamailio.server, user="100", password=USERS["100"])
        with (
            Adapter(folder / "device", table) as device,
            Baresip(folder / "baresip", "200", USERS["200"], server=kamailio.server, expires_s=300) as far,
        ):
            device.wait_registered()
            far.wait_registered()
            time.sleep(SETTLED_S)
            for _ in range(max(1, bench.windows)):
                _watch(device.process.pid, far.process.pid, bench.window_s, figure)
    return [figure]


def _watch(device: int, far: int, window_s: float, figure: Figure) -> None:
    before, began_s = [switches(pid) for pid in (device, far)], time.monotonic()
    time.sleep(window_s)
    after, seconds = [switches(pid) for pid in (device, far)], time.monotonic() - began_s
    for samples, earlier, later in zip((figure.keepline, figure.baresip), before, after, strict=True):
        samples.append((sum(later.values()) - sum(earlier.values())) / seconds)
