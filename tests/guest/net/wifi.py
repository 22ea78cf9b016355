"""Wi-Fi by simulated radios: joined with WPA2, its signal read, a call from the cable to the air and back; and what a wrong passphrase says.

python -m tests.guest.net.wifi
"""

from __future__ import annotations

import json
import sys

from tests.guest.net.radio import HouseWithRadio, Radio
from tests.guest.net.scene import Scene
from tests.lab.laboratory import ETHERNET, WIFI

REFUSED = "pre-shared key may be incorrect"
"""wpa_supplicant's words for a passphrase the access point does not know."""


def main() -> int:
    with Scene((ETHERNET, WIFI), HouseWithRadio) as scene:
        radio = scene.lab["wlan0"]
        assert isinstance(radio, Radio)
        talk = scene.call()
        signal_dbm = scene.wait_uplink("wlan0", ["standby"])["signal_dbm"]
        assert signal_dbm is not None, "the device reads no signal of its Wi-Fi"
        assert -100 < signal_dbm < 0, signal_dbm
        pulled = scene.moved(talk, scene.lab["eth0"].unplug, "wlan0")
        scene.lab["eth0"].plug()
        scene.wait_uplink("eth0", ["standby"])
        gone = scene.moved(talk, radio.unplug, "eth0")
        away = scene.wait_uplink("wlan0", ["down"])["reason"]
        assert scene.hang_up()["outcome"] == "answered"
        radio.plug()
        back = scene.wait_uplink("wlan0", ["standby"])["signal_dbm"]
        refused = radio.join_by("not the house's passphrase", REFUSED)
        sentence = scene.wait_uplink("wlan0", ["down"])["reason"]
        figures = {"join_s": round(radio.joined_s, 1), "signal_dbm": signal_dbm, "wire_to_air": pulled, "air_to_wire": gone}
        told = {"access_point_off": away, "signal_back_dbm": back, "wrong_passphrase": sentence, "supplicant": refused}
        print(json.dumps(figures | told))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
