"""Two wires and a call: the one in use is cut, the call goes on over the other, and back to the first when the second dies too.

python -m tests.guest.net.wires
"""

from __future__ import annotations

import json
import sys

from tests.guest.net.scene import Scene
from tests.lab.uplink import UplinkPlan

FIRST, SECOND = UplinkPlan("eth0", priority=1, metric=100), UplinkPlan("eth1", priority=2, metric=200)


def main() -> int:
    with Scene((FIRST, SECOND)) as scene:
        talk = scene.call()
        scene.wait_uplink("eth1", ["standby"])
        away = scene.moved(talk, scene.lab["eth0"].unplug, "eth1")
        scene.lab["eth0"].plug()
        scene.wait_uplink("eth0", ["standby"])
        back = scene.moved(talk, scene.lab["eth1"].silence, "eth0")
        assert len(scene.device.ask("status")["calls"]) == 1
        row = scene.hang_up()
        assert row["outcome"] == "answered", row
        print(json.dumps({"cable": away, "silence": back}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
