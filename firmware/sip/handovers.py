"""All calls when the uplink changes: those that talk are moved, those that ring are answered by another way or dialed anew.

It knows the calls and whom they reach, and nothing of routes; how one call that talks is moved is `sip.handover`.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Protocol

import pjsua2 as pj

from firmware.sip.account import Account
from firmware.sip.account_config import uri_of
from firmware.sip.call import Call
from firmware.sip.engine import explain
from firmware.sip.handover import Handover, Way
from firmware.sip.invite import sender_of
from firmware.sip.news import CallMoved, CallStranded

log = logging.getLogger("keepline.sip")

_CANCEL_FIRST_S = 0.1
"""A telephone that rings is busy to the same call dialed anew, until it has heard of the end of the first."""


class Home(Protocol):
    """The registry of calls."""

    def make_heir(self, call: Call, handle: str, number: str) -> Call: ...
    def succeed(self, handle: str) -> None: ...
    def settle(self) -> None: ...
    def account_of(self, call: Call) -> Account | None: ...


class Handovers:
    """`tell` gets how it went."""

    def __init__(self, home: Home, tell: Callable[[CallMoved | CallStranded], None]) -> None:
        self._home = home
        self._tell = tell
        self._running: dict[str, tuple[Handover, Call]] = {}
        self._awaited: dict[str, tuple[str, float]] = {}
        self._numbers = itertools.count(1)

    def move(self, call: Call, bearer: str, address: str) -> None:
        """Take a call to the uplink that its account has been moved to."""
        self.forget(call.handle)
        if call.is_over:
            return
        if call.established:
            same_family = _same_family(call.talk.wanted.address, address)
            self._start(call, Way(bearer, address, same_family=same_family, needs_keys=call.keys_by_dtls))
        elif call.is_placed:
            self._place_anew(call, bearer)
        else:
            call.follow(address)

    def _start(self, call: Call, way: Way) -> None:
        account = self._home.account_of(call)
        handover = Handover(
            call,
            way,
            lambda: account is not None and account.is_registered,
            lambda name, began_s: self._redial(call, name, began_s),
            self._end,
        )
        self._running[call.handle] = (handover, call)
        handover.start()

    def _end(self, news: CallMoved | CallStranded) -> None:
        if isinstance(news, CallMoved):
            self._running.pop(news.handle, None)
        else:
            log.warning("%s: %s", news.handle, news.reason)
        self._tell(news)

    def registered(self, account: Account) -> None:
        """An account is registered by the new uplink."""
        for handover, call in list(self._running.values()):
            if call.settings is account.settings:
                handover.registered()

    def established(self, handle: str) -> None:
        """A call that was dialed anew talks: it has moved."""
        if handle in self._awaited:
            bearer, began_s = self._awaited.pop(handle)
            now_s = asyncio.get_running_loop().time()
            self._tell(CallMoved(handle, bearer, "redial", round(1000 * (now_s - began_s))))

    def forget(self, handle: str) -> None:
        """The call is over, or moves again."""
        running = self._running.pop(handle, None)
        if running:
            running[0].stop()
        self._awaited.pop(handle, None)

    def stop(self) -> None:
        for handle in list(self._running):
            self.forget(handle)

    def _place_anew(self, call: Call, bearer: str) -> None:
        """The answers to an INVITE go where it came from, to the uplink that is gone: it is canceled by the new one and sent again."""
        call.follow(call.talk.wanted.address)
        reason = self._redial(call, bearer, asyncio.get_running_loop().time())
        if reason:
            self._tell(CallStranded(call.handle, reason))

    def _redial(self, call: Call, bearer: str, began_s: float) -> str:
        """Let a new call to the same number take this one's place; returns why not."""
        account = self._home.account_of(call)
        if account is None or account.engine_account is None:
            return "the account is gone"
        if not call.far_number:
            return "nobody knows the number of the far end, so it cannot be called again"
        heir = self._home.make_heir(call, f"mov-{next(self._numbers)}", call.far_number)
        self._awaited[heir.handle] = (bearer, began_s)
        self._home.succeed(call.handle)
        call.end()
        asyncio.get_running_loop().call_later(_CANCEL_FIRST_S, self._place, heir)
        return ""

    def _place(self, heir: Call) -> None:
        """A call that cannot be placed ends as any other: its news say so."""
        if heir.is_over:
            return
        sender = sender_of(heir.settings, heir.asked)
        try:
            heir.place(uri_of(heir.settings, heir.asked.digits), sender.headers, sender.from_uri)
        except pj.Error as error:
            heir.fail(503, explain(error))
        self._home.settle()


def _same_family(one: str, other: str) -> bool:
    return (":" in one) == (":" in other)
