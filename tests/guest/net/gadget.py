"""A USB device made of the kernel's own gadget side: a modem as it shows itself on the bus, joined to the host side of dummy_hcd.

Its serial ports are /dev/ttyGS..., its network card an interface of ours; the other ends are what the device finds. It knows no AT.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path("/sys/kernel/config/usb_gadget/modem")
CONTROLLER = "dummy_udc.0"
ON_THE_BUS = Path("/sys/bus/usb/devices/1-1")
OURS, THEIRS = "02:00:00:00:09:01", "02:00:00:00:09:02"
PLUG_S = 10.0


@dataclass(frozen=True)
class Shape:
    """How a modem shows itself. `card` is the function of its network card (rndis, ecm; empty for none), `serial` that of its ports."""

    usb_id: str
    card: str = ""
    serial: str = "gser"
    ports: int = 5
    control: int = 2
    data: int = 3
    model: str = "SIM7600E-H"


SHAPES = {
    "rndis": Shape("1e0e:9011", "rndis"),
    "ecm": Shape("1e0e:9011", "ecm"),
    "ppp": Shape("1e0e:9001"),
    "stranger": Shape("1d6b:0104", "ecm", serial="acm", ports=2, control=0, data=1, model="GM-1"),
}
"""As `lsusb -t` shows a SIM7600 in composition 9011: RNDIS in interfaces 0 and 1, five serial ports behind. 9001 has the ports, and QMI, which nothing here
plays. The stranger is a modem of no known model, with two AT ports and a network card of the USB's own classes."""


class Gadget:
    """Made unplugged."""

    def __init__(self, shape: Shape) -> None:
        FOLDER.mkdir()
        self.shape = shape
        vendor, _, product = shape.usb_id.partition(":")
        _write({"idVendor": f"0x{vendor}", "idProduct": f"0x{product}"})
        for part in ("strings/0x409", "configs/c.1/strings/0x409"):
            (FOLDER / part).mkdir(parents=True)
        _write({"strings/0x409/product": "modem", "configs/c.1/strings/0x409/configuration": "modem"})
        self._serial = [f"{shape.serial}.{number}" for number in range(shape.ports)]
        self._cards = [f"{shape.card}.usb0"] if shape.card else []
        for function in (*self._cards, *self._serial):
            (FOLDER / "functions" / function).mkdir()
        for card in self._cards:
            _write({f"functions/{card}/dev_addr": OURS, f"functions/{card}/host_addr": THEIRS})
        for function in (*self._cards, *self._serial):
            (FOLDER / "configs/c.1" / function).symlink_to(FOLDER / "functions" / function)

    def plug(self) -> None:
        (FOLDER / "UDC").write_text(CONTROLLER)

    def pull(self) -> None:
        """May be said twice."""
        if (FOLDER / "UDC").read_text().strip():
            (FOLDER / "UDC").write_text("\n")

    def port(self, number: int) -> Path:
        """Our end of a serial port."""
        return Path(f"/dev/ttyGS{(FOLDER / 'functions' / self._serial[number] / 'port_num').read_text().strip()}")

    def ours(self) -> str:
        """Our end of the network card, once it was plugged."""
        return (FOLDER / "functions" / self._cards[0] / "ifname").read_text().strip()

    @staticmethod
    def theirs() -> Sequence[str]:
        """The network card as the host side named it; empty until it has."""
        return [each.name for each in ON_THE_BUS.parent.glob("1-1:*/net/*")]

    def control_names(self) -> Sequence[str]:
        """The control port as the host side named it, among its ports in the order of their interfaces; empty until it has."""
        names = sorted((each.parts[len(ON_THE_BUS.parts) - 1], each.name) for each in _ttys())
        return [name for _, name in names][self.shape.control : self.shape.control + 1]


def _ttys() -> Sequence[Path]:
    return [*ON_THE_BUS.parent.glob("1-1:*/ttyUSB*"), *ON_THE_BUS.parent.glob("1-1:*/tty/ttyACM*")]


def _write(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (FOLDER / name).write_text(text)


def give(interface: str, space: str, name: str) -> None:
    """Carry an interface into a namespace, under another name."""
    subprocess.run(["ip", "link", "set", interface, "down"], check=True)
    subprocess.run(["ip", "link", "set", interface, "netns", space, "name", name], check=True)
