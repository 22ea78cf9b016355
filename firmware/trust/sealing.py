"""Texts sealed by a passphrase, for backups that hold secrets: scrypt makes the key, ChaCha20-Poly1305 (RFC 8439) seals. Slow on purpose.

cryptography is loaded when something is sealed: 6 MB that most boxes never need.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping

SHORTEST = 8

_COST, _BLOCK, _LANES = 2**15, 8, 1
"""32 MiB (RFC 7914 section 2 names the parameters): bearable for a small board, dear for whoever guesses."""
_SALT_BYTES, _NONCE_BYTES = 16, 12


class SealBroken(Exception):
    """Wrong passphrase, or a sealed text that was changed."""


def seal(text: str, passphrase: str) -> dict[str, str]:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 - see above

    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = ChaCha20Poly1305(_key(passphrase, salt)).encrypt(nonce, text.encode(), None)
    return {"salt": _text(salt), "nonce": _text(nonce), "sealed": _text(sealed)}


def unseal(box: Mapping[str, object], passphrase: str) -> str:
    """Raises SealBroken."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 - see above

    try:
        salt, nonce, sealed = (base64.b64decode(str(box[name]), validate=True) for name in ("salt", "nonce", "sealed"))
        if len(salt) != _SALT_BYTES or len(nonce) != _NONCE_BYTES:
            raise SealBroken("the sealed part of the backup is damaged")
        return ChaCha20Poly1305(_key(passphrase, salt)).decrypt(nonce, sealed, None).decode()
    except (InvalidTag, KeyError, binascii.Error, ValueError) as error:
        raise SealBroken("the passphrase is not the one this backup was sealed with, or the backup is damaged") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=64 * 1024 * 1024, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
