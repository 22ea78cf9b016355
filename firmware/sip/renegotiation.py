"""What the far end is told in the middle of a call, by re-INVITE: that it is held, that only G.711 will do, that we have moved, and back.

One re-INVITE is under way at a time (RFC 3261 section 14), and the far end's may cross ours; so what is wanted and what has been told are kept
apart here, and asking goes on until they agree. Which caller is held, and what he hears meanwhile, is decided elsewhere.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pjsua2 as pj

log = logging.getLogger("keepline.sip")

_BUSY_S = 0.2
"""How soon to ask the engine again that has another request under way."""

REQUEST_PENDING = 491
_INVITE_PENDING = 500
"""Said too while the far end waits for the ACK of an earlier re-INVITE (RFC 3261 section 14.2); by some, for other reasons."""
_MOST_PENDING = 4

_CHALLENGES = frozenset({401, 407})

_UNKNOWN = "?"


@dataclass(frozen=True)
class Terms:
    """What a far end should know."""

    held: bool = False
    fax: bool = False
    address: str = ""
    """Where our voice comes from; empty: as the engine says, there being one way only."""
    sockets: int = 0
    """Counts the sockets the call has had: a step up makes new ones."""


class Renegotiation:
    """The talk about one call. `send` sends a re-INVITE or raises pj.Error; `stop` must be called when the call is over."""

    def __init__(self, *, caller: bool, has_login: bool = False) -> None:
        self.wanted = Terms()
        self.told = Terms()
        self._caller = caller
        self._has_login = has_login
        self._challenged = False
        self._pending = 0
        self._under_way: Terms | None = None
        self._timer: asyncio.TimerHandle | None = None

    def go_on(self, send: Callable[[Terms], None]) -> None:
        """Ask for what is wanted, if that is not known to the far end and nothing is under way."""
        self.stop()
        if self._under_way is not None or self.wanted == self.told:
            return
        try:
            send(self.wanted)
        except pj.Error:
            self._later(_BUSY_S, send)
        else:
            self._under_way, self._challenged = self.wanted, False

    def start_from(self, address: str) -> None:
        """The call begins at this address, which its first description tells."""
        self.wanted = self.told = replace(self.told, address=address)

    def move(self, address: str, *, new_sockets: bool) -> None:
        """Want the far end to know of a new address, even if it knew of it once. What is under way is forgotten; the caller abandons it."""
        self.stop()
        self._under_way = None
        self.told = replace(self.told, address=_UNKNOWN)
        self._pending = 0
        self.wanted = replace(self.wanted, address=address, sockets=self.wanted.sockets + new_sockets)

    @property
    def is_under_way(self) -> bool:
        return self._under_way is not None

    def is_challenge(self, status: int) -> bool:
        """Whether the engine logs in and asks again, so that this answer is not the last."""
        first = self._under_way is not None and not self._challenged
        return status in _CHALLENGES and self._has_login and first

    def answered(self, status: int, send: Callable[[Terms], None]) -> None:
        """The final answer to an INVITE within the call."""
        if self.is_challenge(status):
            self._challenged = True
            return
        asked, self._under_way = self._under_way, None
        if asked is None:
            return
        if self.is_pending(status):
            self._pending += 1
            self._later(self._patience_s(status), send)
            return
        self._pending = 0
        if status // 100 != 2:
            log.info("the far end refused a re-INVITE with %s", status)
        self.told = asked  # refused for good: asking again would not help
        self._later(0, send)

    def is_pending(self, status: int) -> bool:
        """Whether to ask again: the two ends were asking each other at the same time."""
        return status == REQUEST_PENDING or (status == _INVITE_PENDING and self._pending < _MOST_PENDING)

    def stop(self) -> None:
        """Ask no more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _later(self, delay_s: float, send: Callable[[Terms], None]) -> None:
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(delay_s, self.go_on, send)

    def _patience_s(self, status: int) -> float:
        """RFC 3261 section 14.1: he who made the Call-ID waits longer, so that the two do not meet again."""
        # S311: no secret.
        if status == _INVITE_PENDING:
            return random.uniform(0.3, 0.7)  # noqa: S311
        return random.uniform(2.1, 4.0) if self._caller else random.uniform(0.0, 2.0)  # noqa: S311
