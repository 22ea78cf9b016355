"""Data by the modem's network card (ECM, RNDIS): what the DHCP client's script says becomes a link, or the reason why there is none."""

import logging
from collections.abc import Callable

from firmware.cellular.data_orders import Lease
from firmware.cellular.dhcp_client import TOLD
from firmware.cellular.link import DataLink
from firmware.cellular.program import Program
from firmware.cellular.ways import NOT_HELPED, Way
from firmware.core.modem_events import Apn

log = logging.getLogger("keepline.cellular")


class DhcpBearer:
    """Brings up `interface()`, which is asked for each time: a card plugged in again may be called otherwise."""

    def __init__(self, interface: Callable[[], str], way: Way) -> None:
        self._interface, self._way = interface, way
        self._program = Program()
        self._bound = False

    def up(self, _apn: Apn, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        interface = self._interface()
        self._bound = False
        self._program.start(
            self._way(Lease(interface)),
            lambda line: self._read(line, interface, on_up, on_lost),
            lambda status: on_lost(_reason(status, interface)),
        )

    def down(self) -> None:
        self._program.stop()

    async def ended(self) -> None:
        """After `down`: when address and route are gone."""
        await self._program.ended()

    def _read(self, line: str, interface: str, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        told = line.split(":")
        if told[0] != TOLD:
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
    if status == NOT_HELPED:
        return "nobody with the right to run the DHCP client answered"
    if status == -1:
        return "the DHCP client udhcpc is not installed"
    return f"no address by DHCP on {interface} (udhcpc ended with status {status})"
