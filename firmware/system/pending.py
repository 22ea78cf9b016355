"""What a restore or a factory reset asked for, done at the next start, before anything of the box is open. Knows no order and no call.

A marker in the state folder says what is to be done. It is taken away last: a power cut in between only does the same again.
"""

import json
import logging
import shutil
from contextlib import suppress
from pathlib import Path

from firmware.settings.errors import SettingsUnsaved, SettingsWrong
from firmware.settings.load import own_presets
from firmware.settings.model import Device, Settings, Web, with_changes
from firmware.settings.save import previous, save
from firmware.system.backup import Content
from firmware.trust.private_file import write_private

log = logging.getLogger("keepline.system")

_MARKER = "pending.json"
_KEPT_AT_RESET = frozenset({"lock", "setup-code", "instance", "update", _MARKER})
"""The lock is held; the code stands on the label, the box stays the same to its servers, and the updater is the system's."""


def ask_restore(state: Path, content: Content) -> None:
    """Raises OSError."""
    _mark(state, {"do": "restore", "settings": content.settings, "services": content.services, "presets": content.presets})


def ask_reset(state: Path, settings: str) -> None:
    """`settings`: the text the file is to have afterwards. Raises OSError."""
    _mark(state, {"do": "reset", "settings": settings})


def as_made(settings: Settings) -> Settings:
    """What a reset leaves: the board and the page's address are what the box was built with."""
    device = Device(board=settings.device.board, board_file=settings.device.board_file)
    return with_changes(Settings(), device=device, web=Web(listen=settings.web.listen))


def settle(settings: Path, state: Path) -> None:
    """Do what was asked for. What cannot be done is told in the log, and the box starts as it was."""
    marker = state / _MARKER
    try:
        wanted = json.loads(marker.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read: %s", marker, error)
        return
    try:
        _restore(settings, state, wanted) if wanted["do"] == "restore" else _reset(settings, state, wanted["settings"])
    except (OSError, SettingsWrong, SettingsUnsaved) as problem:
        log.warning("what was asked for could not be done: %s", problem)
    with suppress(OSError):
        marker.unlink()


def _mark(state: Path, wanted: dict[str, object]) -> None:
    write_private(state / _MARKER, json.dumps(wanted))


def _restore(settings: Path, state: Path, wanted: dict[str, object]) -> None:
    presets = wanted["presets"]
    assert isinstance(presets, dict)  # noqa: S101 - written by ask_restore
    if presets:
        own_presets(settings).mkdir(exist_ok=True)
    for name, text in presets.items():
        (own_presets(settings) / Path(name).name).write_text(text, encoding="utf-8")
    save(settings, str(wanted["settings"]))
    write_private(state / "services.json", json.dumps(wanted["services"]))


def _reset(settings: Path, state: Path, text: str) -> None:
    for path in state.iterdir():
        if path.name in _KEPT_AT_RESET:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    save(settings, text)
    previous(settings).unlink(missing_ok=True)  # it holds the passwords that were to be forgotten
