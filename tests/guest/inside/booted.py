"""The installed device as systemd booted it: ready, fed, heard; killed, stopped and back; what it costs while nobody calls.

python -m tests.guest.inside.booted SECONDS|again    in a guest whose first process is systemd, once keepline.service has said it is ready
SECONDS: of idling, looked at for what is written; again: only when dial tone was heard
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import time
import urllib.request
from pathlib import Path

from tests.guest.inside.box import DEVICE, HEALTH, PAGE, PAGE_PORT, is_active, pid, shown, stamp_s, system
from tests.guest.inside.telephone import SOUND, Telephone
from tests.peers.sound import strongest_hz

BACK_WITHIN_S = 60.0
STARTS = 5
DIAL_HZ, LISTEN_S = 425, 0.5
SECTOR_BYTES = 512
PAGE_AT = f"http://127.0.0.1:{PAGE_PORT}/"


def hears_dial_tone(phone: Telephone) -> bool:
    """Lift for at most a second; put back."""
    since = phone.heard_samples
    phone.lift()
    try:
        phone.wait(lambda: sounds(phone, since), "dial tone", 1.0)
    except AssertionError:
        return False
    finally:
        phone.replace()
    return True


def sounds(phone: Telephone, since: int) -> bool:
    """Whether anything was heard since that sample."""
    return bool((abs(phone.heard(since)) > SOUND).any())


def start_to_dial_tone_s(phone: Telephone) -> float:
    """From the start of the process to the tone at the ear, the handset being lifted before: nothing of the system's own boot is in it."""
    system("systemctl", "stop", DEVICE)
    since = phone.heard_samples
    phone.lift()
    system("systemctl", "start", "--no-block", DEVICE)
    heard_s = phone.wait(lambda: sounds(phone, since), "dial tone", BACK_WITHIN_S)
    hz = strongest_hz(phone.listen(LISTEN_S))
    assert abs(hz - DIAL_HZ) < 10, f"dial tone is {hz} Hz"
    phone.replace()
    phone.wait(lambda: is_active(DEVICE), "readiness", BACK_WITHIN_S)
    return round(heard_s - stamp_s(DEVICE, "ExecMainStartTimestamp"), 2)


def back_after(phone: Telephone, number: signal.Signals) -> float:
    """Seconds from the signal to the next dial tone of another process."""
    before, sent_s = pid(), time.monotonic()
    os.kill(before, number)
    phone.wait(lambda: pid() not in {0, before}, "another process", BACK_WITHIN_S)
    phone.wait(lambda: hears_dial_tone(phone), "dial tone", BACK_WITHIN_S)
    phone.wait(lambda: is_active(DEVICE), "readiness", BACK_WITHIN_S)
    return round(time.monotonic() - sent_s, 1)


def memory_mb(unit: str) -> float:
    status = Path(f"/proc/{shown(unit, 'MainPID')}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)


def written_bytes() -> int:
    """By everyone, to the guest's disk."""
    return SECTOR_BYTES * int(Path("/sys/block/ubda/stat").read_text().split()[6])


def changed(since: Path) -> list[str]:
    """Files and folders of the disk that changed since that file was made, in what they hold or in what is said of them."""
    found = system("find", "/", "-xdev", "(", "-newer", str(since), "-o", "-cnewer", str(since), ")").split("\n")[:-1]
    return sorted(path for path in found if not Path(path).is_mount())


def idle(seconds: float) -> dict[str, object]:
    """What goes to the disk while nobody calls, page, health check and timers running; and that the watchdog is fed meanwhile."""
    os.sync()
    mark = Path("/run/idle-since")
    mark.touch()
    disk, fed_s, checked_s = written_bytes(), stamp_s(DEVICE, "WatchdogTimestamp"), stamp_s(HEALTH, "InactiveEnterTimestamp")
    time.sleep(seconds)  # idling is what is looked at
    os.sync()
    written, paths = written_bytes() - disk, changed(mark)
    ours = [path for path in paths if path.startswith(("/var/lib/keepline", "/etc/keepline"))]
    assert not ours, f"the idle device wrote {ours}"
    fed_later_s = stamp_s(DEVICE, "WatchdogTimestamp")
    assert fed_later_s > fed_s + seconds / 2, f"the watchdog was fed at {fed_s:.1f} s and {fed_later_s:.1f} s only"
    return {
        "seconds": seconds,
        "bytes_written": written,
        "bytes_an_hour": round(written * 3600 / seconds),
        "changed": paths,
        "health_checked": stamp_s(HEALTH, "InactiveEnterTimestamp") > checked_s,
    }


def again() -> dict[str, object]:
    """Seconds from the moment the power came to the dial tone; then the plug may be pulled."""
    with Telephone() as phone:
        phone.wait(lambda: hears_dial_tone(phone), "dial tone", BACK_WITHIN_S)
        return {"power_to_dial_tone_s": round(time.monotonic(), 1)}


def whole(idle_s: float) -> dict[str, object]:
    """Everything, in turn."""
    figures: dict[str, object] = {"init": Path("/proc/1/comm").read_text().strip()}
    for unit in (DEVICE, PAGE):
        assert is_active(unit), system("journalctl", "-u", unit, "-n", "30", "--no-pager")
    assert shown(DEVICE, "Type") == "notify"
    figures["failed_units"] = system("systemctl", "list-units", "--failed", "--plain", "--no-legend").split("\n")[:-1]
    figures["boot_to_ready_s"] = round(stamp_s(DEVICE, "ActiveEnterTimestamp"), 1)
    figures["start_to_ready_s"] = round(stamp_s(DEVICE, "ActiveEnterTimestamp") - stamp_s(DEVICE, "ExecMainStartTimestamp"), 1)
    with urllib.request.urlopen(PAGE_AT, timeout=30) as answer:
        figures["page"] = answer.status
    with Telephone() as phone:
        phone.wait(lambda: hears_dial_tone(phone), "dial tone")
        figures["dial_tone_without_network"] = True
        figures["memory_mb"], figures["page_memory_mb"] = memory_mb(DEVICE), memory_mb(PAGE)
        figures["idle"] = idle(idle_s)
        figures["kill_to_dial_tone_s"] = back_after(phone, signal.SIGKILL)
        figures["stop_to_dial_tone_s"] = back_after(phone, signal.SIGSTOP)
        figures["restarts"] = int(shown(DEVICE, "NRestarts"))
        starts_s = [start_to_dial_tone_s(phone) for _ in range(STARTS)]
        figures["start_to_dial_tone_s"] = {"median": statistics.median(starts_s), "most": max(starts_s), "starts": STARTS}
    return figures


def main() -> int:
    print(json.dumps(again() if "again" in sys.argv else whole(float(sys.argv[1]))))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
