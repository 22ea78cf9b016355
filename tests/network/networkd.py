"""A real systemd-networkd in a namespace: it asks by DHCP, writes leases, and cleans up what it does not know, as on a user's system.

It runs without systemd, D-Bus and udev: its /run is a folder of the test and its /sys read-only, by which it knows that no udev will come.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Self

from tests.peers.process import Process
from tests.private_mounts import private_mounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.lab.namespaces import Namespace

PROGRAM = "/lib/systemd/systemd-networkd"
MOUNTS = 'mount --bind "$1" /run && mount -o remount,bind,ro /sys && exec ' + PROGRAM
NETWORK = """
[Match]
Name={name}
[Network]
DHCP=yes
[IPv6AcceptRA]
RouteMetric={metric}
UseGateway={gateway}
[DHCPv4]
RouteMetric={metric}
UseGateway={gateway}
"""


class Networkd:
    """One daemon for the interfaces named, each with the metric of its routes; `default_routes`: whether it is to set any.

    `root` is where a watch looks for its leases.
    """

    keeps_addresses = False
    """Of DHCP, when it ends."""

    def __init__(self, space: Namespace, folder: Path, metrics: Mapping[str, int], *, default_routes: bool = True) -> None:
        self.root = folder
        settings = folder / "run" / "systemd" / "network"
        settings.mkdir(parents=True, exist_ok=True)
        for name, metric in metrics.items():
            text = NETWORK.format(name=name, metric=metric, gateway=default_routes)
            (settings / f"10-{name}.network").write_text(text)
        words = [*space.enter, *private_mounts(), "sh", "-c", MOUNTS, "sh", folder / "run"]
        self._space = space
        self._process = Process(words, folder, name="networkd", environment={"SYSTEMD_LOG_TARGET": "console"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def wait_until_configured(self, name: str) -> None:
        """Its address and all routes of the lease are in place."""
        index = json.loads(self._space.ip("-json", "link", "show", name))[0]["ifindex"]
        state = self.root / "run" / "systemd" / "netif" / "links" / str(index)
        self._process.wait_until(
            lambda: state.exists() and "ADMIN_STATE=configured" in state.read_text(), f"{name} was not configured"
        )
