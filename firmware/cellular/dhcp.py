"""Data by the modem's network card (ECM, RNDIS): its address from udhcpc, busybox's DHCP client.

Why udhcpc: one small program that Debian 12 and 13 both have, that stays in the foreground as our child, asks at once, and lets a script of ours decide what is
set. dhclient is given up by its maker, dhcpcd wants to own every interface and the resolver, systemd-networkd needs a file and rights in /etc for
an interface whose name changes. The script touches this one interface and never the resolver: names are asked for by each uplink itself.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from firmware.cellular.link import ROUTE_METRIC, DataLink
from firmware.cellular.program import Program
from firmware.core.modem_events import Apn

_TRIES, _WAIT_S = 5, 2
"""The modem itself answers, within milliseconds once it is attached."""

_SCRIPT = f"""#!/bin/sh
# udhcpc calls this with what happened; see udhcpc(8). It sets this one interface and says on stdout what it has set.
case "$1" in
deconfig)
    ip -4 address flush dev "$interface" scope global
    ip link set dev "$interface" up
    ;;
bound | renew)
    ip -4 address replace "$ip/$mask" dev "$interface"
    for router in $router; do
        ip -4 route replace default via "$router" dev "$interface" proto dhcp metric {ROUTE_METRIC}
        break
    done
    ;;
esac
echo "keepline:$1:${{ip:-}}:${{router%% *}}:${{dns:-}}"
"""

log = logging.getLogger("keepline.cellular")


class DhcpBearer:
    """Brings up `interface()`, which is asked for each time: a card plugged in again may be called otherwise. `folder` is private."""

    def __init__(self, interface: Callable[[], str], folder: Path) -> None:
        self._interface, self._folder = interface, folder
        self._program = Program()
        self._bound = False

    def up(self, _apn: Apn, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        interface = self._interface()
        self._bound = False
        words = ["udhcpc", "-f", "-R", "-n", "-t", str(_TRIES), "-T", str(_WAIT_S), "-i", interface, "-s", str(self._script())]
        self._program.start(
            words,
            lambda line: self._read(line, interface, on_up, on_lost),
            lambda status: on_lost(_reason(status, interface)),
        )

    def down(self) -> None:
        self._program.stop()

    async def ended(self) -> None:
        """After `down`: when address and route are gone."""
        await self._program.ended()

    def _script(self) -> Path:
        script = self._folder / "udhcpc-event"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        script.write_text(_SCRIPT, encoding="ascii")
        script.chmod(0o700)
        return script

    def _read(self, line: str, interface: str, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        told = line.split(":")
        if told[0] != "keepline":
            log.debug("udhcpc: %s", line)
            return
        if told[1] in {"bound", "renew"}:
            self._bound = True
            on_up(DataLink(interface, told[2], told[3], tuple(told[4].split())))
        elif self._bound:
            self._bound = False
            self._program.stop()
            on_lost(f"the lease of {interface} has ended")


def _reason(status: int, interface: str) -> str:
    if status == -1:
        return "the DHCP client udhcpc is not installed"
    return f"no address by DHCP on {interface} (udhcpc ended with status {status})"
