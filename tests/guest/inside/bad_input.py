"""What the installed device says of hardware, disk and settings that are not as they should be: one clear sentence each, and no traceback.

python -m tests.guest.inside.bad_input [PROOF ...]
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hal.boards import load_board
from tests.adapter import Adapter
from tests.guest.contract import gpio_sim
from tests.guest.inside.telephone import SOUND, Telephone, prepare
from tests.peers.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEEPLINE = "/usr/bin/keepline"
FOLDER = Path("/dev/shm/bad")  # noqa: S108 (in the guest, which is thrown away)
CARD = Path("/var/lib/keepline")
BOARD = 'board_file = "sim"'
SETTINGS = f'[device]\ncountry = "KZ"\n{BOARD}\n[[line]]\n[[account]]\nid = "home"\nserver = "192.0.2.1"\nuser = "alice"\n'
ENDS_WITHIN_S = 30.0


def said(*before: str, settings: str = SETTINGS, state: Path = FOLDER / "state", **environment: str) -> str:
    """What the device says when it refuses to start; AssertionError if it starts or shows a traceback."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / "keepline.toml"
    file.write_text(settings)
    done = subprocess.run(
        [*before, KEEPLINE, "run", "--config", file, "--state", state, "--board", "pi"],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        env={**os.environ, **environment},
        check=False,
    )
    words = (done.stdout + done.stderr).strip()
    assert done.returncode != 0, f"it started: {words}"
    assert "Traceback" not in words, words
    assert "ready" not in words, words
    return words


def check(words: str, *wanted: str) -> str:
    """The last line told, which must hold all of these."""
    sentence = words.splitlines()[-1] if words else ""
    for each in wanted:
        assert re.search(each, sentence), f"{each!r} is not told: {words!r}"
    return sentence


def no_hat() -> str:
    """No chip with the board's pins: another number of chip than there is."""
    return check(said(RPI_LGPIO_CHIP="9"), "(?i)gpio|pin")


def no_pi() -> str:
    """Not a Raspberry Pi at all."""
    return check(said("env", "-u", "RPI_LGPIO_REVISION"), "Raspberry Pi")


def pin_in_use() -> str:
    """Another program holds the hook pin."""
    chip = f"gpiochip{gpio_sim.environment()['RPI_LGPIO_CHIP']}"
    with subprocess.Popen(["gpiomon", "-c", chip, "17"], stdout=subprocess.DEVNULL) as other:
        try:
            _wait_held(chip)
            return check(said(), "17", "shk", "another program")
        finally:
            other.kill()


def _wait_held(chip: str) -> None:
    end_s = time.monotonic() + ENDS_WITHIN_S
    while "gpiomon" not in subprocess.run(["gpioinfo", "-c", chip], capture_output=True, text=True, check=True).stdout:
        assert time.monotonic() < end_s, "gpiomon does not hold the pin"


@contextmanager
def _card_named(name: str) -> Iterator[None]:
    """The telephone's sound card under another name, as when the HAT is another or the overlay is missing."""
    file = next(each for each in Path("/sys/class/sound").glob("card*/id") if each.read_text().strip() == "Loopback")
    file.write_text(name)
    try:
        yield
    finally:
        file.write_text("Loopback")


def card_renamed() -> str:
    with _card_named("Stranger"):
        return check(said(), "Loopback", "Stranger", "HAT")


@contextmanager
def _no_cards() -> Iterator[None]:
    """All sound cards taken out."""
    driver = Path("/sys/bus/platform/drivers/snd_aloop")
    cards = sorted(each.name for each in driver.glob("snd_aloop.*"))
    for card in cards:
        (driver / "unbind").write_text(card)
    try:
        yield
    finally:
        for card in cards:
            (driver / "bind").write_text(card)


def card_absent() -> str:
    """No HAT's codec at all, as when its overlay is missing."""
    with _no_cards():
        return check(said(), "Loopback.* is not there: the cards are (?!.*Loopback)", "HAT")


