"""The life of one registration: when to try, when to wait and for how long, when to stop asking.

Pure: outcomes in, what to do next out. Waits grow by doubling with a random part (RFC 5626 section 4.5 gives the shape); a refused password is asked
again only rarely, so that a wrong setting never hammers a provider. It does not know who sends REGISTER.
"""

from dataclasses import dataclass
from enum import Enum


class RegistrationPhase(Enum):
    UNREGISTERED = "unregistered"
    REGISTERING = "registering"
    REGISTERED = "registered"
    WAITING = "waiting"
    """The last try failed; another follows after a wait."""
    REFUSED = "refused"
    """The registrar says no to us, not to the moment: only a changed setting helps, and we rarely ask again."""


@dataclass(frozen=True)
class Registration:
    phase: RegistrationPhase = RegistrationPhase.UNREGISTERED
    failures: int = 0
    status: int = 0
    """The SIP status of the last answer; 0 before the first."""
    wait_ms: int = 0
    """How long to wait before the next try, in WAITING and REFUSED."""


RETRY_FIRST_MS = 2_000
RETRY_MOST_MS = 60_000
REFUSED_FIRST_MS = 300_000
REFUSED_MOST_MS = 3_600_000
RETRY_AFTER_MOST_S = 3_600
"""A registrar that asks for more (RFC 3261 section 20.33 sets no bound) would silence the telephone by one wrong number."""

_REFUSALS = frozenset({401, 403, 404, 407, 410, 485, 604})
"""Statuses that a later identical REGISTER would earn again: password, permission, unknown user."""

_PASSWORD = "the server did not accept the user or password"  # noqa: S105 (a sentence)
_UNKNOWN = "the server does not know this user"
_WORDS: dict[int, str] = {
    401: _PASSWORD,
    403: "the server refuses this user: the user, the password or the account itself is not accepted",
    404: _UNKNOWN,
    407: _PASSWORD,
    408: "the server does not answer",
    410: "the server no longer has this user",
    423: "the server wants registrations to last longer than it accepts",
    485: _UNKNOWN,
    503: "the server is overloaded or out of service",
    504: "a server behind the server did not answer in time",
    604: _UNKNOWN,
}
_CLASSES = {3: "the server has moved elsewhere", 5: "the server had an error"}


def words_of(status: int) -> str:
    """Why a registration failed, for the owner, by the meaning of the status in RFC 3261 section 21."""
    return _WORDS.get(status) or _CLASSES.get(status // 100, "the server does not take the registration")


def started(registration: Registration) -> Registration:
    """A REGISTER left."""
    return Registration(RegistrationPhase.REGISTERING, registration.failures, registration.status)


def succeeded(_registration: Registration) -> Registration:
    """A 2xx with our Contact came."""
    return Registration(RegistrationPhase.REGISTERED, 0, 200)


def failed(registration: Registration, status: int, retry_after_s: int, chance: float) -> Registration:
    """A REGISTER failed with `status` (0 or 5xx/408 also for an unreachable server).

    `retry_after_s` is the registrar's Retry-After (0: none); `chance` in 0..1 spreads many devices over the wait.
    """
    refused = status in _REFUSALS
    first_ms, most_ms = (REFUSED_FIRST_MS, REFUSED_MOST_MS) if refused else (RETRY_FIRST_MS, RETRY_MOST_MS)
    longest_ms = min(most_ms, first_ms * 2 ** min(registration.failures, 16))
    wait_ms = max(int(longest_ms * (0.5 + chance / 2)), min(retry_after_s, RETRY_AFTER_MOST_S) * 1000)
    phase = RegistrationPhase.REFUSED if refused else RegistrationPhase.WAITING
    return Registration(phase, registration.failures + 1, status, wait_ms)


def stopped(_registration: Registration) -> Registration:
    """We unregistered, or the account was taken away."""
    return Registration()
