"""The box that systemd booted, as its bench asks it: its units, its control socket, its journal. It knows no wire and no proof."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware.client import Client, DeviceAbsent
from firmware.orders import OrderRefused

if TYPE_CHECKING:
    from collections.abc import Callable

DEVICE, PAGE, HEALTH = "keepline.service", "keepline-web.service", "keepline-health.service"
PAGE_PORT = 8080
ANSWERS_WITHIN_S = 70.0
"""Longer than any try to join a Wi-Fi."""
STATE, SETTINGS = Path("/var/lib/keepline"), Path("/etc/keepline/keepline.toml")


def shown(unit: str, name: str) -> str:
    """A property of a unit."""
    return system("systemctl", "show", unit, "--property", name, "--value").strip()


def stamp_s(unit: str, name: str) -> float:
    """A moment systemd wrote down, in monotonic seconds."""
    return int(shown(unit, f"{name}Monotonic")) / 1e6


def pid() -> int:
    return int(shown(DEVICE, "MainPID"))


def is_active(unit: str) -> bool:
    return shown(unit, "ActiveState") == "active"


def system(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert not done.returncode, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


def ask(do: str, **given: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """{} while no device answers."""
    try:
        with Client(STATE / "control.sock") as client:
            return client.ask(do, ANSWERS_WITHIN_S, **given)
    except (DeviceAbsent, OrderRefused, OSError):
        return {}


def until(holds: Callable[[], object], what: str, timeout_s: float = 60.0) -> float:
    """Looked at every 20 ms: systemd and the kernel tell nobody of us. Seconds it took."""
    began_s = time.monotonic()
    while not holds():
        if time.monotonic() > began_s + timeout_s:
            raise AssertionError(f"{what}: not within {timeout_s:g} s")
        time.sleep(0.02)
    return round(time.monotonic() - began_s, 1)


def journal() -> str:
    return system("journalctl", "-n", "60", "--no-pager", "-o", "cat")
