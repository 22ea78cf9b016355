"""The installed device as systemd booted it: ready, fed, heard; killed, stopped and back; what it costs while nobody calls.

python -m tests.guest.inside.booted [again]    in a guest whose first process is systemd, once keepline.service has said it is ready
again: only when dial tone was heard
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.guest.inside.telephone import SOUND, Telephone

DEVICE, PAGE = "keepline.service", "keepline-web.service"
BACK_WITHIN_S = 60.0
IDLE_S = 60.0
SECTOR_BYTES = 512
PAGE_AT = "http://127.0.0.1:8080/"


def shown(unit: str, name: str) -> str:
    """A property of a unit."""
    return subprocess.run(
        ["systemctl", "show", unit, "--property", name, "--value"], capture_output=True, text=True, check=True
    ).stdout.strip()


def stamp_s(unit: str, name: str) -> float:
    """A moment systemd wrote down, in monotonic seconds."""
    return int(shown(unit, f"{name}Monotonic")) / 1e6


def pid() -> int:
    return int(shown(DEVICE, "MainPID"))


def hears_dial_tone(phone: Telephone) -> bool:
    """Lift for at most a second; put back."""
    since = phone.heard_samples
    phone.lift()
    try:
        phone.wait(lambda: bool((abs(phone.heard(since)) > SOUND).any()), "dial tone", 1.0)
    except AssertionError:
        return False
    finally:
        phone.replace()
    return True


def back_after(phone: Telephone, number: signal.Signals) -> float:
    """Seconds from the signal to the next dial tone of another process."""
    before, sent_s = pid(), time.monotonic()
    os.kill(before, number)
    phone.wait(lambda: pid() not in {0, before}, "another process", BACK_WITHIN_S)
    phone.wait(lambda: hears_dial_tone(phone), "dial tone", BACK_WITHIN_S)
    phone.wait(lambda: shown(DEVICE, "ActiveState") == "active", "readiness", BACK_WITHIN_S)
    return round(time.monotonic() - sent_s, 1)


def memory_mb(unit: str) -> float:
    status = Path(f"/proc/{shown(unit, 'MainPID')}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)


def written_bytes() -> int:
    """By everyone, to the guest's disk."""
    return SECTOR_BYTES * int(Path("/sys/block/ubda/stat").read_text().split()[6])


def changed_files(since: Path) -> list[str]:
    """Files of the disk that changed since that file was made."""
    found = subprocess.run(["find", "/", "-xdev", "-type", "f", "-newer", since], capture_output=True, text=True, check=True)
    return sorted(found.stdout.split())


def idle(figures: dict[str, object]) -> None:
    """What is written while nobody calls, and that the watchdog is fed meanwhile."""
    subprocess.run(["sync"], check=True)
    mark = Path("/run/idle-since")
    mark.touch()
    disk, fed_s = written_bytes(), stamp_s(DEVICE, "WatchdogTimestamp")
    time.sleep(IDLE_S)  # the idle minute is what is looked at
    subprocess.run(["sync"], check=True)
    figures["system_bytes_an_idle_hour"] = round((written_bytes() - disk) * 3600 / IDLE_S)
    figures["files_changed_while_idle"] = changed_files(mark)
    ours = [path for path in changed_files(mark) if path.startswith(("/var/lib/keepline", "/etc/keepline"))]
    assert not ours, f"the idle device wrote {ours}"
    fed_later_s = stamp_s(DEVICE, "WatchdogTimestamp")
    assert fed_later_s > fed_s + IDLE_S / 2, f"the watchdog was fed at {fed_s:.1f} s and {fed_later_s:.1f} s only"


def again() -> dict[str, object]:
    """Seconds from the moment the power came to the dial tone; then the plug may be pulled."""
    with Telephone() as phone:
        phone.wait(lambda: hears_dial_tone(phone), "dial tone", BACK_WITHIN_S)
        return {"power_to_dial_tone_s": round(time.monotonic(), 1)}


def whole() -> dict[str, object]:
    """Everything, in turn."""
    figures: dict[str, object] = {"init": Path("/proc/1/comm").read_text().strip()}
    for unit in (DEVICE, PAGE):
        assert shown(unit, "ActiveState") == "active", subprocess.run(
            ["journalctl", "-u", unit, "-n", "30", "--no-pager"], capture_output=True, text=True, check=False
        ).stdout
    assert shown(DEVICE, "Type") == "notify"
    figures["failed_units"] = subprocess.run(
        ["systemctl", "list-units", "--failed", "--plain", "--no-legend"], capture_output=True, text=True, check=True
    ).stdout.split("\n")[:-1]
    figures["boot_to_ready_s"] = round(stamp_s(DEVICE, "ActiveEnterTimestamp"), 1)
    figures["start_to_ready_s"] = round(stamp_s(DEVICE, "ActiveEnterTimestamp") - stamp_s(DEVICE, "ExecMainStartTimestamp"), 1)
    with urllib.request.urlopen(PAGE_AT, timeout=30) as answer:
        figures["page"] = answer.status
    with Telephone() as phone:
        phone.wait(lambda: hears_dial_tone(phone), "dial tone")
        figures["dial_tone_without_network"] = True
        figures["memory_mb"], figures["page_memory_mb"] = memory_mb(DEVICE), memory_mb(PAGE)
        idle(figures)
        figures["kill_to_dial_tone_s"] = back_after(phone, signal.SIGKILL)
        figures["stop_to_dial_tone_s"] = back_after(phone, signal.SIGSTOP)
    figures["restarts"] = int(shown(DEVICE, "NRestarts"))
    return figures


def main() -> int:
    print(json.dumps(again() if "again" in sys.argv else whole()))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
