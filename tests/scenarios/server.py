"""The exchange of a scenario and what it can be told: a real Kamailio that stops, starts, adds headers, refuses, and shows what passed."""

from __future__ import annotations

import itertools
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from tests.calls.rtp_end import RtpEnd
from tests.peers.kamailio import Kamailio
from tests.peers.ports import free_port
from tests.peers.sipp import Sipp
from tests.scenarios.failed import Failed
from tests.scenarios.place import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.peers.sip_wire import SipMessage
    from tests.scenarios.far_end import FarEnd
    from tests.scenarios.place import Place

LOOK_AGAIN_S = 0.1
ANNOUNCED_MS = 60_000
MANY_S = 60.0


class KamailioServer:
    """Start by constructing, stop by leaving the context. Words of SERVER, and those of FAR that its server does, are methods."""

    far_words = frozenset({"CALLS", "REFUSES", "ALLOWS"})

    def __init__(self, folder: Path, users: Mapping[str, str], place: Place = LOOPBACK) -> None:
        self._folder, self._users, self._place = folder, users, place
        self._port = free_port()
        self._runs = itertools.count(1)
        self._others = ExitStack()
        self._kamailio = self._run()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._others.close()
        self._kamailio.stop()

    @property
    def address(self) -> str:
        return self._kamailio.server

    def wait_registered(self, user: str) -> None:
        self._kamailio.wait_registered(user)

    def calls(self, end: FarEnd, user: str, header: str = "") -> None:
        """A header may be added on the way, as a provider does."""
        self._kamailio.add_header("INVITE", user, header)
        end.calls(user)

    def refuses(self, end: FarEnd, status: str) -> None:
        self._kamailio.reject("INVITE", end.number, int(status))

    def allows(self, end: FarEnd) -> None:
        self._kamailio.accept("INVITE", end.number)

    def stops(self) -> None:
        self._kamailio.stop()

    def starts(self) -> None:
        self._kamailio = self._run()

    def sees(self, within_s: float, method: str, name: str = "", part: str = "") -> None:
        ends_s = time.monotonic() + within_s
        while not self._seen(method, name, part):
            if time.monotonic() > ends_s:
                shown = [message.headers.get(name) if name else str(message) for message in self._requests(method)]
                raise Failed(f"the server saw {method}: {shown or 'none'}")
            time.sleep(LOOK_AGAIN_S)

    def sees_no(self, method: str, name: str = "", part: str = "") -> None:
        if found := self._seen(method, name, part):
            raise Failed(f"the server saw {found[0]} {found[0].headers.get(name)}")

    def tells(self, user: str, new: str, old: str) -> None:
        keys = {"waiting": "yes" if int(new) else "no", "new": new, "old": old, "status": "200"}
        folder = self._folder / f"notify-{next(self._runs)}"
        with Sipp(folder, "notify_messages", address=self._place.address, target=self.address, user=user, keys=keys) as notifier:
            notifier.wait_passed()

    def announces(self, hz: str, number: str) -> None:
        """Calls of this number get a tone before they are answered (183 with SDP), and no end by themselves."""
        voice = self._others.enter_context(RtpEnd(float(hz), address=self._place.address))
        keys = {"media_port": str(voice.port)}
        folder = self._folder / f"announcement-{next(self._runs)}"
        announcer = Sipp(folder, "early_media", address=self._place.address, pause_ms=ANNOUNCED_MS, keys=keys)
        announcement = self._others.enter_context(announcer)
        self._kamailio.route(number, announcement.sip_uri)

    def sends(self, count: str, user: str, refused: str, status: str) -> None:
        """So many callers at once, who give up after some seconds of ringing."""
        folder = self._folder / f"callers-{next(self._runs)}"
        here, many = self._place.address, int(count)
        with Sipp(folder, "call_many", address=here, target=self.address, user=user, calls=many, at_once=many) as callers:
            callers.wait_passed(MANY_S)
            ended = callers.finals()
        if ended[int(status)] != int(refused) or ended.total() != many:
            raise Failed(f"of {count} callers, got: {', '.join(f'{code}: {calls}' for code, calls in sorted(ended.items()))}")

    def _run(self) -> Kamailio:
        place, folder = self._place, self._folder / f"run-{next(self._runs)}"
        mends = {"behind_nat": place.behind_router, "fix_description": place.behind_router}
        return Kamailio(folder, self._users, address=place.address, port=self._port, **mends)  # type: ignore[arg-type]

    def _requests(self, method: str) -> list[SipMessage]:
        return [each.message for each in self._kamailio.sip_trace if each.message.is_request and each.message.method == method]

    def _seen(self, method: str, name: str, part: str) -> list[SipMessage]:
        return [
            message for message in self._requests(method) if not name or any(part in value for value in message.headers.all(name))
        ]
