"""The kernel's own netem on the wire in use: 5 % loss and 40 ms of jitter each way are no reason to move; and a thin metered link carries narrow Opus.

python -m tests.guest.net.bad_line [lossy | thin]
"""

from __future__ import annotations

import json
import sys
import time

from tests.guest.net.scene import Scene
from tests.lab.decisions import decisions
from tests.lab.uplink import Uplink, UplinkPlan

BAD, GOOD = UplinkPlan("eth0", priority=1, metric=100), UplinkPlan("eth1", priority=2, metric=200)
THIN = UplinkPlan("eth0", "cellular", metered=True, one_way_ms=45.0)
TALKED_S, THIN_S = 90.0, 20.0
LOSS_PERCENT, JITTER_MS = 5, 40
LONGEST_HOLE_MS = 250
THIN_KBIT = 48
"""Of a link at the edge of coverage, in all headers; G.711 alone takes 80 with its headers of IP, UDP and RTP."""


def shape(uplink: Uplink, *words: str) -> None:
    """Both ways: what leaves the router to the device and to the cloud."""
    for interface in ("lan", "way"):
        uplink.router.run("tc", "qdisc", "replace", "dev", interface, "root", *words)


def lossy() -> dict[str, object]:
    """A call over the bad line, with a good one waiting."""
    with Scene((BAD, GOOD)) as scene:
        talk = scene.call()
        scene.wait_uplink("eth1", ["standby"])
        lines = len(scene.device.process.lines)
        shape(scene.lab["eth0"], "netem", "delay", "40ms", f"{JITTER_MS}ms", "loss", f"{LOSS_PERCENT}%")
        far_from, began_s = len(talk.far()), time.monotonic()
        talk.listen(TALKED_S)
        moved = decisions(scene.device.process, lines)
        assert not moved, f"a false alarm: {moved}"
        talk.wait_live(time.monotonic())
        figures = {"ear_hole_ms": talk.longest_hole_ms(began_s), "far_hole_ms": talk.longest_hole_ms(far_from=far_from)}
        rating = scene.uplink("eth0")["r_factor"]
        assert scene.hang_up()["outcome"] == "answered"
    return {"seconds": TALKED_S, "false_alarms": 0, "r_factor": rating, **figures}


def thin() -> dict[str, object]:
    """A metered link too thin for G.711: the call is made in narrow Opus and fits."""
    with Scene((THIN,), codecs=("PCMA", "opus")) as scene:
        scene.exchange.far.order("speak opus")
        shape(scene.lab["eth0"], "tbf", "rate", f"{THIN_KBIT}kbit", "burst", "3000", "latency", "300ms")
        talk = scene.call()
        codec = scene.device.ask("status")["calls"][0]["codec"]
        assert codec.startswith("opus/"), codec
        far_from, began_s, before = len(talk.far()), time.monotonic(), carried(scene.lab["eth0"])
        talk.listen(THIN_S)
        kbit_s = 8 * (carried(scene.lab["eth0"]) - before) / 1000 / (time.monotonic() - began_s)
        assert kbit_s < 2 * THIN_KBIT
        talk.wait_live(time.monotonic())
        figures = {"ear_hole_ms": talk.longest_hole_ms(began_s), "far_hole_ms": talk.longest_hole_ms(far_from=far_from)}
        assert max(figures.values()) < LONGEST_HOLE_MS, figures
        scene.hang_up()
    return {"link_kbit_s_each_way": THIN_KBIT, "codec": codec, "kbit_s_both_ways": round(kbit_s, 1), **figures}


def carried(uplink: Uplink) -> int:
    """Bytes the device's wire has carried, both ways."""
    words = uplink.router.run("cat", "/proc/net/dev").partition("lan:")[2].split()
    return int(words[0]) + int(words[8])


PROOFS = {"lossy": lossy, "thin": thin}


def main() -> int:
    print(json.dumps({name: PROOFS[name]() for name in sys.argv[1:] or PROOFS}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
