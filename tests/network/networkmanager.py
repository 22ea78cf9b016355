"""A real NetworkManager in a namespace: it asks by DHCP, sets routes and rules, and cleans up what it does not know, as on a user's system.

It runs in a tree of its own with a bus of its own, without systemd and udev: settings, /var/lib and /run are folders of the test, no device node
reaches it but the harmless ones, and its /sys is read-only, by which it knows that no udev will come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tests.network.networkmanager_root import networkmanager_root
from tests.peers.process import Process
from tests.private_mounts import private_mounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.lab.namespaces import Namespace

FOLDERS = ("etc/NetworkManager", "var/lib/NetworkManager", "run")
MOUNTS = """
tree=$1 box=$2; shift 2
for each in etc/NetworkManager var/lib/NetworkManager run; do mount --bind "$box/$each" "$tree/$each" || exit 1; done
for each in null zero random urandom; do mount --bind "/dev/$each" "$tree/dev/$each" || exit 1; done
mount --rbind /proc "$tree/proc" && mount -t sysfs -o ro sysfs "$tree/sys" && exec chroot "$tree" "$@"
"""

SETTINGS = """
[main]
plugins=keyfile
rc-manager=unmanaged
hostname-mode=none
auth-polkit=false
[device-veth]
match-device=type:veth
managed=1
"""
PROFILE = """
[connection]
id={name}
type=ethernet
interface-name={name}
[ipv6]
method=auto
route-metric={metric}
never-default={never_default}
[ipv4]
method=auto
route-metric={metric}
never-default={never_default}
"""
BUS = """
<busconfig>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


class NetworkManager:
    """One daemon of a Debian suite for the interfaces named, each with the metric of its routes; `default_routes`: whether it is to set any.

    `settings` are added to its own, `profile` to that of each interface, in its section ipv4. `root` is where a watch looks for its leases.
    """

    keeps_addresses = True

    def __init__(  # noqa: PLR0913 (each of the last has its default)
        self,
        space: Namespace,
        folder: Path,
        metrics: Mapping[str, int],
        *,
        suite: str,
        default_routes: bool = True,
        settings: str = "",
        profile: str = "",
    ) -> None:
        self.root = folder
        self._space = space
        never_default = str(not default_routes).lower()
        profiles = {
            name: PROFILE.format(name=name, metric=metric, never_default=never_default) + profile
            for name, metric in metrics.items()
        }
        _furnish(folder, SETTINGS + settings, profiles)
        self._within = (*private_mounts(), "sh", "-c", MOUNTS, "sh", str(networkmanager_root(suite)), str(folder))
        bus = ("dbus-daemon", "--nofork", "--nopidfile", "--config-file=/run/dbus/bus.conf")
        self._bus = Process([*space.enter, *self._within, *bus], folder, name="bus")
        self._bus.wait_until((folder / "run/dbus/system_bus_socket").exists, "opened no socket")
        self._process = Process([*space.enter, *self._within, "NetworkManager", "--debug"], folder, name="networkmanager")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()
        self._bus.stop()

    def wait_until_configured(self, name: str) -> None:
        """Its addresses and all routes of the leases are in place."""
        self._process.wait_for_line(rf"device \({name}\): Activation: successful")
        state = self.root / "run" / "NetworkManager" / "devices" / self._space.ip("-oneline", "link", "show", name).split(":")[0]
        self._process.wait_until(
            lambda: {"[dhcp4]", "[dhcp6]"} <= set(state.read_text().splitlines()), f"{name} had not both leases"
        )

    def nmcli(self, *words: str) -> str:
        """What its command line answers; raises `PeerError` with its words when it refuses."""
        return self._space.run(*self._within, "nmcli", *words)


def _furnish(folder: Path, settings: str, profiles: Mapping[str, str]) -> None:
    for each in (*FOLDERS, "run/dbus", "etc/NetworkManager/system-connections"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    (folder / "run/dbus/system_bus_socket").unlink(missing_ok=True)
    (folder / "run/dbus/bus.conf").write_text(BUS)
    (folder / "etc/NetworkManager/NetworkManager.conf").write_text(settings)
    for name, text in profiles.items():
        path = folder / "etc/NetworkManager/system-connections" / f"{name}.nmconnection"
        path.touch(0o600)  # it reads none that others may read
        path.write_text(text)
