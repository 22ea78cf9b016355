"""udhcpc, busybox's DHCP client, and the script of ours that it runs. Knows no modem.

Why udhcpc: one small program that Debian 12 and 13 both have, that stays in the foreground as our child, asks at once, and lets a script of ours decide what is
set. dhclient is given up by its maker, dhcpcd wants to own every interface and the resolver, systemd-networkd needs a file and rights in /etc for
an interface whose name changes. The script touches this one interface and never the resolver: names are asked for by each uplink itself.
"""

from pathlib import Path

from firmware.cellular.data_orders import Lease
from firmware.cellular.link import ROUTE_METRIC

TOLD = "keepline"
"""How the lines of the script begin."""

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
echo "{TOLD}:$1:${{ip:-}}:${{router%% *}}:${{dns:-}}"
"""


def lease_words(order: Lease, folder: Path) -> list[str]:
    """Its command line; the script is written where there is none, for the folder may be on a card that wears. Raises OSError."""
    script = folder / "udhcpc-event"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not script.exists() or script.read_text(encoding="ascii") != _SCRIPT:
        script.write_text(_SCRIPT, encoding="ascii")
    script.chmod(0o700)
    return ["udhcpc", "-f", "-R", "-n", "-t", str(_TRIES), "-T", str(_WAIT_S), "-i", order.interface, "-s", str(script)]
