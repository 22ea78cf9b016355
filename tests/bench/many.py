"""What more of the same costs: eight accounts instead of none in memory, and a second call beside the first in processor time.

The second call is one of another line, then one on hold on the same line, which hears music. Far ends are real telephones that speak all the time. The
figures are of the whole device; the line's samples cost nothing (`tests.bench.bare_line`), as where the telephone is not simulated.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.adapter import Adapter, account
from tests.bench.figures import Bench, Figure, Target
from tests.bench.usage import cpu_s, memory_mb
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "many"
SETTLED_S = 2.0
LINES = '[[line]]\ndigit_map = "xxx"\n[[line]]\ndigit_map = "xxx"\n'
FAR_HZ = 1004.0
FAR = {"200": "pw-200", "201": "pw-201"}


def measure(bench: Bench) -> list[Figure]:
    users = {f"10{place}": f"pw-10{place}" for place in range(8)}
    with Kamailio(bench.folder / NAME / "kamailio", users | FAR) as kamailio:
        return [_memory(bench, kamailio.server, users), *_calls(bench, kamailio)]


def _tables(server: str, users: Mapping[str, str]) -> str:
    return LINES + "".join(
        account(f"a{user}", server, user=user, password=password, codecs=["PCMA"]) for user, password in users.items()
    )


def _memory(bench: Bench, server: str, users: Mapping[str, str]) -> Figure:
    seen = "resident memory of a device with eight accounts registered by UDP, less that of one with none, at the same time."
    figure = Figure("eight accounts registered", "MB", Target(5), seen)
    for window in range(bench.windows):
        folder = bench.folder / NAME / str(window)
        with Adapter(folder / "none", LINES) as bare, Adapter(folder / "eight", _tables(server, users)) as full:
            for user in users:
                full.wait_registered(f"a{user}")
            time.sleep(SETTLED_S)
            figure.keepline.append(memory_mb(full.process.pid)[0] - memory_mb(bare.process.pid)[0])
    return figure


def _calls(bench: Bench, kamailio: Kamailio) -> list[Figure]:
    seen = "processor time of the device with both, over that with the first alone, in windows one after the other."
    parallel = Figure("two calls on two lines against one", "times", Target(1.8), seen)
    held = Figure("a call and one on hold against one", "times", Target(1.8), seen)
    folder = bench.folder / NAME
    program, environment = (sys.executable, "-m", "tests.bench.bare_line"), {"PYTHONPATH": str(Path(__file__).parents[2])}
    with ExitStack() as running:
        for user, password in FAR.items():
            second = running.enter_context(Baresip(folder / user, user, password, server=kamailio.server, source=FAR_HZ))
            second.wait_registered()
        table = _tables(kamailio.server, {"100": "pw-100"})
        device = running.enter_context(Adapter(folder / "device", table, environment=environment, program=program))
        device.wait_registered()
        for _ in range(bench.windows):
            alone = _call(device, bench, "200", line=1)
            parallel.keepline.append(_call(device, bench, "201", line=2) / alone)
            _rest(device, 2)
            device.flash()
            held.keepline.append(_call(device, bench, "201", line=1, lifted=True) / alone)
            second.hangup()
            device.wait_line("released")
            device.flash()  # back to the first
            device.wait_line("in call")
            _rest(device, 1)
    return [parallel, held]


def _call(device: Adapter, bench: Bench, number: str, line: int, *, lifted: bool = False) -> float:
    """Processor seconds of a window from when this call stands."""
    if not lifted:
        device.lift(line)
    device.wait_line("dial tone", line=line)
    device.dial(number, pulse=True, line=line)  # by the hook, which both kinds of line have
    device.wait_line("in call", line=line)
    time.sleep(SETTLED_S)
    before = cpu_s(device.process.pid)
    time.sleep(bench.window_s)
    return cpu_s(device.process.pid) - before


def _rest(device: Adapter, line: int) -> None:
    device.replace(line)
    device.wait_line("idle", line=line)
    time.sleep(SETTLED_S)
