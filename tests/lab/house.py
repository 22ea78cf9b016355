"""The house behind an uplink: dnsmasq gives addresses, names and router advertisements; udhcpc is the device's operating system asking for them.

udhcpc puts address and default route where an operating system would, in the main table with the interface's metric. Must not know the device.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from tests.lab.addresses import PROVIDER_NAME, SERVER, SERVER6, WEB, WEB6
from tests.peers.process import Process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.uplink import Uplink

LEASED_S = 20.0
SCRIPT = """\
#!/bin/sh
case $1 in
  deconfig) ip -4 address flush dev "$interface" ;;
  bound | renew)
    if ! ip -4 -brief address show dev "$interface" | grep -q " $ip/"; then
      ip -4 address flush dev "$interface"
      ip address add "$ip/$mask" dev "$interface"
    fi
    ip -4 route flush dev "$interface" default
    ip route add default via "$router" dev "$interface" metric "$METRIC"
    echo "$1 $ip by $router"
    ;;
esac
"""


class HouseServer:
    """dnsmasq in a router."""

    def __init__(self, uplink: Uplink, folder: Path) -> None:
        self._uplink, self._folder = uplink, folder
        self._first = 100
        self._process = self._start()

    def give_from(self, first: int) -> None:
        """Lease other addresses from now on; the leases given before are forgotten, so they are refused when asked for again."""
        self._first = first
        self.restart()

    def restart(self) -> None:
        self._process.stop()
        (self._folder / "leases").unlink(missing_ok=True)
        self._process = self._start()

    def stop(self) -> None:
        self._process.stop()

    def _start(self) -> Process:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "dnsmasq.conf").write_text(self._config())
        with self._uplink.router.inside():
            command = ["dnsmasq", "--keep-in-foreground", "--pid-file=", f"--conf-file={self._folder}/dnsmasq.conf"]
            process = Process(command, self._folder)
        process.wait_for_line("started, version")
        return process

    def _config(self) -> str:
        uplink = self._uplink
        net = f"192.168.{uplink.network}"
        lines = ["user=root", "log-facility=-", "log-dhcp", "no-resolv", "no-hosts", "interface=lan", "bind-dynamic"]
        lines += [
            f"address=/{PROVIDER_NAME}/{SERVER}",
            f"address=/{PROVIDER_NAME}/{SERVER6}",
            f"address=/#/{WEB}",
            f"address=/#/{WEB6}",
        ]
        if uplink.plan.ipv4:
            lines += [f"dhcp-range={net}.{self._first},{net}.{self._first + 20},1h", "no-ping", "dhcp-authoritative"]
            lines += [f"dhcp-option=option:router,{uplink.gateway}", f"dhcp-option=option:dns-server,{uplink.gateway}"]
            lines += [f"dhcp-leasefile={self._folder}/leases"]
        if uplink.plan.ipv6:
            lines += ["enable-ra", "dhcp-range=::,constructor:lan,ra-stateless,64,1h", "ra-param=lan,4,1800"]
        return "\n".join([*lines, ""])


class DhcpClient:
    """udhcpc on one interface of the device."""

    def __init__(self, uplink: Uplink, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        script = folder / "script"
        script.write_text(SCRIPT)
        script.chmod(0o755)
        words = ["udhcpc", "-f", "-i", uplink.interface, "-s", script, "-t", "30", "-T", "1", "-A", "1"]
        with uplink.device.inside():
            self._process = Process(words, folder, environment={"METRIC": str(uplink.plan.metric)})
        self._uplink = uplink

    def wait_bound(self, after: int = 0) -> str:
        """The address it was given, looking from line number `after` on."""
        return self._process.wait_for_line(r"^(?:bound|renew) (\S+) by", LEASED_S, after=after)[1]

    def renew(self, *, expecting_another: bool = False) -> float:
        """Ask again; returns when it was asked, once the answer is there."""
        before, after = self._uplink.address, len(self._process.lines)
        began_s = time.monotonic()
        os.kill(self._process.pid, signal.SIGUSR1)
        self.wait_bound(after)
        if expecting_another:
            self._process.wait_until(lambda: self._uplink.address not in {"", before}, "was given no other address", LEASED_S)
        return began_s

    def stop(self) -> None:
        self._process.stop()
