"""API tokens: random words, kept as their SHA-256 only, since nobody can guess what is hashed. Plain data; it knows no file."""

import hashlib
import secrets
from dataclasses import dataclass

PREFIX = "kl_"
SCOPES = ("read", "call", "admin")
MOST_TOKENS = 50


@dataclass(frozen=True)
class Token:
    id: str
    name: str
    scope: str
    made_at: str
    """UTC, ISO 8601."""
    digest: str


def new_token(name: str, scope: str, now: str) -> tuple[str, Token]:
    """The word, to be told once, and what is kept of it."""
    word = PREFIX + secrets.token_urlsafe(32)
    return word, Token(secrets.token_hex(6), name, scope, now, digest_of(word))


def digest_of(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
