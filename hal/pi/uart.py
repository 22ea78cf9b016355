"""Serial ports by pyserial, the only place that knows it. One thread a port reads and posts; nothing here knows what the bytes mean.

Which port is a modem's, and under which name it came back, `hal.usb_modem` tells by its USB interface.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import serial

from hal.errors import PartBusy, PartMissing
from hal.ports import Scheduler, Uart

READ_MOST_BYTES = 4096
BAUD = 115_200
"""Of the modem's UART pins; over USB the number means nothing."""


class _Port(serial.Serial):
    """Some of a modem's ports know no modem lines and refuse to hear of them (the kernel lists a few in its option driver, as NCTRL). They carry bytes."""

    def _update_dtr_state(self) -> None:
        with _knowing_no_lines():
            super()._update_dtr_state()  # type: ignore[misc]  # not in the stubs

    def _update_rts_state(self) -> None:
        with _knowing_no_lines():
            super()._update_rts_state()  # type: ignore[misc]  # same


@contextmanager
def _knowing_no_lines() -> Iterator[None]:
    """A refused request comes as a broken pipe (EPIPE: the device stalls)."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise


class SerialPort:
    """An open port, ours alone while it is open (a second program would steal every other answer)."""

    def __init__(
        self, name: str, scheduler: Scheduler, on_bytes: Callable[[bytes], None], on_gone: Callable[[str], None]
    ) -> None:
        self.name = name
        self._scheduler, self._on_bytes, self._on_gone = scheduler, on_bytes, on_gone
        self._open = True
        try:
            self._serial = _Port(name, BAUD, timeout=None, write_timeout=0, exclusive=True)
        except (serial.SerialException, OSError, ValueError) as error:
            raise _refusal(name, error) from error
        self._reader = threading.Thread(target=self._read, name=f"reads {name}", daemon=True)
        self._reader.start()

    def write(self, data: bytes) -> None:
        try:
            taken = self._serial.write(data)
        except (serial.SerialException, OSError) as error:
            raise PartMissing(f"{self.name} is gone: {_reason(error)}.") from error
        if taken is not None and taken < len(data):
            raise PartBusy(f"{self.name} takes no more bytes: the modem behind it hangs.")

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        self._serial.cancel_read()
        self._reader.join(timeout=1)  # it only waits for the call above
        self._serial.close()

    def _read(self) -> None:
        """The thread: read, post, until closed or gone."""
        try:
            while self._open:
                data = self._serial.read(1)
                if data:
                    data += self._serial.read(min(self._serial.in_waiting, READ_MOST_BYTES))
                    self._scheduler.post(partial(self._tell, data))
        except (serial.SerialException, OSError, TypeError) as error:  # TypeError: pyserial, closed under the read
            self._scheduler.post(partial(self._tell_gone, _reason(error)))

    def _tell(self, data: bytes) -> None:
        if self._open:
            self._on_bytes(data)

    def _tell_gone(self, reason: str) -> None:
        if self._open:
            self._on_gone(reason)


class SerialSource:
    """Opens whatever port `find` names today; `find` raises PartMissing while there is none."""

    def __init__(self, scheduler: Scheduler, find: Callable[[], str]) -> None:
        self._scheduler = scheduler
        self._find = find

    def open(self, on_bytes: Callable[[bytes], None], on_gone: Callable[[str], None]) -> Uart:
        return SerialPort(self._find(), self._scheduler, on_bytes, on_gone)


def _refusal(name: str, error: Exception) -> PartMissing | PartBusy:
    if isinstance(error.__cause__, BlockingIOError) or "exclusively lock" in str(error) or getattr(error, "errno", 0) == 16:
        return PartBusy(f"{name} is in use by another program.")
    return PartMissing(f"{name} cannot be opened: {_reason(error)}.")


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)
