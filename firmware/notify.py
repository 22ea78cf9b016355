"""Tells systemd how the process is (sd_notify(3)): one datagram to the socket it names. Knows nothing of the device."""

import contextlib
import os
import socket


def watchdog_interval_ms() -> float:
    """How often the service manager wants to hear of us (half of WATCHDOG_USEC, as sd_watchdog_enabled(3) advises); 0: it does not."""
    wanted = os.environ.get("WATCHDOG_USEC", "")
    meant = os.environ.get("WATCHDOG_PID", "") in {"", str(os.getpid())}
    return int(wanted) / 2000 if wanted.isdigit() and meant else 0


def tell_service_manager(state: str) -> None:
    """Send `state` such as "READY=1"; without a service manager, or if it does not listen, nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        sender.send(state.encode())
