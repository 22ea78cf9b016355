"""Wi-Fi by simulated radios: joined with WPA2, its signal read, a call from the cable to the air and back; what a wrong passphrase says; and joined by the
device's own orders, with WPA2 and WPA3.

python -m tests.guest.net.wifi
"""

from __future__ import annotations

import json
import sys
import time

from firmware.core.wifi_join import Outcome
from tests.guest.net.radio import NAME, PASSPHRASE, WPA2, WPA3, HouseWithRadio, Radio
from tests.guest.net.scene import Scene
from tests.lab.laboratory import ETHERNET, WIFI

REFUSED = "pre-shared key may be incorrect"
"""wpa_supplicant's words for a passphrase the access point does not know."""
WRONG = "not the house's passphrase"
JOIN_S = 70.0


def joined_by_order(scene: Scene, radio: Radio, protection: tuple[str, int]) -> dict[str, object]:
    """A system that knows no network: found, refused with another passphrase, joined with the right one, kept in wpa_supplicant's file and forgotten."""
    radio.protect(protection)
    radio.start_afresh()
    heard = next(each for each in scene.device.ask("wifi.scan") if each["ssid"] == NAME)
    wrong, wrong_s = _join(scene, WRONG)
    assert wrong == {"joined": False, "reason": Outcome.WRONG_KEY.value}, wrong
    assert scene.device.ask("wifi.status")["kept"] == []
    right, right_s = radio.lease_beside(lambda: _join(scene, PASSPHRASE))
    assert right == {"joined": True, "reason": Outcome.JOINED.value}, right
    scene.wait_uplink("wlan0", ["standby"])
    assert [each["ssid"] for each in scene.device.ask("wifi.status")["kept"]] == [NAME]
    absent = scene.device.ask("wifi.join", JOIN_S, ssid="not there")
    assert absent == {"joined": False, "reason": Outcome.NOT_FOUND.value}, absent
    assert scene.device.ask("wifi.forget", ssid=NAME)["ssid"] == ""
    return {"security": heard["security"], "scan_dbm": heard["signal_dbm"], "refused_s": wrong_s, "joined_s": right_s}


def _join(scene: Scene, passphrase: str) -> tuple[dict[str, object], float]:
    """The answer, and how long it took."""
    began_s = time.monotonic()
    answer: dict[str, object] = scene.device.ask("wifi.join", JOIN_S, ssid=NAME, passphrase=passphrase)
    return answer, round(time.monotonic() - began_s, 1)


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
        refused = radio.join_by(WRONG, REFUSED)
        sentence = scene.wait_uplink("wlan0", ["down"])["reason"]
        figures = {"join_s": round(radio.joined_s, 1), "signal_dbm": signal_dbm, "wire_to_air": pulled, "air_to_wire": gone}
        by_order = {kind: joined_by_order(scene, radio, how) for kind, how in (("wpa2", WPA2), ("wpa3", WPA3))}
        told = {
            "by_order": by_order,
            "access_point_off": away,
            "signal_back_dbm": back,
            "wrong_passphrase": sentence,
            "supplicant": refused,
        }
        print(json.dumps(figures | told))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
