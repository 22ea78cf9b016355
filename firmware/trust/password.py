"""The page's password as an argon2id hash. Slow on purpose: call it beside the deciding thread. The only file that knows argon2."""

import argon2

SHORTEST, LONGEST = 8, 256

_HASHER = argon2.PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
"""32 MiB and three passes: more than the 19 MiB and two passes of OWASP's Password Storage Cheat Sheet, and bearable with 512 MB of memory."""


def hash_of(password: str) -> str:
    return _HASHER.hash(password)


def matches(hashed: str, password: str) -> bool:
    """Whether the password is the one; a hash that is none matches nothing."""
    try:
        return _HASHER.verify(hashed, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def weakness(password: str) -> str:
    """Why the password cannot be taken, as a sentence; "" when it can."""
    if len(password) < SHORTEST:
        return f"The password is too short: at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"The password is too long: at most {LONGEST} characters."
    if len(set(password)) < 3 or password.casefold() in {
        "password",
        "12345678",
        "123456789",
        "1234567890",
        "qwertyui",
        "keepline",
    }:
        return "This password is among the first anybody tries; choose another."
    return ""
