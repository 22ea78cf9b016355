"""A town whose routers give addresses, as at home: the device's uplinks start bare and dead, and wait for a daemon that asks."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from tests.network.town import Town, town
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.namespaces import Namespace

DNSMASQ = ("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=")
"""One that knows nothing of this machine and leaves nothing there."""
METRICS = {"eth0": 100, "wlan0": 600}
PROVIDER_SERVER = "9.9.9.9"


@contextmanager
def town_with_dhcp(folder: Path) -> Iterator[Town]:
    """The wire's router also serves 10.9.0.0/24 once it stands there."""
    with town() as made, ExitStack() as servers:
        for uplink in METRICS:
            made.device.ip("addr", "flush", "dev", uplink)
            made.device.ip("link", "set", uplink, "down")
        servers.enter_context(_dhcp(made.wire, folder, 1, 9))
        servers.enter_context(_dhcp(made.radio, folder, 2))
        yield made


@contextmanager
def _dhcp(router: Namespace, folder: Path, *subnets: int) -> Iterator[None]:
    """A dnsmasq for whichever of the subnets the router stands in: hosts 50 to 59, itself as gateway and first name server, and one more.

    In IPv6 the router advertises itself, and gives addresses and itself as name server by DHCP.
    """
    words = [*DNSMASQ, "--no-ping", "--interface=lan"]
    ranges = [f"--dhcp-range=10.{subnet}.0.50,10.{subnet}.0.59,255.255.255.0,120" for subnet in subnets]
    ranges += ["--enable-ra", "--dhcp-range=::50,::59,constructor:lan,64,120"]
    leases = [
        f"--dhcp-leasefile={folder}/{subnets[0]}.leases",
        "--dhcp-authoritative",
        f"--dhcp-option=option:dns-server,0.0.0.0,{PROVIDER_SERVER}",
    ]
    with router.inside(), Process([*words, "--bind-dynamic", *ranges, *leases], folder, name=f"dhcp-{subnets[0]}") as server:
        server.wait_for_line("DHCP, IP range")
        yield
