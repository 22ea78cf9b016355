"""Finds a modem among the USB devices of /sys: its control port by interface, never by name, and the network card beside it.

Names such as ttyUSB2 are given in the order the kernel found the ports and change when the modem is plugged in again. It reads and writes a folder; another
folder of the same shape (the simulator's) serves as well. It must not know serial ports or AT.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hal.errors import PartMissing
from hal.modem_tables import table_of_usb
from hal.modem_tables.generic import GENERIC
from hal.modem_tables.table import ModemTable

_VENDORS_OWN = ("ff",)
_AT_PORT = ("02", "02", "01")
"""Class, subclass and protocol of an interface; the second is an abstract control model that speaks AT as in V.250 (USB CDC 1.2, tables 4 and 5)."""


@dataclass(frozen=True)
class UsbModem:
    """One modem as it stands on the bus now."""

    table: ModemTable
    folder: Path
    """Its folder in /sys."""
    control: str
    """The device file of the port that answers AT."""
    data: str
    """The device file of the second AT port; empty: none."""
    interface: str
    """Its network card (ECM, RNDIS); empty: none, data goes by PPP."""


@dataclass(frozen=True)
class UsbTree:
    """The USB devices as the kernel shows them."""

    sys: Path = Path("/sys")
    dev: Path = field(default=Path("/dev"))

    def find(self) -> UsbModem:
        """The first modem of a known model with a control port, else the first that says of itself that it is one; PartMissing if there is none."""
        devices = sorted((self.sys / "bus/usb/devices").glob("*"))
        for modem in (*map(self._known, devices), *map(self._stranger, devices)):
            if modem:
                return modem
        raise PartMissing("No modem is on the USB: neither a known model nor one that shows its AT ports.")

    def _known(self, device: Path) -> UsbModem | None:
        table = table_of_usb(f"{_text(device / 'idVendor')}:{_text(device / 'idProduct')}")
        return self._modem(table, device, _VENDORS_OWN) if table else None

    def _stranger(self, device: Path) -> UsbModem | None:
        """By its interfaces alone. One AT port without a network card is not enough: many a circuit board shows itself so."""
        modem = self._modem(GENERIC, device, _AT_PORT)
        return modem if modem and (modem.data or modem.interface) else None

    def _modem(self, table: ModemTable, device: Path, kind: tuple[str, ...]) -> UsbModem | None:
        serial = [each for each in _interfaces(device) if _is_of(each, kind)]
        control, data = (self._port(serial, number) for number in (table.ports.control, table.ports.data))
        cards = [card.name for each in _interfaces(device) for card in sorted((each / "net").glob("*"))]
        return UsbModem(table, device, control, data, cards[0] if cards else "") if control else None

    def _port(self, serial: list[Path], number: int) -> str:
        """The device file of the serial port `number`; empty while no driver has taken it."""
        if number >= len(serial):
            return ""
        names = [*serial[number].glob("ttyUSB*"), *serial[number].glob("tty/tty*")]
        return str(self.dev / names[0].name) if names else ""


def keep_awake(modem: UsbModem) -> None:
    """No runtime suspend: it has caused resets of the EG25 (pinephone_modem_sdk, issue 64). Without the right to, it stays as it is."""
    with suppress(OSError):
        (modem.folder / "power/control").write_text("on")


def plug_out(modem: UsbModem) -> None:
    """Take the device away as if it had been pulled; raises OSError, most often for missing rights."""
    (modem.folder / "authorized").write_text("0")


def plug_in(modem: UsbModem) -> None:
    """Let it come back; raises OSError."""
    (modem.folder / "authorized").write_text("1")


def _interfaces(device: Path) -> Iterator[Path]:
    """The device's interfaces in the order of their numbers."""
    found = [each for each in device.parent.glob(f"{device.name}:*") if (each / "bInterfaceNumber").exists()]
    return iter(sorted(found, key=lambda each: int(_text(each / "bInterfaceNumber") or "0", 16)))


def _is_of(interface: Path, kind: tuple[str, ...]) -> bool:
    names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    return all(_text(interface / name) == value for name, value in zip(names, kind, strict=False))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