def wrong_hat() -> str:
    """The settings name another HAT than the one that is fitted."""
    other = SETTINGS.replace(BOARD, 'board_file = "ag1171-two-ports"')
    return check(said(settings=other), load_codec("ag1171-two-ports"), "Loopback", "HAT")


def hat_with_fewer_ports() -> str:
    """Two telephones in the settings, a HAT with one port."""
    two = SETTINGS.replace(BOARD, 'board_file = "ag1171-one-port"').replace("[[line]]", "[[line]]\n[[line]]")
    return check(said(settings=two), "1 telephone port", "not 2")


def load_codec(board: str) -> str:
    """The card's name by the board's description."""
    codec = load_board(board).ports[0].codec
    assert codec
    return codec.card


def read_only_root() -> str:
    """A state folder on a disk that takes nothing from the start: dial tone is there, and what will be forgotten is said."""
    place = FOLDER / "read-only" / "state"
    place.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", place], check=True)
    try:
        return _telephones_all_the_same(place.parent, lambda: None, f"state folder {place} .*read-only.*forgotten")
    finally:
        subprocess.run(["umount", place], check=True)


def full_disk() -> str:
    """The disk with settings and state takes not a byte more: dial tone is there, and what is not recorded is said."""
    place = Path("/mnt/full")
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], check=True)

    def fill() -> None:
        with (place / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(4096)):
                pass

    try:
        return _telephones_all_the_same(place / "device", fill, "call log.*not recorded")
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def disk_turns_read_only() -> str:
    """The kernel found the disk damaged and takes no more writes, as it does with a worn card. The last proof: there is no way back."""
    folder = FOLDER / "worn"
    folder.mkdir(parents=True)
    (CARD / "state").mkdir(mode=0o700)
    (folder / "state").symlink_to(CARD / "state")
    return _telephones_all_the_same(
        folder, lambda: Path("/proc/sysrq-trigger").write_text("u"), "call log.*Read-only file system"
    )


def _telephones_all_the_same(folder: Path, break_disk: Callable[[], object], told: str) -> str:
    """Dial tone, and the sentence in which this is told."""
    with Telephone() as phone:
        device = Adapter(folder, SETTINGS, program=[KEEPLINE], board="pi")
        try:
            break_disk()
            since = phone.heard_samples
            phone.lift()
            phone.wait(lambda: bool((abs(phone.heard(since)) > SOUND).any()), "dial tone")
            phone.dial("600#")
            phone.replace()
            device.wait_line("idle")
            line = device.process.wait_for_line(f".*{told}.*")
            assert "Traceback" not in device.process.log_tail, device.process.log_tail
            return line.string
        finally:
            device.stop()


def button_held() -> str:
    """The button held while it starts, and for ten seconds more: whatever that orders, a dial tone comes."""
    with Telephone() as phone:
        phone.wires.drive("button", active=True)
        with Adapter(FOLDER / "held", SETTINGS, program=[KEEPLINE], board="pi") as device:
            time.sleep(12)  # as long as a factory reset takes to be ordered, and more
            assert device.settings.read_text() == SETTINGS, "a button that was held from the start reset the settings"
            phone.wires.drive("button", active=False)
            since = phone.heard_samples
            phone.lift()
            phone.wait(lambda: bool((abs(phone.heard(since)) > SOUND).any()), "dial tone")
            phone.replace()
    return "nothing is ordered, dial tone is there"


PROOFS = (
    no_pi,
    no_hat,
    wrong_hat,
    hat_with_fewer_ports,
    pin_in_use,
    card_renamed,
    card_absent,
    read_only_root,
    full_disk,
    button_held,
    disk_turns_read_only,
)


def main() -> int:
    prepare()
    told: dict[str, str] = {}
    failed: dict[str, str] = {}
    for proof in [each for each in PROOFS if each.__name__ in sys.argv] or PROOFS:
        try:
            told[proof.__name__] = proof()
        except (AssertionError, OSError, subprocess.SubprocessError, PeerError) as trouble:
            failed[proof.__name__] = str(trouble)[-1500:]
    print(json.dumps({"told": told, "failed": failed}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
