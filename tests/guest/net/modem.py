"""A modem on the USB as an uplink: data by its network card or by PPP, a call that moves onto it, and the modem pulled in a call and back by another name.

python -m tests.guest.net.modem [rndis | ecm | ppp | stranger]
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.guest.inside.telephone import prepare
from tests.guest.net.gadget import PLUG_S, SHAPES, Gadget, give
from tests.guest.net.scene import FOLDER, START_S, Scene
from tests.lab.laboratory import ETHERNET, Laboratory
from tests.lab.ordered import Ordered, here, module
from tests.lab.uplink import Uplink, UplinkPlan
from tests.scenarios.settings import toml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.lab.namespaces import Namespaces

WWAN = UplinkPlan("wwan0", "cellular", 3, metered=True, one_way_ms=45.0, metric=700)
ROUTE_METRIC = 700
"""Behind cable and Wi-Fi, for whoever else sends."""
PIN = "2580"
MODEM = {"apn": "internet", "pin": PIN}
SETTINGS = toml({"modem": MODEM})


class OnTheUsb(Uplink):
    """Its cable is a USB plug."""

    shape = SHAPES["rndis"]
    hangs = False

    def _connect(self) -> None:
        self.gadget = Gadget(self.shape)
        if not self.shape.card:
            # the house behind a card that is not there; PPP's way passes it by
            self.router.ip("link", "add", "lan", "type", "dummy")
        self.gadget.plug()
        self._carry(first=True)
        ports = [str(self.gadget.port(number)) for number in (self.shape.control, self.shape.data)]
        words = (*ports, self.router.name, PIN, self.shape.model)
        self.brain = Ordered(module("tests.guest.net.brain", *words), self._folder, environment=here())
        self.brain.wait_for_line("^ready$")
        if self.hangs:
            self.brain.order("hang")

    def _carry(self, *, first: bool = False) -> None:
        """Both ends of the card to where they belong; the kernel puts new ones beside us."""
        _until(lambda: self.gadget.control_names() and (self.gadget.theirs() or not self.shape.card), "the modem on the bus")
        for port in Path("/dev").glob("tty[UA][SC][BM][0-9]*"):
            shutil.chown(port, group="dialout")
            port.chmod(0o660)
        if not self.shape.card:
            return
        if first:
            give(self.gadget.ours(), self.router.name, "lan")
        give(self.gadget.theirs()[0], self.device.name, self.interface)

    def lease(self) -> None:
        """The device asks by itself."""

    def unplug(self) -> float:
        began_s = time.monotonic()
        self.gadget.pull()
        return began_s

    def plug(self) -> float:
        began_s = time.monotonic()
        self.brain.order("boot")
        self.gadget.plug()
        self._carry()
        return began_s

    def stop(self) -> None:
        self.gadget.pull()
        self.brain.stop()
        super().stop()


class HouseWithModem(Laboratory):
    """Uplinks of the kind cellular are on the USB."""

    def _uplink(self, number: int, plan: UplinkPlan, spaces: Namespaces) -> Uplink:
        kind = OnTheUsb if plan.kind == "cellular" else Uplink
        uplink = kind(number, plan, self.device, spaces.make(f"router{number}"), self.cloud, self.folder / plan.interface)
        self._running.callback(uplink.stop)
        return uplink


def _until(holds: Callable[[], object], what: str, timeout_s: float = PLUG_S) -> None:
    """Until it holds; the bus tells nobody of us, so it is looked at every 10 ms."""
    end_s = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > end_s:
            raise AssertionError(f"{what}: not within {timeout_s:g} s")
        time.sleep(0.01)


def house(shape: str, folder: Path, plans: Sequence[UplinkPlan]) -> Laboratory:
    OnTheUsb.shape = SHAPES[shape]
    return HouseWithModem(folder, plans)


def online(scene: Scene, port: str = "", timeout_s: float = START_S) -> dict[str, object]:
    """The modem's part of the status once data is proven, at another port than that one."""

    def is_online() -> bool:
        modem = scene.device.ask("status")["modem"]
        return modem["phase"] == "connected" and modem["port"] != port

    try:
        scene.phone.wait(is_online, "data by the modem", timeout_s)
    except AssertionError as problem:
        raise AssertionError(f"{problem}: {scene.device.ask('status')['modem']}") from None
    found: dict[str, object] = scene.device.ask("status")["modem"]
    return found


def allow() -> tuple[str, ...]:
    """The words before a program that has the rights of systemd/keepline.service; what udev gives its groups is given here."""
    prepare()
    (FOLDER / "device").mkdir(parents=True)
    shutil.chown(FOLDER / "device", "keepline", "keepline")
    for device in (*Path("/dev").glob("gpiochip*"), *Path("/dev/snd").glob("*")):
        device.chmod(0o666)
    rights = "-all,+net_admin,+net_raw"
    sets = [f"--{name}={rights}" for name in ("bounding-set", "inh-caps", "ambient-caps")]
    return ("setpriv", "--reuid=keepline", "--regid=keepline", "--init-groups", "--no-new-privs", *sets)


def main() -> int:
    shape = sys.argv[1] if sys.argv[1:] else "rndis"
    began_s = time.monotonic()
    with Scene((ETHERNET, WWAN), partial(house, shape), SETTINGS, enter=allow() if "unit" in sys.argv else ()) as scene:
        modem = scene.lab["wwan0"]
        assert isinstance(modem, OnTheUsb)
        first = online(scene)
        attached_s = time.monotonic() - began_s
        talk = scene.call()
        scene.wait_uplink("wwan0", ["standby"])
        onto = scene.moved(talk, scene.lab["eth0"].unplug, "wwan0")
        scene.lab["eth0"].plug()
        scene.wait_uplink("eth0", ["standby"])
        stale = os.open(f"/dev/{modem.gadget.control_names()[0]}", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        off = scene.moved(talk, modem.unplug, "eth0")
        modem.plug()
        again = online(scene, str(first["port"]))
        os.close(stale)
        scene.wait_uplink("wwan0", ["standby"])
        assert scene.hang_up()["outcome"] == "answered"
        routes = scene.lab.device.ip("route", "show", "default", "dev", "wwan0")
        assert f"metric {ROUTE_METRIC}" in routes, routes
        modem.unplug()
        scene.phone.wait(lambda: "wwan0" not in scene.lab.device.ip("link"), "the end of its interface")
        ports = [first["port"], again["port"]]
    print(json.dumps({"shape": shape, "online_s": round(attached_s, 1), "onto_modem": onto, "pulled": off, "ports": ports}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
