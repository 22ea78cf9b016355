"""The control socket's `phone.*` orders: plays the person at the simulated telephone. It knows the board's handsets and nothing behind the line."""

import asyncio
import base64
import binascii
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from firmware.orders import Handler, OrderRefused
from hal.board import Board
from hal.errors import PartError

if TYPE_CHECKING:
    from hal.sim.handset import Handset
    from hal.sim.outcome import Done

_SOUND_BEHIND = 500
"""Frames a slow listener may be behind (5 s) before some are dropped: old sound is of no use to an ear."""

_LONGEST_PRESS_S = 30

_REAL = "this board has a real telephone; only the simulated one (board sim) takes orders"


class PhoneOrders:
    """Orders for the telephones and the button of a simulated board; on a real one each is refused with a sentence."""

    def __init__(self, board: Callable[[], Board]) -> None:
        self._board = board

    def orders(self) -> dict[str, Handler]:
        return {
            "phone.lift": self.lift,
            "phone.replace": self.replace,
            "phone.flash": self.flash,
            "phone.dial": self.dial,
            "phone.say": self.say,
            "phone.hear": self.hear,
            "phone.state": self.state,
            "phone.listen": self.listen,
            "phone.press_button": self.press_button,
        }

    async def lift(self, line: int = 1) -> object:
        with _refusals():
            self._handset(line).lift()
        return await self.state(line)

    async def replace(self, line: int = 1) -> object:
        with _refusals():
            self._handset(line).replace()
        return await self.state(line)

    async def flash(self, line: int = 1) -> object:
        await _completed(lambda done: self._handset(line).flash(done=done), "flashing")
        return await self.state(line)

    async def dial(  # noqa: PLR0913, PLR0917 (one argument per property of a dial)
        self,
        digits: str,
        line: int = 1,
        pulse: bool = False,  # noqa: FBT001, FBT002 (named by the protocol)
        level_dbm0: float = -9.0,
        twist_db: float = 2.0,
        on_ms: float = 70.0,
        off_ms: float = 70.0,
        pps: float = 10.0,
        break_ratio: float = 0.6,
        direction: str = "standard",
        jitter: float = 0.0,
    ) -> object:
        # Imported here: the simulator is loaded with board sim only.
        from hal.sim.dtmf import ToneDial  # noqa: PLC0415
        from hal.sim.rotary import PulseDial  # noqa: PLC0415

        with _refusals():
            how = (
                PulseDial(pps, break_ratio, direction=direction, jitter=jitter)
                if pulse
                else ToneDial(level_dbm0, twist_db, on_ms, off_ms)
            )
        await _completed(lambda done: self._handset(line).dial(digits, how, done), "dialing")
        return await self.state(line)

    async def say(self, pcm: str, line: int = 1) -> object:
        try:
            samples = base64.b64decode(pcm, validate=True)
        except binascii.Error as error:
            raise OrderRefused("phone.say: pcm must be base64 of 16-bit samples at 8 kHz") from error
        await _completed(lambda done: self._handset(line).speak(samples, done), "speaking")
        return await self.state(line)

    async def hear(self, seconds: float, line: int = 1) -> object:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        with _refusals():
            self._handset(line).record(seconds, lambda pcm: None if heard.done() else heard.set_result(pcm))
        return {"pcm": base64.b64encode(await heard).decode("ascii")}

    async def state(self, line: int = 1) -> object:
        return asdict(self._handset(line).state())

    async def press_button(self, seconds: float) -> object:
        """The button of the box; answers when it is let go."""
        from hal.sim.pins import SimPins  # noqa: PLC0415

        board = self._board()
        if not isinstance(board.pins, SimPins):
            raise OrderRefused(_REAL)
        if not 0 < seconds <= _LONGEST_PRESS_S:
            raise OrderRefused(f"phone.press_button: seconds must be above 0 and at most {_LONGEST_PRESS_S}")
        board.pins.drive(board.panel.button, active=True)
        await asyncio.sleep(seconds)
        board.pins.drive(board.panel.button, active=False)
        return {}

    async def listen(self, line: int = 1) -> AsyncIterator[object]:
        return self._frames(self._handset(line))

    async def _frames(self, handset: "Handset") -> AsyncIterator[object]:
        frames: asyncio.Queue[bytes] = asyncio.Queue(_SOUND_BEHIND)
        loop = asyncio.get_running_loop()

        def hear(pcm: bytes) -> None:
            loop.call_soon_threadsafe(_offer, frames, pcm)

        stop = handset.listen(hear)
        try:
            while True:
                pcm = await frames.get() + await frames.get()
                yield {"event": "sound", "pcm": base64.b64encode(pcm).decode("ascii")}
        finally:
            stop()

    def _handset(self, line: int) -> "Handset":
        lines = self._board().lines
        if not 1 <= line <= len(lines):
            raise OrderRefused(f"there is no line {line}; allowed: 1 to {len(lines)}")
        handset = lines[line - 1].handset
        if handset is None:
            raise OrderRefused(_REAL)
        return handset


def _offer(frames: asyncio.Queue[bytes], pcm: bytes) -> None:
    with contextlib.suppress(asyncio.QueueFull):
        frames.put_nowait(pcm)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except PartError as error:
        raise OrderRefused(str(error)) from error


async def _completed(order: "Callable[[Done], None]", doing: str) -> None:
    """Give the order and wait until it is done; replacing the handset meanwhile ends it early."""
    ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    with _refusals():
        order(lambda outcome: None if ended.done() else ended.set_result(outcome))
    if not await ended:
        raise OrderRefused(f"{doing} was cut short: the handset was replaced or no sound flows on the line")
