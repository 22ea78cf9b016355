"""The control socket's orders of the exchange: where a number would go, and what is switched on by keys. It knows no call."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from firmware.core.incoming import Forwarding
from firmware.exchange.dial_plan import read_moment
from firmware.exchange.explanation import explain
from firmware.exchange.router import Router
from firmware.exchange.services_file import ServicesFile, as_json
from firmware.orders import Handler, OrderRefused, shown
from firmware.settings.model import Settings

_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
_SPEED_DIAL_KEYS = range(2, 10)
"""As `*74` takes them (core.dialing); keys up to 99 belong to the phone book."""


@dataclass(frozen=True)
class ExchangeOrders:
    settings: Callable[[], Settings]
    router: Router
    services: ServicesFile

    def orders(self) -> dict[str, Handler]:
        return {
            "explain": self.explain,
            "services": self.tell,
            "services.line": self.set_line,
            "services.forward": self.set_forward,
            "services.speed_dial": self.set_speed_dial,
            "services.block": self.block,
            "services.unblock": self.unblock,
        }

    async def explain(self, number: str, line: int = 1, at: str | None = None) -> object:
        self._check_line(line)
        try:
            now = read_moment(at) if at else None
        except ValueError as error:
            raise OrderRefused(str(error)) from error
        return explain(self.settings(), self.router.plan, number, line, self.router.situation(now))

    async def tell(self) -> object:
        return as_json(self.services.now)

    async def set_line(
        self,
        line: int,
        do_not_disturb: bool | None = None,  # noqa: FBT001 (named by the protocol, as the next)
        call_waiting: bool | None = None,  # noqa: FBT001
        hides_number: bool | None = None,  # noqa: FBT001
        rejects_anonymous: bool | None = None,  # noqa: FBT001
    ) -> object:
        self._check_line(line)
        wanted = {
            "do_not_disturb": do_not_disturb,
            "call_waiting": call_waiting,
            "hides_number": hides_number,
            "rejects_anonymous": rejects_anonymous,
        }
        self.services.change_line(line, **{name: on for name, on in wanted.items() if on is not None})
        return await self.tell()

    async def set_forward(self, line: int, when: str, number: str = "") -> object:
        self._check_line(line)
        try:
            why = Forwarding(when)
        except ValueError:
            allowed = ", ".join(each.value for each in Forwarding)
            raise OrderRefused(f"services.forward: when must be one of {allowed}, not {shown(when)}") from None
        self.services.forward(line, why, _number("services.forward", number))
        return await self.tell()

    async def set_speed_dial(self, key: int, number: str = "") -> object:
        if key not in _SPEED_DIAL_KEYS:
            raise OrderRefused(f"services.speed_dial: key must be 2 to 9, not {key}; keys up to 99 are given in the phone book")
        self.services.set_speed_dial(str(key), _number("services.speed_dial", number))
        return await self.tell()

    async def block(self, number: str) -> object:
        if not number:
            raise OrderRefused("services.block: number is empty; allowed: 1 to 32 digits, * and #, a leading + too")
        self.services.block(_number("services.block", number))
        return await self.tell()

    async def unblock(self, number: str) -> object:
        if number not in self.services.now.blocked:
            raise OrderRefused(f"services.unblock: {shown(number)} is not blocked")
        self.services.unblock(number)
        return await self.tell()

    def _check_line(self, line: int) -> None:
        lines = len(self.settings().line)
        if not 1 <= line <= lines:
            raise OrderRefused(f"there is no line {line}; allowed: 1 to {lines}")


def _number(order: str, number: str) -> str:
    """As it would be dialed; "" for none."""
    if number and not _NUMBER.fullmatch(number):
        raise OrderRefused(f"{order}: {shown(number)} is no number; allowed: 1 to 32 digits, * and #, a leading + too, or none")
    return number
