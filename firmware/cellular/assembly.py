"""Puts the modem's session together from what the board and the settings give. Decides nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware.cellular.dhcp import DhcpBearer
from firmware.cellular.memory import ModemMemory
from firmware.cellular.ppp import PppBearer
from firmware.cellular.providers import Providers
from firmware.cellular.session import CellularModem, Prove
from firmware.cellular.state import CellularSettings, Equipment
from firmware.cellular.ways import best_way
from hal.errors import PartMissing
from hal.modem_tables.generic import GENERIC
from hal.ports import Scheduler, UartSource
from hal.usb_modem import UsbModem, UsbTree

_DAY_S = 86_400
REAL_USB = UsbTree()


@dataclass(frozen=True)
class Wiring:
    """How the modem is joined to the box."""

    serial: Callable[[Scheduler, Callable[[], str]], UartSource]
    """The driver of serial ports, told how to find the one to open."""
    port: str = ""
    """The AT port by name; empty: found on the USB."""
    data_port: str = ""
    """The second AT port, for PPP; empty: found on the USB."""
    interface: str = "wwan0"
    """What a PPP interface is called. A network card keeps its own name."""
    usb: UsbTree = REAL_USB
    press_power_key: Callable[[bool], None] | None = None

    def find(self) -> UsbModem | None:
        """The modem on the USB now."""
        try:
            return self.usb.find()
        except PartMissing:
            return None

    def control_port(self) -> str:
        """Raises PartMissing where none is named and none found."""
        return self.port or self.usb.find().control

    def ppp_port(self) -> str:
        found = self.find()
        return self.data_port or (found.data if found else "")

    def card(self) -> str:
        found = self.find()
        return found.interface if found else ""

    def dial(self) -> str:
        found = self.find()
        return (found.table if found else GENERIC).dial


def assemble(scheduler: Scheduler, state_folder: Path, wiring: Wiring, settings: CellularSettings, prove: Prove) -> CellularModem:
    """A session that is not started yet. It keeps `modem.json` and a folder of generated files in the state folder."""
    way = best_way(state_folder / "cellular")
    return CellularModem(
        scheduler,
        wiring.serial(scheduler, wiring.control_port),
        Equipment(wiring.find, wiring.press_power_key),
        settings,
        network_card=DhcpBearer(wiring.card, way),
        ppp=PppBearer(wiring.ppp_port, wiring.dial, wiring.interface, way),
        prove=prove,
        memory=ModemMemory(state_folder / "modem.json"),
        providers=Providers(scheduler),
        today=lambda: int(time.time() // _DAY_S),
    )
