"""The control socket's `mqtt.settings`: which broker hears of us, with the certificates read here, as the page's process may not read the files.

It speaks to no broker; a file that cannot be used is told as a sentence in `wrong`.
"""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

from firmware.settings.model import Mqtt, Settings

_MOST_BYTES = 256 * 1024


class MqttOrders:
    """`settings` gives them as they now hold."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings

    async def settings(self) -> object:
        """With the broker's password: whoever may open the control socket may do everything else too."""
        mqtt = self._settings().mqtt
        told: dict[str, object] = {
            "server": mqtt.server,
            "security": mqtt.security,
            "user": mqtt.user,
            "password": mqtt.password.reveal(),
            "topic": mqtt.topic,
            "discovery": mqtt.discovery,
            "numbers": mqtt.numbers,
        }
        return told | await asyncio.to_thread(_certificates, mqtt)


class _Unusable(Exception):
    """The file cannot be used: correct the key that names it."""


def _certificates(mqtt: Mqtt) -> dict[str, str]:
    try:
        authorities, identity = _authorities(mqtt.tls_ca_file), _identity(mqtt.tls_certificate_file, mqtt.tls_key_file)
    except _Unusable as problem:
        return {"authorities": "", "identity": "", "wrong": str(problem)}
    return {"authorities": authorities, "identity": identity, "wrong": ""}


def _authorities(path: str) -> str:
    if not path:
        return ""
    pem = _read("tls_ca_file", path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError) as error:
        raise _Unusable(f"[mqtt] tls_ca_file: {path} holds no certificate that can be read") from error
    return pem


def _identity(certificate: str, key: str) -> str:
    """Certificate and key in one text."""
    if not certificate:
        return ""
    pem = f"{_read('tls_certificate_file', certificate)}\n{_read('tls_key_file', key)}"
    try:
        # a key with a passphrase must not ask the terminal
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, ValueError, OSError) as error:
        raise _Unusable(f"[mqtt] tls_key_file: {key} is no key that fits the certificate in {certificate}") from error
    return pem


def _read(key: str, path: str) -> str:
    try:
        with Path(path).open(encoding="ascii", errors="replace") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise _Unusable(f"[mqtt] {key}: {path} cannot be read: {(error.strerror or str(error)).lower()}") from error
