"""The device's certificate as a TLS context. The device made it and keeps it; here it lives in memory only."""

import os
import ssl
import time

from firmware.client import DeviceAbsent
from firmware.orders import OrderRefused
from firmware.web.door import Door

_KEPT_S = 3600.0


class Certificate:
    """Asked for at the first TLS connection, and now and then anew, as the device renews it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._context: ssl.SSLContext | None = None
        self._asked_s = 0.0

    async def context(self) -> ssl.SSLContext | None:
        """None while nobody has one to give."""
        if self._context is None or time.monotonic() - self._asked_s > _KEPT_S:
            try:
                pair = await self._door.ask("access.certificate")
                self._context = _context(pair["certificate"] + pair["key"])
                self._asked_s = time.monotonic()
            except (DeviceAbsent, OrderRefused, ssl.SSLError):
                pass  # the one we have serves on
        return self._context


def _context(pem: str) -> ssl.SSLContext:
    """OpenSSL reads a chain from files only: this one is in memory and has no name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    file = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(file, pem.encode())
        context.load_cert_chain(f"/proc/self/fd/{file}")
    finally:
        os.close(file)
    return context
