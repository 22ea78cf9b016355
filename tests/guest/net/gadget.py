"""A USB device made of the kernel's own gadget side: a SIM7600 as it shows itself on the bus, joined to the host side of dummy_hcd.

Its serial ports are /dev/ttyGS..., its network card an interface of ours; the other ends are what the device finds. It knows no AT.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path("/sys/kernel/config/usb_gadget/modem")
CONTROLLER = "dummy_udc.0"
VENDOR = "0x1e0e"
ON_THE_BUS = Path("/sys/bus/usb/devices/1-1")
SERIAL_PORTS = 5
CONTROL, DATA = 2, 3
"""As `lsusb -t` shows composition 9011: RNDIS in interfaces 0 and 1, five serial ports behind; 9001 has the ports alone, and QMI, which nothing here plays."""
OURS, THEIRS = "02:00:00:00:09:01", "02:00:00:00:09:02"
PLUG_S = 10.0


class Gadget:
    """Made unplugged. `card` is the function of its network card: rndis, ecm, or empty for none."""

    def __init__(self, product: str, card: str) -> None:
        FOLDER.mkdir()
        _write({"idVendor": VENDOR, "idProduct": f"0x{product}"})
        for part in ("strings/0x409", "configs/c.1/strings/0x409"):
            (FOLDER / part).mkdir(parents=True)
        _write({"strings/0x409/product": "SimTech, Incorporated", "configs/c.1/strings/0x409/configuration": "modem"})
        self.card = f"{card}.usb0" if card else ""
        if self.card:
            self._add(self.card)
            _write({f"functions/{self.card}/dev_addr": OURS, f"functions/{self.card}/host_addr": THEIRS})
        for number in range(SERIAL_PORTS):
            self._add(f"gser.{number}")
        for function in ([self.card] if self.card else []) + [f"gser.{number}" for number in range(SERIAL_PORTS)]:
            (FOLDER / "configs/c.1" / function).symlink_to(FOLDER / "functions" / function)

    def _add(self, function: str) -> None:
        (FOLDER / "functions" / function).mkdir()

    def plug(self) -> None:
        (FOLDER / "UDC").write_text(CONTROLLER)

    def pull(self) -> None:
        (FOLDER / "UDC").write_text("\n")

    def port(self, number: int) -> Path:
        """Our end of a serial port."""
        return Path(f"/dev/ttyGS{(FOLDER / f'functions/gser.{number}/port_num').read_text().strip()}")

    def ours(self) -> str:
        """Our end of the network card, once it was plugged."""
        return (FOLDER / f"functions/{self.card}/ifname").read_text().strip()

    @staticmethod
    def theirs() -> Sequence[str]:
        """The network card as the host side named it; empty until it has."""
        return [each.name for each in ON_THE_BUS.parent.glob("1-1:*/net/*")]

    @staticmethod
    def control_names() -> Sequence[str]:
        """The control port as the host side named it: its ports in the order of their interfaces."""
        serial = sorted(ON_THE_BUS.parent.glob("1-1:*/ttyUSB*"), key=lambda each: each.parent.name)
        return [each.name for each in serial[CONTROL : CONTROL + 1]]


def _write(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (FOLDER / name).write_text(text)


def give(interface: str, space: str, name: str) -> None:
    """Carry an interface into a namespace, under another name."""
    subprocess.run(["ip", "link", "set", interface, "down"], check=True)
    subprocess.run(["ip", "link", "set", interface, "netns", space, "name", name], check=True)
