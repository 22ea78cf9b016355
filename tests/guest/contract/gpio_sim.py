"""The kernel's simulated GPIO chip: made by configfs, its inputs moved and its outputs read by sysfs. Also the process that plays and watches.

python -m tests.guest.contract.gpio_sim play      moves from stdin: [[after_ms, gpio, high], ...]; prints how late the latest was, in milliseconds
python -m tests.guest.contract.gpio_sim record 17 27 ...   prints [at_ms, gpio, high] for each change until stdin ends
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from functools import cache
from pathlib import Path

CHIP = Path("/sys/kernel/config/gpio-sim/board")
LINES = 54
LOOK_S = 0.001
"""How often outputs are looked at: the simulator tells nobody of a change."""


def make_chip() -> None:
    """A chip like the Pi's, and the words by which RPi.GPIO takes it for one."""
    bank = CHIP / "bank0"
    bank.mkdir(parents=True)
    (bank / "num_lines").write_text(str(LINES))
    (bank / "label").write_text("pinctrl-bcm2711")
    (CHIP / "live").write_text("1")


def environment() -> dict[str, str]:
    """What RPi.GPIO (rpi-lgpio) must be told where there is no device tree: a Pi 4's revision, and the chip's number."""
    return {"RPI_LGPIO_REVISION": "a03111", "RPI_LGPIO_CHIP": _chip_name().removeprefix("gpiochip")}


def pull(gpio: int, *, high: bool) -> None:
    os.write(_file(gpio, "pull"), b"pull-up" if high else b"pull-down")


def is_high(gpio: int) -> bool:
    return os.pread(_file(gpio, "value"), 2, 0)[:1] == b"1"


def _chip_name() -> str:
    return (CHIP / "bank0" / "chip_name").read_text().strip()


@cache
def _file(gpio: int, what: str) -> int:
    device = (CHIP / "dev_name").read_text().strip()
    path = Path("/sys/devices/platform") / device / _chip_name() / f"sim_gpio{gpio}" / what
    return os.open(path, os.O_RDWR)


def play(plan: list[tuple[float, int, bool]]) -> None:
    """Each move after its pause. A late move makes the rest later: a pause may grow on a busy machine, it never shrinks."""
    for _, gpio, _ in plan:
        _file(gpio, "pull")
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))  # a hand is not slowed down by what the device's processor does
    moved_s, late_ms = time.monotonic(), 0.0
    for after_ms, gpio, high in plan:
        due_s = moved_s + after_ms / 1000
        time.sleep(max(0.0, due_s - time.monotonic()))
        moved_s = time.monotonic()
        pull(gpio, high=high)
        late_ms = max(late_ms, 1000 * (time.monotonic() - due_s))
    print(round(late_ms, 2), flush=True)  # noqa: T201 (its answer)


def record(gpios: list[int]) -> None:
    levels = {gpio: is_high(gpio) for gpio in gpios}
    print("looking", flush=True)  # noqa: T201 (its answer)
    ended = False
    while not ended:
        # Looked at once more after the end, which may come right behind a change.
        ended = bool(select.select([0], [], [], LOOK_S)[0])
        for gpio, before in levels.items():
            if is_high(gpio) != before:
                levels[gpio] = not before
                print(json.dumps([time.monotonic() * 1000, gpio, not before]))  # noqa: T201 (its answer)
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "play":
        play(json.load(sys.stdin))
    else:
        record([int(each) for each in sys.argv[2:]])
