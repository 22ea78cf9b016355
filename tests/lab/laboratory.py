"""The laboratory put together: the device's namespace, a router for each uplink, the cloud, and the long ways between.

Constructing builds it, leaving the context removes it. It starts no telephony: that is `telephony.py`. A device is started inside with
`lab.device.enter` before its command.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from tests.lab.addresses import ALL, ALL6, GATEWAY_HERE, WEB, WEB6
from tests.lab.namespaces import Namespaces
from tests.lab.ordered import Ordered, here, module
from tests.lab.uplink import Uplink, UplinkPlan
from tests.peers.errors import PeerSilent
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ETHERNET = UplinkPlan("eth0", "ethernet", 1, metric=100)
WIFI = UplinkPlan("wlan0", "wifi", 2, metric=600)
CELLULAR = UplinkPlan("wwan0", "cellular", 3, metered=True, one_way_ms=45.0, metric=700)
# The metrics are those NetworkManager gives these kinds (nm-device.c).
USUAL = (ETHERNET, WIFI, CELLULAR)


class Laboratory:
    """One of its own; several may stand at once."""

    def __init__(self, folder: Path, plans: Sequence[UplinkPlan] = USUAL) -> None:
        self.folder = folder
        self._running = ExitStack()
        try:
            self._build(plans)
        except BaseException:
            self._running.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def __getitem__(self, interface: str) -> Uplink:
        return self.uplinks[interface]

    def wait_ipv6(self, interface: str, timeout_s: float = 20.0) -> str:
        """The device's address by router advertisement, as soon as there is one; raises `PeerSilent`."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            words = self.device.ip("-6", "-brief", "address", "show", "dev", interface, "scope", "global").split()
            if len(words) > 2:
                return words[2].partition("/")[0]
            time.sleep(0.05)
        raise PeerSilent(f"no router advertisement gave {interface} an address within {timeout_s:g} s")

    def _build(self, plans: Sequence[UplinkPlan]) -> None:
        spaces = self._running.enter_context(Namespaces())
        self.device, self.cloud = spaces.make("device"), spaces.make("cloud")
        self._furnish_cloud()
        self._furnish_device()
        self.uplinks = {plan.interface: self._uplink(number, plan, spaces) for number, plan in enumerate(plans, 1)}
        self.device.nameservers(*(each.gateway if each.plan.ipv4 else each.gateway6 for each in self.uplinks.values()))
        ways = [(each.router.name, "way", self.cloud.name, f"way{each.number}") for each in self.uplinks.values()]
        command = module("tests.lab.long_way", *(word for way in ways for word in way))
        self.ways = self._running.enter_context(Ordered(command, self.folder, name="long-way", environment=here()))
        self.ways.wait_for_line("^ready$")
        for each in self.uplinks.values():
            each.join(self.ways)
        for each in self.uplinks.values():
            each.lease()
            if each.plan.ipv6:
                self.wait_ipv6(each.interface)
        self._services()

    def _uplink(self, number: int, plan: UplinkPlan, spaces: Namespaces) -> Uplink:
        router = spaces.make(f"router{number}")
        uplink = Uplink(number, plan, self.device, router, self.cloud, self.folder / plan.interface)
        self._running.callback(uplink.stop)
        return uplink

    def _furnish_cloud(self) -> None:
        for address in (GATEWAY_HERE, *ALL):
            self.cloud.ip("address", "add", f"{address}/32", "dev", "lo")
        for address in ALL6:
            self.cloud.ip("address", "add", f"{address}/128", "dev", "lo", "nodad")
        # Private addresses lead nowhere from here, as on the internet: sent without complaint, and lost. All else is refused at once, so that
        # nobody waits for a name server.
        self.cloud.ip("route", "add", "192.168.0.0/16", "dev", "lo", "metric", "1000")
        self.cloud.ip("route", "add", "blackhole", "default", "metric", "1000")
        self.cloud.ip("-6", "route", "add", "blackhole", "default", "metric", "2000")

    def _furnish_device(self) -> None:
        # An address by router advertisement is good at once: nobody else is on the cable.
        for which in ("default", "all"):
            self.device.write(f"/proc/sys/net/ipv6/conf/{which}/accept_dad", "0")

    def _services(self) -> None:
        with self.cloud.inside():
            command = module("tests.lab.cloud_services", "cloud", WEB, WEB6)
            services = Process(command, self.folder, name="cloud-services", environment=here())
        self._running.callback(services.stop)
        services.wait_for_line("^ready$")
