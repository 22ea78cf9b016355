"""Data by PPP over the modem's second AT port: pppd with options of ours, none of the system's.

The dialing script and the options stand in private files, for a command line is everyone's to read and an access point may have a password. IPv4 only.
"""

import logging
import re
from collections.abc import Callable
from pathlib import Path

from firmware.cellular.link import ROUTE_METRIC, DataLink
from firmware.cellular.program import Program
from firmware.core.modem_events import Apn

BAUD = 115_200

_REASONS = {
    -1: "pppd is not installed",
    3: "pppd needs to run as root",
    4: "the kernel has no PPP",
    6: "the modem's data port is in use",
    7: "the modem's data port cannot be opened",
    8: "the modem does not connect the data call",
    10: "the network does not agree on an address",
    15: "the modem's PPP does not answer any more",
    16: "the modem hung up",
    17: "the data call is looped back",
    19: "the network refuses user or password",
}
"""pppd(8), EXIT STATUS."""

_FOUND = {
    "address": re.compile(r"local +IP address (\S+)"),
    "gateway": re.compile(r"remote IP address (\S+)"),
    "primary": re.compile(r"primary +DNS address (\S+)"),
    "secondary": re.compile(r"secondary DNS address (\S+)"),
}
"""What pppd prints once IPCP is done, in this order (ipcp.c). Name servers come last and may not come at all, so the link is told again with each."""

log = logging.getLogger("keepline.cellular")


def dial_script(number: str) -> str:
    """For chat(8): wake the port, dial, wait for the call."""
    aborts = ("BUSY", "NO CARRIER", "NO DIALTONE", "NO ANSWER", "ERROR")
    return "\n".join([*(f'ABORT "{word}"' for word in aborts), "TIMEOUT 60", '"" ATE1', f"OK {number}", 'CONNECT ""', ""])


def options(port: str, interface: str, apn: Apn, dial_file: Path) -> str:
    """pppd's whole configuration. Debian's own (/etc/ppp/options) is read first and says nothing that this does not say otherwise."""
    lines = [
        port,
        str(BAUD),
        "nodetach",
        "local",  # no modem lines on a USB port
        "lock",
        f"connect '/usr/sbin/chat -E -f {dial_file}'",
        f"ifname {interface}",
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
        *([f"user {_word(apn.user)}", f"password {_word(apn.password)}"] if apn.user else ["user keepline", "password keepline"]),
    ]
    return "\n".join([*lines, ""])


def _word(text: str) -> str:
    """As a word of an options file: quoted, with quotes and backslashes escaped; ValueError for line ends."""
    if not text.isprintable():
        raise ValueError("user and password of an access point must be one line of text")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class PppBearer:
    """Dials on `port()`, which is asked for each time, and names the interface `interface`. `folder` is private."""

    def __init__(self, port: Callable[[], str], dial: Callable[[], str], interface: str, folder: Path) -> None:
        self._port, self._dial, self._interface, self._folder = port, dial, interface, folder
        self._program = Program()
        self._told: dict[str, str] = {}

    def up(self, apn: Apn, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        self._told = {}
        if not self._port():
            on_lost("the modem shows neither a network card nor a second port for PPP")
            return
        words = ["pppd", "file", str(self._files(apn))]
        self._program.start(words, lambda line: self._read(line, on_up), lambda status: on_lost(_reason(status)))

    def down(self) -> None:
        self._program.stop()

    async def ended(self) -> None:
        """After `down`: when the interface is gone."""
        await self._program.ended()

    def _files(self, apn: Apn) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        dial_file, option_file = self._folder / "dial", self._folder / "ppp-options"
        for file, text in (
            (dial_file, dial_script(self._dial())),
            (option_file, options(self._port(), self._interface, apn, dial_file)),
        ):
            file.touch(mode=0o600)
            file.write_text(text, encoding="utf-8")
        return option_file

    def _read(self, line: str, on_up: Callable[[DataLink], None]) -> None:
        log.debug("pppd: %s", line)
        found = {name: match[1] for name, pattern in _FOUND.items() if (match := pattern.search(line))}
        if not found:
            return
        self._told.update(found)
        if "address" in self._told and "gateway" in self._told:
            servers = tuple(self._told[name] for name in ("primary", "secondary") if name in self._told)
            on_up(DataLink(self._interface, self._told["address"], "", servers))


def _reason(status: int) -> str:
    return _REASONS.get(status, f"pppd ended with status {status}")
