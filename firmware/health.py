"""Asks from outside whether device and page answer, as their users would, and restarts what does not. The watchdog sees a device that hangs; this sees
one that answers nobody, and a page that hangs. What was found is kept in a file of the run-time folder; the rule is `core.health`.
"""

import http.client
import json
import logging
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from firmware.client import Client, DeviceAbsent
from firmware.core.health import Record, checked
from firmware.orders import OrderRefused
from firmware.state_folder import control_socket

log = logging.getLogger("keepline.health")

DEVICE, PAGE = "keepline.service", "keepline-web.service"
_PATIENCE_S = 10.0

Check = Callable[[], str]
"""Why the part cannot be used; "" if it can."""


def device_check(state: Path, patience_s: float = _PATIENCE_S) -> str:
    """As `keepline status --json` asks."""
    try:
        with Client(control_socket(state)) as client:
            status = client.ask("status", patience_s)
    except (DeviceAbsent, OrderRefused, OSError) as error:
        return str(error)
    return "" if status.get("ready") else "it is not ready"


def page_check(port: int) -> str:
    """Any answer of HTTP will do: what it says depends on who asks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/login")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        return f"the page does not answer: {error or type(error).__name__}"
    finally:
        connection.close()
    return ""


def check_all(checks: Mapping[str, Check], kept: Path, restart: Callable[[str], None]) -> Mapping[str, str]:
    """Every unit's trouble, "" if it has none. What is due is restarted."""
    records, found = _read(kept), {unit: check() for unit, check in checks.items()}
    for unit, trouble in found.items():
        records[unit], due = checked(records.get(unit, Record()), answers=not trouble)
        if trouble:
            log.warning("%s: %s (%s)", unit, trouble, "restarted" if due else f"seen {records[unit].failures} times")
        if due:
            restart(unit)
    _keep(kept, records)
    return found


def restart_unit(unit: str) -> None:
    """Only one that runs: what its owner has stopped stays stopped."""
    subprocess.run(["systemctl", "--no-block", "try-restart", unit], check=False)  # noqa: S603, S607 - names of ours


def _read(path: Path) -> dict[str, Record]:
    try:
        return {unit: Record(**record) for unit, record in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep(path: Path, records: Mapping[str, Record]) -> None:
    try:
        path.write_text(json.dumps({unit: asdict(record) for unit, record in records.items()}), encoding="utf-8")
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error.strerror)
