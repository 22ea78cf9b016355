"""The whole session against the simulated modem, in memory and with a clock turned by hand. Its data side is what the simulated network says it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from firmware.cellular.link import DataLink
from firmware.cellular.memory import ModemMemory
from firmware.cellular.providers import Providers
from firmware.cellular.session import CellularModem
from firmware.cellular.state import CellularSettings, CellularState, Equipment
from hal.modem_tables.sim7600 import SIM7600
from hal.sim.cellular_world import Cure, DataPath
from hal.usb_modem import UsbModem
from tests.hal.modem_wire import ModemBench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firmware.core.modem_events import Apn

DATABASE = """<?xml version="1.0"?>
<serviceproviders format="2.0"><country code="xx">
<provider><name>Other</name><gsm><network-id mcc="401" mnc="07"/><apn value="other"><usage type="internet"/></apn></gsm></provider>
<provider><name>Ours</name><gsm><network-id mcc="401" mnc="01"/><network-id mcc="401" mnc="77"/>
 <apn value="mms"><usage type="mms"/></apn>
 <apn value="old"><usage type="internet"/><username>u</username><password>p</password></apn>
 <apn value="internet"><usage type="internet"/></apn>
 <apn value="unstated"/>
</gsm></provider>
</country></serviceproviders>
"""


class SimulatedCard:
    """The modem's network card: it has an address whenever the modem's data is up, as a real one has, whether that leads anywhere or not."""

    def __init__(self, bench: SessionBench) -> None:
        self._bench = bench
        self.is_up = False

    def up(self, _apn: Apn, on_up: Callable[[DataLink], None], on_lost: Callable[[str], None]) -> None:
        def come() -> None:
            if self._bench.sim.data is DataPath.OFF:
                on_lost("no address by DHCP on usb0")
            else:
                self.is_up = True
                on_up(DataLink("usb0", "192.168.225.20", "192.168.225.1", ("192.168.225.1",)))

        self._bench.clock.later(50, come)

    def down(self) -> None:
        self.is_up = False

    async def ended(self) -> None:
        assert not self.is_up


class SessionBench(ModemBench):
    """One box with one modem. `restart` is the box restarting, with the same state folder and the same modem."""

    def __init__(self, folder: Path, settings: CellularSettings | None = None, *, power_key: bool = True) -> None:
        super().__init__()
        self.folder, self.settings, self.power_key = folder, settings or CellularSettings(), power_key
        self.usb_folder = folder / "1-1"
        (self.usb_folder / "power").mkdir(parents=True, exist_ok=True)
        (self.usb_folder / "authorized").write_text("1")
        (folder / "providers.xml").write_text(DATABASE)
        self.day = 100
        self.states: list[CellularState] = []
        self.presses: list[tuple[float, bool]] = []
        self.proves = True
        self.sim.on_restart = partial(self._restart_modem, 8_000)
        self.session = self._session()

    def _session(self) -> CellularModem:
        return CellularModem(
            self.clock,
            self.source,
            Equipment(self._find, self._press if self.power_key else None),
            self.settings,
            network_card=SimulatedCard(self),
            ppp=SimulatedCard(self),
            prove=self._prove,
            memory=ModemMemory(self.folder / "modem.json"),
            providers=Providers(self.clock, self.folder / "providers.xml"),
            today=lambda: self.day,
        )

    @property
    def state(self) -> CellularState:
        return self.session.state

    def run(self, seconds: float = 0) -> SessionBench:
        self.clock.run(seconds * 1000)
        return self

    def start(self, seconds: float = 10) -> SessionBench:
        """The box and the modem are switched on."""
        self.sim.boot()
        self.session.start(self.states.append)
        return self.run(seconds)

    def restart(self, seconds: float = 10) -> SessionBench:
        """The box was switched off, and the modem with it."""
        self.session.stop()
        self.session = self._session()
        return self.start(seconds)

    def pull(self) -> None:
        self.source.pull()
        self.sim.boot()

    def pins_given(self) -> list[str]:
        return [text for text in self.sim.commands if text.startswith("AT+CPIN=")]

    def _prove(self, _link: DataLink, on_done: Callable[[str], None]) -> None:
        def answer() -> None:
            passed = self.proves and self.sim.data is DataPath.INTERNET
            on_done("" if passed else "no probe came back")

        self.clock.later(100 if self.sim.data is DataPath.INTERNET else 3_000, answer)

    def _find(self) -> UsbModem | None:
        """Also obeys what was written into the device's folder, as the kernel does."""
        order = (self.usb_folder / "authorized").read_text()
        if order == "0" and self.source.plugged:
            self.clock.post(self.pull)
        return UsbModem(SIM7600, self.usb_folder, self.source.name, "/dev/ttyUSB3", "usb0") if self.source.plugged else None

    def look_at_bus(self) -> None:
        """The kernel sees what was written, ten times a second."""
        order = (self.usb_folder / "authorized").read_text()
        if order == "0" and self.source.plugged:
            self.pull()
        elif order == "1" and not self.source.plugged:
            if self.world.misdeeds.hangs_until is Cure.PLUG:
                self.world.misdeeds.hangs_until = None
            self.source.plug("/dev/ttyUSB5")
        self.clock.later(100, self.look_at_bus)

    def _restart_modem(self, after_ms: int) -> None:
        self.pull()
        self.clock.later(after_ms, lambda: self.source.plug("/dev/ttyUSB4"))

    def _press(self, pressed: bool) -> None:  # noqa: FBT001
        self.presses.append((self.clock.now_ms(), pressed))
        if not pressed and len(self.presses) % 4 == 0:
            self.world.misdeeds.hangs_until = None
            self.source.plug("/dev/ttyUSB6")
        elif not pressed:
            self.pull()
