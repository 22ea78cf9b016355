"""A modem that answers nothing: the device takes it off the kernel's USB and puts it back, and it comes up.

python -m tests.guest.net.hung_modem
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial

from tests.guest.net.modem import SETTINGS, WWAN, OnTheUsb, house, online
from tests.guest.net.scene import Scene
from tests.lab.laboratory import ETHERNET

CURED_S = 180.0
"""docs/cellular.md: a silent modem is cured by the first rungs, within three minutes."""


def main() -> int:
    OnTheUsb.hangs = True
    began_s = time.monotonic()
    with Scene((ETHERNET, WWAN), partial(house, "ppp"), SETTINGS) as scene:
        found = online(scene, timeout_s=CURED_S)
        rungs = [line.rpartition(": ")[2] for line in scene.device.process.lines if "the modem gives no data: " in line]
    print(json.dumps({"online_after_s": round(time.monotonic() - began_s, 1), "port": found["port"], "rungs": rungs}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
