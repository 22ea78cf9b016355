"""Data by PPP over the modem's second AT port: what pppd says becomes a link, or the reason why there is none. How pppd is told is `ppp_daemon`'s affair."""

import logging
import re
from collections.abc import Callable

from firmware.cellular.data_orders import Dial
from firmware.cellular.link import DataLink
from firmware.cellular.program import Program
from firmware.cellular.ways import NOT_HELPED, Way
from firmware.core.modem_events import Apn

_REASONS = {
    NOT_HELPED: "nobody with the right to run pppd answered",
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


class PppBearer:
    """Dials on `port()`, which is asked for each time, and names the interface `interface`."""

    def __init__(self, port: Callable[[], str], dial: Callable[[], str], interface: str, way: Way) -> None:
        self._port, self._dial, self._interface, self._way = port, dial, interface, way
        self._program = Program()
        self._told: dict[str, str] = {}

    def up(self, apn: Apn, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        self._told = {}
        if not self._port():
            on_lost("the modem shows neither a network card nor a second port for PPP")
            return
        order = Dial(self._port(), self._interface, self._dial(), apn.user, apn.password)
        self._program.start(self._way(order), lambda line: self._read(line, on_up), lambda status: on_lost(_reason(status)))

    def down(self) -> None:
        self._program.stop()

    async def ended(self) -> None:
        """After `down`: when the interface is gone."""
        await self._program.ended()

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
