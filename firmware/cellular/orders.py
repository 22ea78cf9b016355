"""The control socket's orders about the modem: `modem.status` and `modem.pin`."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict

from firmware.cellular.session import CellularModem
from firmware.orders import Handler, OrderRefused

_PIN_S = 60
"""For a card that is busy and a modem that thinks."""


def orders(modem: CellularModem) -> Mapping[str, Handler]:
    """The handlers by the order's name."""

    async def status() -> object:
        return asdict(modem.state)

    async def pin(pin: str) -> object:
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        modem.enter_pin(pin, lambda words: None if outcome.done() else outcome.set_result(words))
        try:
            async with asyncio.timeout(_PIN_S):
                words = await outcome
        except TimeoutError:
            words = "the modem did not answer in time; look at modem.status before you try again"
        if words:
            raise OrderRefused(words)
        return {"accepted": True}

    return {"modem.status": status, "modem.pin": pin}
