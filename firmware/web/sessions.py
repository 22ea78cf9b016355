"""Who is signed in: sessions in memory, with an idle and an absolute end. Ended with this process; knows no password and no cookie's name."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from firmware.web.visitor import EVERYTHING, How, Visitor

IDLE_S = 30 * 60
LONGEST_S = 12 * 3600
MOST_SESSIONS = 200


@dataclass
class _Session:
    csrf: str
    how: How
    secure: bool
    began_s: float
    used_s: float


class Sessions:
    """`clock_s` is a monotonic clock. Words are kept as their SHA-256 only."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._sessions: dict[str, _Session] = {}

    def begin(self, how: How, *, secure: bool) -> str:
        """A new session's word, for the cookie. One that went over TLS is good there only, and one that did not is not."""
        self._drop_ended()
        while len(self._sessions) >= MOST_SESSIONS:
            self._sessions.pop(min(self._sessions, key=lambda name: self._sessions[name].used_s))
        word, now = secrets.token_urlsafe(32), self._clock_s()
        self._sessions[_name(word)] = _Session(secrets.token_urlsafe(24), how, secure, now, now)
        return word

    def visitor(self, word: str, *, secure: bool, used: bool = True) -> Visitor | None:
        """Who the word stands for; None when it never was, or has ended. `used` counts as a sign of life."""
        name = _name(word)
        session = self._sessions.get(name)
        if session is None or session.secure != secure:
            return None
        if self._ended(session):
            del self._sessions[name]
            return None
        if used:
            session.used_s = self._clock_s()
        return Visitor(session.how, EVERYTHING, session.csrf, word, secure)

    def end(self, word: str) -> None:
        self._sessions.pop(_name(word), None)

    def end_all_but(self, word: str) -> None:
        """The password changed."""
        kept = self._sessions.get(_name(word))
        self._sessions = {_name(word): kept} if kept else {}

    def _ended(self, session: _Session) -> bool:
        now = self._clock_s()
        return now - session.used_s > IDLE_S or now - session.began_s > LONGEST_S

    def _drop_ended(self) -> None:
        self._sessions = {name: session for name, session in self._sessions.items() if not self._ended(session)}


def _name(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
