"""The PBX of a scenario: a real Asterisk with an extension, a mailbox and feature codes for each user, and what can be seen of its SIP."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Self

from tests.peers.asterisk import Asterisk
from tests.peers.sip_wire import parse_message
from tests.scenarios.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.peers.sip_wire import SipMessage
    from tests.scenarios.far_end import FarEnd

LOOK_AGAIN_S = 0.2
_LOGGED = re.compile(r"<--- (?:Transmitting|Received) SIP request \(\d+ bytes\) \w+ \S+ --->")


class AsteriskServer:
    """Start by constructing, stop by leaving the context. Words of SERVER, and those of FAR that its server does, are methods."""

    far_words = frozenset({"CALLS", "REFUSES", "ALLOWS"})

    def __init__(self, folder: Path, users: Mapping[str, str]) -> None:
        self._asterisk = Asterisk(folder, users)
        self._asterisk.command("pjsip set logger on")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._asterisk.stop()

    @property
    def address(self) -> str:
        return self._asterisk.server

    def wait_registered(self, user: str) -> None:
        self._asterisk.wait_registered(user)

    def calls(self, end: FarEnd, user: str, header: str = "") -> None:
        if header:
            raise Failed("this PBX adds no headers")
        end.calls(user)

    def refuses(self, _end: FarEnd, _status: str) -> None:
        raise Failed("this PBX refuses by its own rules only")

    def allows(self, _end: FarEnd) -> None:
        raise Failed("this PBX refuses by its own rules only")

    def stops(self) -> None:
        self._asterisk.stop()

    def sees(self, within_s: float, method: str, name: str = "", part: str = "") -> None:
        ends_s = time.monotonic() + within_s
        while not self._seen(method, name, part):
            if time.monotonic() > ends_s:
                seen = [f"{request} {request.headers.get(name) if name else ''}" for request in self._requests(method)]
                raise Failed(f"the server saw {method}: {seen or 'none'}")
            time.sleep(LOOK_AGAIN_S)

    def sees_no(self, method: str, name: str = "", part: str = "") -> None:
        if found := self._seen(method, name, part):
            raise Failed(f"the server saw {found[0]} {found[0].headers.get(name)}")

    def _seen(self, method: str, name: str, part: str) -> list[SipMessage]:
        return [each for each in self._requests(method) if not name or any(part in value for value in each.headers.all(name))]

    def _requests(self, method: str) -> list[SipMessage]:
        """From its console: a head line, the message, and whatever it says next."""
        texts = _LOGGED.split("\n".join(self._asterisk.process.lines))[1:]
        found = [parse_message(text.strip("\n").replace("\n", "\r\n").encode()) for text in texts if text.strip()]
        return [message for message in found if message.method == method]
