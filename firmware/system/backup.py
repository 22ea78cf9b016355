"""A backup: everything that was set, as one JSON text; secrets left out, or sealed by a passphrase. It reads and makes texts; knows no file.

What a foreign, an older or a newer one is, is said here in one sentence. Messages and the call log are no part of it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware.system.errors import BackupWrong
from firmware.trust.sealing import SHORTEST, SealBroken, seal, unseal

FORMAT = 2
"""1 had the settings only, in clear or with secrets left out ("settings": text)."""

_MARK = "keepline_backup"
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class Content:
    """`settings`: the TOML text; `services`: what was switched on by star codes; `presets`: the owner's own, text by file name."""

    settings: str
    services: Mapping[str, Any] = field(default_factory=dict)
    presets: Mapping[str, str] = field(default_factory=dict)
    secrets: bool = False
    """Whether passwords are in it."""


def as_text(content: Content, about: Mapping[str, str], passphrase: str) -> str:
    """`about`: name, version, made_at of the box. With secrets everything is sealed; raises BackupWrong without a passphrase."""
    inside = {"settings": content.settings, "services": content.services, "presets": content.presets}
    head = {_MARK: FORMAT, **about, "secrets": content.secrets}
    if not content.secrets:
        return json.dumps(head | {"content": inside}, indent=1, ensure_ascii=False) + "\n"
    if len(passphrase) < SHORTEST:
        raise BackupWrong(f"a backup with secrets takes a passphrase of at least {SHORTEST} characters")
    return json.dumps(head | {"sealed": seal(json.dumps(inside), passphrase)}, indent=1) + "\n"


def read(text: str, passphrase: str) -> Content:
    """Raises BackupWrong."""
    data = _object(text)
    version = data.get(_MARK)
    if isinstance(version, bool) or not isinstance(version, int):
        raise BackupWrong("this is no backup of a Keepline")
    if version > FORMAT:
        raise BackupWrong("this backup comes from a newer Keepline; update this box first")
    reader = _READERS.get(version)
    if reader is None:
        raise BackupWrong(f"this backup has the unknown format {version}")
    return reader(data, passphrase)


def _object(text: str) -> dict[str, Any]:
    if len(text) > _LARGEST:
        raise BackupWrong("this file is too large to be a backup")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BackupWrong("this is no backup of a Keepline") from error
    if not isinstance(data, dict):
        raise BackupWrong("this is no backup of a Keepline")
    return data


def _read_first(data: Mapping[str, Any], _passphrase: str) -> Content:
    settings = data.get("settings")
    if not isinstance(settings, str):
        raise BackupWrong("this backup is damaged: it holds no settings")
    return Content(settings, secrets=bool(data.get("secrets")))


def _read_second(data: Mapping[str, Any], passphrase: str) -> Content:
    inside = _unsealed(data["sealed"], passphrase) if isinstance(data.get("sealed"), dict) else data.get("content")
    if not isinstance(inside, dict) or not isinstance(inside.get("settings"), str):
        raise BackupWrong("this backup is damaged: it holds no settings")
    services, presets = inside.get("services", {}), inside.get("presets", {})
    if not isinstance(services, dict) or not _are_presets(presets):
        raise BackupWrong("this backup is damaged: what it holds beside the settings makes no sense")
    return Content(inside["settings"], services, presets, secrets="sealed" in data)


_READERS: Mapping[int, Callable[[Mapping[str, Any], str], Content]] = {1: _read_first, 2: _read_second}


def _unsealed(box: Mapping[str, object], passphrase: str) -> object:
    if not passphrase:
        raise BackupWrong("this backup is sealed; give its passphrase")
    try:
        return json.loads(unseal(box, passphrase))
    except SealBroken as broken:
        raise BackupWrong(str(broken)) from broken


def _are_presets(presets: object) -> bool:
    """File names without any way out of their folder."""
    return isinstance(presets, dict) and all(
        isinstance(text, str)
        and name.endswith(".toml")
        and name.replace("-", "").replace(".", "", 1).isalnum()
        and name.isascii()
        for name, text in presets.items()
    )
