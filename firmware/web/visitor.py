"""Who asks, and what they may do. Plain data; it knows no request and no secret."""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """What a visitor may do; each holds those before it."""

    READ = "read"
    CALL = "call"
    ADMIN = "admin"


class How(Enum):
    """How a visitor was known."""

    NOBODY = "nobody"
    SESSION = "session"
    SETUP = "setup"
    """By the code on the label, before there is a password."""
    TOKEN = "token"  # noqa: S105 (a word)
    DEMO = "demo"
    LOOPBACK = "loopback"
    """From this machine, for the figures only."""


@dataclass(frozen=True)
class Visitor:
    """`csrf` must come back with every order of a browser; a script with a token has none."""

    how: How = How.NOBODY
    scopes: frozenset[Scope] = frozenset()
    csrf: str = ""
    session: str = ""
    secure: bool = False
    """Whether the session goes over TLS."""
    token: str = ""
    """The id of the token, by which it can be revoked."""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    @property
    def known(self) -> bool:
        return self.how is not How.NOBODY


NOBODY = Visitor()

_HELD = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.CALL: frozenset({Scope.READ, Scope.CALL}),
    Scope.ADMIN: frozenset({Scope.READ, Scope.CALL, Scope.ADMIN}),
}


def scopes_of(word: str) -> frozenset[Scope]:
    """All that a scope holds; nothing for a word that is none."""
    return next((held for scope, held in _HELD.items() if scope.value == word), frozenset())


EVERYTHING = _HELD[Scope.ADMIN]
