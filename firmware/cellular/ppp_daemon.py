"""How pppd is told what to do: options of ours, none of the system's, in private files; a command line is everyone's to read and an access point may
have a password. IPv4 only. It knows pppd(8) and chat(8), and no modem.
"""

from pathlib import Path

from firmware.cellular.data_orders import Dial
from firmware.cellular.link import ROUTE_METRIC

BAUD = 115_200


def dial_words(order: Dial, folder: Path) -> list[str]:
    """pppd's command line, its files written; ValueError for what cannot stand in them, OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    dial_file, option_file = folder / "dial", folder / "ppp-options"
    for file, text in ((dial_file, dial_script(order.command)), (option_file, options(order, dial_file))):
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
    return ["pppd", "file", str(option_file)]


def dial_script(number: str) -> str:
    """For chat(8): wake the port, dial, wait for the call. A port still in the call of a device that was killed says nothing for some seconds."""
    aborts = (f'ABORT "{word}"' for word in ("BUSY", "NO CARRIER", "NO DIALTONE", "NO ANSWER", "ERROR"))
    wake = ("TIMEOUT 3", '"" ATE1', f"OK-ATE1-OK-ATE1-OK {number}")
    return "\n".join([*aborts, *wake, "TIMEOUT 60", 'CONNECT ""', ""])


def options(order: Dial, dial_file: Path) -> str:
    """pppd's whole configuration. Debian's own (/etc/ppp/options) is read first and says nothing that this does not say otherwise."""
    lines = [
        order.port,
        str(BAUD),
        "nodetach",
        "local",  # no modem lines on a USB port
        "lock",
        f"connect '/usr/sbin/chat -E -f {dial_file}'",
        f"ifname {order.interface}",
        "noauth",  # mobile networks do not prove themselves by PPP
        "noipdefault",
        "ipcp-accept-local",
        "ipcp-accept-remote",
        "defaultroute",
        f"defaultroute-metric {ROUTE_METRIC}",
        "usepeerdns",
        # Debian's own scripts would write the peer's name servers into the resolver
        "ip-up-script /bin/true",
        "ip-down-script /bin/true",
        "noipv6",
        "novj",
        "nobsdcomp",
        "nodeflate",
        "noccp",
        # answered by the modem, not by the network: they cost no data
        "lcp-echo-interval 10",
        "lcp-echo-failure 4",
        "maxfail 1",
        "hide-password",
        f"user {_word(order.user or 'keepline')}",
        f"password {_word(order.password if order.user else 'keepline')}",
    ]
    return "\n".join([*lines, ""])


def _word(text: str) -> str:
    """As a word of an options file: quoted, with quotes and backslashes escaped; ValueError for line ends."""
    if not text.isprintable():
        raise ValueError("user and password of an access point must be one line of text")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
