"""The simulated modem's plug: a real terminal in place of its serial port, and a folder that shows it as /sys shows USB devices.

It can be pulled, and comes back under another name. It must not know AT.
"""

import os
import select
import shutil
import threading
import tty
from contextlib import suppress
from functools import partial
from pathlib import Path

from hal.ports import Scheduler, Timer
from hal.sim.cellular import SimModem
from hal.sim.cellular_world import Cure
from hal.usb_modem import UsbTree

_DEVICE = "1-1"
_LOOK_MS = 100
"""How often the folder is looked at for an order to leave or return; a real kernel needs no look."""


class Terminal:
    """A pseudo-terminal's master side; one thread reads and posts."""

    def __init__(self, modem: SimModem, scheduler: Scheduler) -> None:
        self._modem, self._scheduler = modem, scheduler
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._wake_out, self._wake_in = os.pipe()
        self._thread = threading.Thread(target=self._read, name="simulated modem", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        with suppress(OSError):  # nobody reads: a modem's bytes are lost then, too
            os.write(self._master, data)

    def close(self) -> None:
        os.write(self._wake_in, b"x")
        self._thread.join(timeout=5)
        for descriptor in (self._master, self._slave, self._wake_out, self._wake_in):
            os.close(descriptor)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake_out], [], [])
            if self._wake_out in ready:
                return
            with suppress(OSError):
                self._scheduler.post(partial(self._modem.hear, os.read(self._master, 4096)))


class SimModemPlug:
    """Plugs `modem` into a folder that stands for /sys and /dev. `interface` is its network card, as the tests' network names it; empty: none."""

    def __init__(
        self, scheduler: Scheduler, modem: SimModem, folder: Path, interface: str = "", usb_id: str = "1e0e:9011"
    ) -> None:
        self.tree = UsbTree(folder / "sys", folder / "dev")
        self.modem = modem
        self.powered = True
        self._scheduler, self._interface, self._usb_id = scheduler, interface, usb_id
        self._device = folder / "sys/bus/usb/devices" / _DEVICE
        self._terminal: Terminal | None = None
        self._look_timer: Timer | None = None
        self._name = "ttyUSB2"
        self._pressed_ms: float | None = None
        modem.on_restart = partial(self.restart, 300)

    def plug(self, name: str = "ttyUSB2") -> None:
        """The modem appears, its control port under `name`."""
        self._name = name
        self._terminal = Terminal(self.modem, self._scheduler)
        self.modem.on_bytes = self._terminal.write
        self._show()
        self._look()

    def pull(self) -> None:
        """The modem is gone from the bus."""
        self._vanish()
        shutil.rmtree(self._device, ignore_errors=True)
        if self._look_timer:
            self._look_timer.cancel()

    def restart(self, after_ms: int, name: str = "") -> None:
        """Gone, and back after a while under another name, as after a reset."""
        self.pull()
        self._scheduler.later(after_ms, partial(self._come_back, name or _next_name(self._name)))

    def power_key(self, pressed: bool) -> None:  # noqa: FBT001  (a key has two states)
        """The power key: held for 2 s it switches off, for 0.4 s on (as in `hal.modem_tables`, with some room)."""
        now_ms = self._scheduler.now_ms()
        if pressed:
            self._pressed_ms = now_ms
            return
        held_ms = now_ms - (self._pressed_ms if self._pressed_ms is not None else now_ms)
        if self.powered and held_ms >= 2_000:
            self.powered = False
            self.pull()
        elif not self.powered and held_ms >= 400:
            self.powered = True
            self.modem.world.misdeeds.hangs_until = None
            self._scheduler.later(300, partial(self._come_back, _next_name(self._name)))

    def _come_back(self, name: str) -> None:
        self.modem.boot()
        self.plug(name)

    def _vanish(self) -> None:
        if self._terminal:
            self._terminal.close()
            self._terminal = None
        (self.tree.dev / self._name).unlink(missing_ok=True)
        for folder in self._device.parent.glob(f"{_DEVICE}:*"):
            shutil.rmtree(folder)

    def _show(self) -> None:
        vendor, _, product = self._usb_id.partition(":")
        offset = 2 if self._interface else 0  # the network card's two interfaces come first, as with RNDIS
        for number in range(5 + offset):
            folder = self._device.parent / f"{_DEVICE}:1.{number}"
            serial = number >= offset
            _write(folder / "bInterfaceNumber", f"{number:02x}")
            _write(folder / "bInterfaceClass", "ff" if serial else "e0")
            if number == 0 and self._interface:
                (folder / "net" / self._interface).mkdir(parents=True)
            if number == 2 + offset:
                (folder / self._name).mkdir()
        _write(self._device / "authorized", "1")
        (self._device / "power").mkdir(exist_ok=True)
        self.tree.dev.mkdir(parents=True, exist_ok=True)
        if self._terminal:
            (self.tree.dev / self._name).symlink_to(self._terminal.path)
        # last: a device without its ids is not looked at
        _write(self._device / "idProduct", product)
        _write(self._device / "idVendor", vendor)

    def _look(self) -> None:
        """Obey an order written into the folder: 0 leaves the bus, 1 returns."""
        self._look_timer = self._scheduler.later(_LOOK_MS, self._look)
        order = (self._device / "authorized").read_text().strip()
        if order == "0" and self._terminal:
            self._vanish()
        elif order == "1" and not self._terminal:
            if self.modem.world.misdeeds.hangs_until is Cure.PLUG:
                self.modem.world.misdeeds.hangs_until = None
            self._look_timer.cancel()
            self._come_back(_next_name(self._name))


def _next_name(name: str) -> str:
    """ttyUSB2 becomes ttyUSB3: the old number may still be held."""
    stem = name.rstrip("0123456789")
    return f"{stem}{int(name[len(stem) :]) + 1}"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n", encoding="ascii")
