"""The panel while the main process is down: the lamps say so, and holding the button for ten seconds still resets the box. A process of its own
(systemd/keepline-fault-panel.service) that ends when the main one is to start; a hold that has begun is waited for.

It reads no more of the settings than which board there is, for a mistake in them may be why the main process is down.
"""

import asyncio
import json
import logging
import signal
import tomllib
from pathlib import Path

from firmware.core.button import Order
from firmware.core.indicator import Condition, Health
from firmware.loop import Loop
from firmware.panel import Panel
from firmware.settings.errors import SettingsWrong
from firmware.settings.load import load, own_presets, parse
from firmware.settings.model import Settings
from firmware.settings.write import as_toml
from firmware.system.pending import as_made, ask_reset
from firmware.system.requests import SET_UP_NETWORK, Requests
from hal.board import Board, open_panel
from hal.errors import PartError
from hal.ports import Scheduler

log = logging.getLogger("keepline.panel")

_LOOK_S = 0.1


class FaultPanel:
    """Lamps and button of an open board. What is ordered is done at the main process's next start."""

    def __init__(self, board: Board, scheduler: Scheduler, settings: Settings, state: Path, requests: Requests) -> None:
        self._settings = settings
        self._state = state
        self._requests = requests
        self.panel = Panel(board.pins, board.panel, scheduler, self._perform)
        self.panel.tell(Condition(Health.FAULT))

    def _perform(self, order: Order) -> None:
        log.warning("the button was held: %s", order.value)
        problem = self._requests.ask(SET_UP_NETWORK) if order is Order.OPEN_SET_UP else self._reset()
        if problem:
            log.error("%s could not be done: %s", order.value, problem)

    def _reset(self) -> str:
        try:
            ask_reset(self._state, as_toml(as_made(self._settings)))
        except OSError as error:
            return error.strerror or str(error)
        return ""


def known_settings(path: Path) -> Settings:
    """The settings, or as much of a wrong file as says which board there is."""
    try:
        return load(path)
    except SettingsWrong:
        pass
    try:
        device = tomllib.loads(path.read_text(encoding="utf-8"))["device"]
        known = [f"{key} = {json.dumps(device[key])}" for key in ("board", "board_file", "country") if key in device]
        return parse("\n".join(["[device]", *known]).encode(), str(path), own_presets(path))
    except (OSError, ValueError, KeyError, TypeError, SettingsWrong):
        return Settings()


def run(settings_path: Path, state: Path) -> int:
    """Until SIGTERM; 1 where there are no lamps to light."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    settings = known_settings(settings_path)
    try:
        asyncio.run(_serve(settings, state))
    except PartError as problem:
        log.error("%s", problem)  # noqa: TRY400 (no traceback to the owner)
        return 1
    return 0


async def _serve(settings: Settings, state: Path) -> None:
    scheduler, ended = Loop(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    board = open_panel(settings.device.board, scheduler, settings.device.board_file)
    panel = FaultPanel(board, scheduler, settings, state, Requests(Path("/run/keepline"))).panel
    try:
        await ended.wait()
        while panel.is_held:  # noqa: ASYNC110 - for ten seconds at the most, once
            await asyncio.sleep(_LOOK_S)
    finally:
        panel.close()
        board.close()
