"""The device as a process: settings and folder opened, signals heard, readiness told, the exit status. What a device is made of is not known here."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

from firmware.device import Device
from firmware.notify import tell_service_manager
from firmware.numbering.errors import NumberingError
from firmware.orders import OrderRefused
from firmware.settings.errors import SettingsWrong
from firmware.settings.load import load, presets_for
from firmware.settings.model import Settings
from firmware.sip.errors import SipError
from firmware.sound.errors import SoundError
from firmware.state_folder import FolderError, StateFolder
from firmware.system.pending import settle
from hal.errors import PartError

log = logging.getLogger("keepline")


def run(settings_path: Path, state: Path, board: str | None) -> int:
    """Run the device until SIGTERM or SIGINT; the exit status of `keepline run`."""
    try:
        folder = StateFolder.open(state)
        settle(settings_path, folder.path)
        settings = load(settings_path)
    except (SettingsWrong, FolderError) as problem:
        print(problem, file=sys.stderr)  # noqa: T201 (the command line's words)
        return 2
    logging.basicConfig(level=settings.device.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        again = asyncio.run(_serve(settings_path, settings, folder, board or settings.device.board))
    except (PartError, SipError, SoundError, NumberingError, OSError) as problem:
        print(problem, file=sys.stderr)  # noqa: T201 (same)
        return 2
    finally:
        folder.close()
    if again:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves, as we were started
    return 0


async def _serve(settings_path: Path, settings: Settings, folder: StateFolder, board: str) -> bool:
    """Whether to start anew."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    for sentence in (*presets_for(settings_path).sentences, folder.trouble):
        if sentence:
            log.warning("%s", sentence)
    device = Device(settings_path, settings, folder, board)
    try:
        await device.start()
        loop.add_signal_handler(signal.SIGHUP, lambda: loop.create_task(_reload(device)))
        print("ready", flush=True)  # noqa: T201 (the line that callers wait for)
        tell_service_manager("READY=1")
        await _first(stop, device.restart_wanted)
        tell_service_manager("STOPPING=1")
    finally:
        await device.close()
    return device.restart_wanted.is_set() and not stop.is_set()


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()


async def _reload(device: Device) -> None:
    with contextlib.suppress(OrderRefused):
        log.info("settings read again: %s", await device.reload())
