"""Carries out the rungs of the ladder: what is done to a modem that gives no data. Which one, and how often, is `core.modem_ladder`."""

import logging
from collections.abc import Callable

from firmware.cellular.asking import Asking
from firmware.cellular.state import Equipment
from firmware.core.modem_events import RungTaken
from firmware.core.modem_ladder import Rung
from hal.modem import Modem
from hal.ports import Scheduler
from hal.usb_modem import UsbModem, plug_in, plug_out

_OFF_BUS_MS = 2_000
"""Between leaving the bus and returning."""
_SHUT_DOWN_MS = 10_000
"""From the power key to a modem that has left its network in order; chosen, not measured."""
_RESET_MS = 3_000
"""A modem told to restart keeps its port for a moment; opening it again at once would find the old one."""

log = logging.getLogger("keepline.cellular")


class Recovery:
    """`take` calls back once: whether the rung could be carried out."""

    def __init__(self, scheduler: Scheduler, modem: Modem, asking: Asking, equipment: Equipment) -> None:
        self._scheduler, self._modem, self._asking, self._equipment = scheduler, modem, asking, equipment
        self._known: UsbModem | None = None
        """As it was last seen: a modem that hangs is still on the bus, one whose driver is lost may show no port."""

    def possible(self) -> frozenset[Rung]:
        """What this device has."""
        self._known = self._equipment.find() or self._known
        rungs = {Rung.DATA, Rung.RADIO, Rung.RESET}
        if self._known:
            rungs.add(Rung.PLUG)
        if self._equipment.press_power_key:
            rungs.add(Rung.POWER)
        return frozenset(rungs)

    def take(self, rung: Rung, on_done: Callable[[RungTaken], None]) -> None:
        log.warning("the modem gives no data: %s", rung.value)
        match rung:
            case Rung.DATA:
                on_done(RungTaken(done=True))
            case Rung.RADIO:
                table = self._asking.table
                self._asking.all((table.radio_off, table.radio_on), lambda answers: on_done(RungTaken(answers[-1].ok)))
            case Rung.RESET:
                self._asking.all((self._asking.table.reset,), lambda answers: self._restarted(answers[0].ok, on_done))
            case Rung.PLUG:
                self._plug(on_done)
            case Rung.POWER:
                self._power(on_done)

    def _restarted(self, ok: bool, on_done: Callable[[RungTaken], None]) -> None:  # noqa: FBT001 (as the modem said)
        if ok:
            self._modem.reopen(_RESET_MS)
        on_done(RungTaken(ok))

    def _plug(self, on_done: Callable[[RungTaken], None]) -> None:
        modem = self._equipment.find() or self._known
        if modem is None:
            on_done(RungTaken(done=False))
            return

        def back() -> None:
            on_done(RungTaken(_written(lambda: plug_in(modem))))

        if _written(lambda: plug_out(modem)):
            self._scheduler.later(_OFF_BUS_MS, back)
        else:
            on_done(RungTaken(done=False))

    def _power(self, on_done: Callable[[RungTaken], None]) -> None:
        """Off by the long pulse, on by the short one. A modem that is off already is switched on by the first and on again by nothing worse."""
        press, table = self._equipment.press_power_key, self._asking.table
        if press is None:
            on_done(RungTaken(done=False))
            return
        off_ms, on_ms = table.power_off_pulse_ms, table.power_on_pulse_ms
        at_ms = 0
        for pressed, then_ms in ((True, off_ms), (False, _SHUT_DOWN_MS), (True, on_ms), (False, 0)):
            self._scheduler.later(at_ms, _pressing(press, pressed=pressed))
            at_ms += then_ms
        self._scheduler.later(at_ms, lambda: on_done(RungTaken(done=True)))


def _pressing(press: Callable[[bool], None], *, pressed: bool) -> Callable[[], None]:
    return lambda: press(pressed)


def _written(write: Callable[[], None]) -> bool:
    try:
        write()
    except OSError as error:
        log.warning("the modem cannot be taken off the USB: %s", error.strerror)
        return False
    return True
