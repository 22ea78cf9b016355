"""What is asked for a dialed number, and where it goes: the words between star codes, router and calls. Data only."""

from dataclasses import dataclass
from typing import Protocol

from firmware.core.events import EndCause
from firmware.sip.invite import Invite


@dataclass(frozen=True)
class Wish:
    """What star codes before a number ask of this one call; None: as usual."""

    account: str = ""
    hidden: bool | None = None
    call_waiting: bool | None = None
    canceller: bool = True


@dataclass(frozen=True)
class Way:
    """Where a dialed number goes: the account and the INVITE, what the log calls the number, and how long the call may last (0: no limit)."""

    account: str
    invite: Invite
    number: str
    limit_s: float = 0
    emergency: bool = False


@dataclass(frozen=True)
class NoWay:
    """Why a number is not called: for the listener, the log, and what the box says."""

    cause: EndCause
    sentence: str
    prompt: str


class Router(Protocol):
    def find(self, line: int, digits: str, wish: Wish) -> Way | NoWay: ...
